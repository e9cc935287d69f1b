/** Recipes by which something is held: nobody else holds, by the tree, what does not go together with it. */
import { latch } from '../../../recipes/latch.ts'
import { lead } from '../../../recipes/leader.ts'
import { MultiLock } from '../../../recipes/multi-lock.ts'
import { Mutex } from '../../../recipes/mutex.ts'
import { ReadWriteLock } from '../../../recipes/read-write-lock.ts'
import { Semaphore } from '../../../recipes/semaphore.ts'
import type { Exercise, User } from '../exercise.ts'
import { Holdings } from '../holdings.ts'

/** Does something for a while, or until told to stop. */
const act = async ({ sleep, chance }: User, signal: AbortSignal): Promise<void> => {
  const aborted = new Promise<void>(resolve =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  if (!signal.aborted)
    await Promise.race([sleep(chance.pick([0, 0, 5, 50, 500, chance.below(5_000)])), aborted])
}

const ownerOf = ({ name, keeper }: User) => ({ holder: name, session: keeper.session })

interface HeldAs {
  readonly line: string
  readonly kind: string
}

interface Had {
  readonly token: number
  readonly signal: AbortSignal
}

/** `user` has `had` while `work` goes on. */
async function during(
  holdings: Holdings,
  user: User,
  { token, signal }: Had,
  { line, kind }: HeldAs,
  check: (holding: ReturnType<Holdings['begin']>) => void,
): Promise<void> {
  const holding = holdings.begin({ line, kind, ...ownerOf(user), token, signal })
  check(holding)
  await act(user, signal)
  holdings.end(holding)
}

export const mutex: Exercise = {
  name: 'mutex',
  usersMin: 2,
  begin(stage) {
    const holdings = new Holdings(stage)
    const as = { line: '/app/lock', kind: 'the lock' }
    return {
      mistakes: () => holdings.mistakes(),
      async turn(user) {
        const lock = new Mutex(user.keeper, as.line)
        if (user.chance.happens(0.1)) await lock.revoke(user.patience)
        const hold = await lock.acquire(user.patience)
        await during(holdings, user, hold, as, holding => holdings.alone(holding))
        await hold.release()
      },
    }
  },
}

export const leader: Exercise = {
  name: 'leader',
  usersMin: 2,
  begin(stage) {
    const holdings = new Holdings(stage)
    const as = { line: '/app/leader', kind: 'leadership' }
    return {
      mistakes: () => holdings.mistakes(),
      turn: user =>
        lead(
          user.keeper,
          as.line,
          grant => during(holdings, user, grant, as, holding => holdings.alone(holding)),
          user.patience,
        ),
    }
  },
}

export const leaderLatch: Exercise = {
  name: 'latch',
  usersMin: 2,
  begin(stage) {
    const holdings = new Holdings(stage)
    const as = { line: '/app/latch', kind: 'a term' }
    /** A term that goes on after a suspension has its token again. */
    const ended = new Set<number>()
    return {
      mistakes: () => holdings.mistakes(),
      async turn(user) {
        await using own = latch(user.keeper, as.line)
        const term = await own.wait(user.patience)
        if (ended.has(term.token)) return stage.fail('token', `${user.name} leads by ${term.token} once more`)
        ended.add(term.token)
        await during(holdings, user, term, as, holding => holdings.alone(holding))
      },
    }
  },
}

export const readWriteLock: Exercise = {
  name: 'read-write-lock',
  usersMin: 3,
  begin(stage) {
    const holdings = new Holdings(stage)
    const line = '/app/rw'
    return {
      mistakes: () => holdings.mistakes(),
      async turn(user) {
        const lock = new ReadWriteLock(user.keeper, line)
        if (user.chance.happens(0.6)) {
          const hold = await lock.reader.acquire(user.patience)
          await during(holdings, user, hold, { line, kind: 'reading' }, holding =>
            holdings.alone(holding, other => other.kind === 'reading'),
          )
          return hold.release()
        }
        const hold = await lock.writer.acquire(user.patience)
        await during(holdings, user, hold, { line, kind: 'writing' }, holding => holdings.alone(holding))
        if (hold.signal.aborted || user.chance.happens(0.5)) return hold.release()
        const reading = await hold.downgrade(user.patience)
        await during(holdings, user, reading, { line, kind: 'reading' }, holding =>
          holdings.alone(holding, other => other.kind === 'reading'),
        )
        await reading.release()
      },
    }
  },
}

export const semaphore: Exercise = {
  name: 'semaphore',
  usersMin: 4,
  begin(stage) {
    const holdings = new Holdings(stage)
    const leases = 2
    const line = '/app/seats/leases'
    return {
      mistakes: () => holdings.mistakes(),
      async turn(user) {
        const hold = await new Semaphore(user.keeper, '/app/seats', leases).acquire(user.patience)
        await during(holdings, user, hold, { line, kind: 'a lease' }, () => {
          const { length } = holdings.holders(line)
          if (length > leases) stage.fail('leases', `${length} of ${leases} leases are held`)
        })
        await hold.release()
      },
    }
  },
}

export const multiLock: Exercise = {
  name: 'multi-lock',
  usersMin: 3,
  begin(stage) {
    const holdings = new Holdings(stage)
    const paths = ['/app/a', '/app/b', '/app/c'] as const
    return {
      mistakes: () => holdings.mistakes(),
      async turn(user) {
        const { keeper, chance } = user
        const left = chance.pick(paths)
        // In any order: it is the recipe's to sort them.
        const wanted = paths.filter(path => path !== left).sort(() => (chance.happens(0.5) ? 1 : -1))
        const lock = new MultiLock(
          keeper,
          wanted.map(path => new Mutex(keeper, path)),
        )
        const held = await lock.acquire(user.patience)
        const { signal } = held
        const all = [...held.tokens].map(([line, token]) =>
          holdings.begin({ line, kind: 'one of several locks', ...ownerOf(user), token, signal }),
        )
        for (const holding of all) holdings.alone(holding)
        await act(user, signal)
        for (const holding of all) holdings.end(holding)
        await held.release()
      },
    }
  },
}

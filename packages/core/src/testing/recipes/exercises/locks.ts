/** Recipes by which something is held: nobody else holds, by the tree, what does not go together with it. */
import type { Hold } from '../../../recipes/hold.ts'
import { latch } from '../../../recipes/latch.ts'
import { lead } from '../../../recipes/leader.ts'
import { MultiLock } from '../../../recipes/multi-lock.ts'
import { Mutex } from '../../../recipes/mutex.ts'
import { ReadWriteLock } from '../../../recipes/read-write-lock.ts'
import { Semaphore } from '../../../recipes/semaphore.ts'
import type { Exercise, Stage, User, Workload } from '../exercise.ts'
import { type Holding, Holdings } from '../holdings.ts'

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

type Check = (holding: Holding) => void

/** `user` has it for a while, and nobody else what does not go together with it: `check` looks, by default that it is one's alone. */
async function during(
  holdings: Holdings,
  user: User,
  { token, signal }: Had,
  { line, kind }: HeldAs,
  check: Check = holding => holdings.alone(holding),
): Promise<void> {
  const holding = holdings.begin({ line, kind, ...ownerOf(user), token, signal })
  check(holding)
  await act(user, signal)
  holdings.end(holding)
}

/** An exercise whose users hold something in each of their turns. */
const held = (
  name: string,
  usersMin: number,
  begin: (holdings: Holdings, stage: Stage) => Workload['turn'],
): Exercise => ({
  name,
  usersMin,
  begin(stage) {
    const holdings = new Holdings(stage)
    return { mistakes: () => holdings.mistakes(), turn: begin(holdings, stage) }
  },
})

export const mutex = held('mutex', 2, holdings => {
  const as = { line: '/app/lock', kind: 'the lock' }
  return async user => {
    const lock = new Mutex(user.keeper, as.line)
    if (user.chance.happens(0.1)) await lock.revoke(user.patience)
    const hold = await lock.acquire(user.patience)
    await during(holdings, user, hold, as)
    await hold.release()
  }
})

export const leader = held('leader', 2, holdings => {
  const as = { line: '/app/leader', kind: 'leadership' }
  return user => lead(user.keeper, as.line, grant => during(holdings, user, grant, as), user.patience)
})

export const leaderLatch = held('latch', 2, (holdings, stage) => {
  const as = { line: '/app/latch', kind: 'a term' }
  /** A term that goes on after a suspension has its token again. */
  const ended = new Set<number>()
  return async user => {
    await using own = latch(user.keeper, as.line)
    const term = await own.wait(user.patience)
    if (ended.has(term.token)) return stage.fail('token', `${user.name} leads by ${term.token} once more`)
    ended.add(term.token)
    await during(holdings, user, term, as)
  }
})

export const readWriteLock = held('read-write-lock', 3, holdings => {
  const writing = { line: '/app/rw', kind: 'writing' }
  const reading = { ...writing, kind: 'reading' }
  const read = async (user: User, hold: Hold) => {
    await during(holdings, user, hold, reading, holding =>
      holdings.alone(holding, other => other.kind === reading.kind),
    )
    await hold.release()
  }
  return async user => {
    const lock = new ReadWriteLock(user.keeper, writing.line)
    if (user.chance.happens(0.6)) return read(user, await lock.reader.acquire(user.patience))
    const hold = await lock.writer.acquire(user.patience)
    await during(holdings, user, hold, writing)
    if (hold.signal.aborted || user.chance.happens(0.5)) return hold.release()
    await read(user, await hold.downgrade(user.patience))
  }
})

export const semaphore = held('semaphore', 4, (holdings, stage) => {
  const leases = 2
  const as = { line: '/app/seats/leases', kind: 'a lease' }
  return async user => {
    const hold = await new Semaphore(user.keeper, '/app/seats', leases).acquire(user.patience)
    await during(holdings, user, hold, as, () => {
      const { length } = holdings.holders(as.line)
      if (length > leases) stage.fail('leases', `${length} of ${leases} leases are held`)
    })
    await hold.release()
  }
})

export const multiLock = held('multi-lock', 3, holdings => {
  const paths = ['/app/a', '/app/b', '/app/c'] as const
  return async user => {
    const { keeper, chance } = user
    const left = chance.pick(paths)
    // In any order: it is the recipe's to sort them.
    const wanted = paths.filter(path => path !== left).sort(() => (chance.happens(0.5) ? 1 : -1))
    const lock = new MultiLock(
      keeper,
      wanted.map(path => new Mutex(keeper, path)),
    )
    const several = await lock.acquire(user.patience)
    const { signal } = several
    const all = [...several.tokens].map(([line, token]) =>
      holdings.begin({ line, kind: 'one of several locks', ...ownerOf(user), token, signal }),
    )
    for (const holding of all) holdings.alone(holding)
    await act(user, signal)
    for (const holding of all) holdings.end(holding)
    await several.release()
  }
})

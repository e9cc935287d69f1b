import { describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import type { Exercise, User } from '../../src/testing/recipes/exercise.ts'
import { exercises } from '../../src/testing/recipes/exercises/all.ts'
import { doubleBarrier } from '../../src/testing/recipes/exercises/barriers.ts'
import { Items, Takers } from '../../src/testing/recipes/exercises/queues.ts'
import { Holdings } from '../../src/testing/recipes/holdings.ts'
import { drawPlan, onlyStruck, strikes } from '../../src/testing/recipes/plan.ts'
import { play } from '../../src/testing/recipes/play.ts'

describe.each(exercises.map(exercise => [exercise.name, exercise] as const))('%s', (_, exercise) => {
  test('VIRT-12 under faults at any moment its rules hold, and once healed nobody waits for ever', async () => {
    for (const seed of [1, 2])
      expect((await play(exercise, drawPlan(seed, null))).failure, `${seed}`).toBeNull()
  }, 120_000)

  test('VIRT-13 whatever befalls a user at any of its first steps, its rules hold and the others go on', async () => {
    for (let step = 1; step <= 7; step++) {
      // Each strike at one of these steps, on one engine after the other.
      const strike = strikes[step % strikes.length] ?? 'expire'
      const engine = engineNames[step % engineNames.length] ?? 'raft'
      const { failure } = await play(exercise, onlyStruck(strike, step, engine))
      expect(failure, `${strike} at step ${step} on ${engine}`).toBeNull()
    }
  }, 120_000)
})

test('VIRT-12 who gives up entering a double barrier while its place is made is not counted on', async () => {
  for (const seed of [12, 20])
    expect((await play(doubleBarrier, drawPlan(seed, null))).failure, `${seed}`).toBeNull()
}, 60_000)

test('VIRT-14 a play of one seed is the same play each time', async () => {
  for (const exercise of exercises.slice(0, 3)) {
    const [first, second] = [await play(exercise, drawPlan(4, null)), await play(exercise, drawPlan(4, null))]
    expect(second).toEqual(first)
    expect((await play(exercise, drawPlan(5, null))).digest).not.toBe(first.digest)
  }
}, 60_000)

/** An exercise of something that is broken. */
const broken = (turn: (user: User, stage: Parameters<Exercise['begin']>[0]) => Promise<void>): Exercise => ({
  name: 'broken',
  usersMin: 3,
  begin: stage => ({ turn: user => turn(user, stage) }),
})

const checkOf = async (exercise: Exercise) =>
  (await play(exercise, drawPlan(1, 'multi-paxos'))).failure?.check
const text = ({ data }: { readonly data: Uint8Array }) => new TextDecoder().decode(data)

describe('VIRT-15 what is broken is caught', () => {
  test('VIRT-15 a lock that all hold, and tokens that come again', async () => {
    const all = (tokenOf: (czxid: number) => number): Exercise => ({
      name: 'broken',
      usersMin: 3,
      begin: stage => {
        const holdings = new Holdings(stage)
        return {
          async turn({ keeper, sleep, name }) {
            await keeper.create('/lock').catch(() => null)
            const { path, stat } = await keeper.create('/lock/n-', '', { mode: 'ephemeralSequential' })
            const { signal } = new AbortController()
            const token = tokenOf(stat.czxid)
            const holding = holdings.begin({
              line: '/lock',
              kind: 'it',
              holder: name,
              session: keeper.session,
              token,
              signal,
            })
            holdings.alone(holding)
            await sleep(500)
            holdings.end(holding)
            await keeper.delete(path)
          },
        }
      },
    })
    expect(await checkOf(all(czxid => czxid))).toBe('exclusion')
    expect(await checkOf(all(() => 7))).toBe('token')
  })

  test('VIRT-15 a lock whose holders do not hear that they lost it', async () => {
    const deaf: Exercise = {
      name: 'broken',
      usersMin: 2,
      begin: stage => {
        const holdings = new Holdings(stage)
        return {
          mistakes: () => holdings.mistakes(),
          async turn({ keeper, name }) {
            await keeper.create('/lock').catch(() => null)
            const { path, stat } = await keeper.create('/lock/n-', '', { mode: 'ephemeralSequential' })
            const { signal } = new AbortController()
            const { session } = keeper
            holdings.begin({ line: '/lock', kind: 'it', holder: name, session, token: stat.czxid, signal })
            await keeper.delete(path)
          },
        }
      },
    }
    expect(await checkOf(deaf)).toBe('mistake')
  })

  test('VIRT-15 a queue that gives an item to two, loses one, or makes one up', async () => {
    const queue = (taken: (found: string) => string, isLossy = false): Exercise => ({
      name: 'broken',
      usersMin: 2,
      begin: stage => {
        const items = new Items(stage)
        const takers = new Takers()
        const namesFor = async ({ keeper }: User) =>
          (await keeper.children('/')).children.filter(name => name.startsWith('item'))
        const of = (user: User) => ({
          size: async () => (await namesFor(user)).length,
          take: async () => {
            const [first] = await namesFor(user)
            if (first === undefined) throw new DOMException('there is none', 'AbortError')
            const found = text(await user.keeper.get(`/${first}`))
            await user.keeper.delete(`/${first}`)
            return { data: new TextEncoder().encode(taken(found)) }
          },
        })
        return {
          async turn(user) {
            await items.add(async each => {
              const { path } = await user.keeper.create('/item-', each, { mode: 'persistentSequential' })
              if (isLossy) await user.keeper.delete(path)
              return path
            })
            if (!isLossy) await takers.take(of(user), items, user).catch(() => undefined)
          },
          audit: auditor => takers.audit(stage, of(auditor), items, auditor),
        }
      },
    })
    expect(await checkOf(queue(() => 'item 1'))).toBe('doubled')
    expect(await checkOf(queue(() => 'item 0'))).toBe('made-up')
    expect(await checkOf(queue(found => found, true))).toBe('lost')
  })

  test('VIRT-15 who waits for ever, and who fails otherwise than recipes do', async () => {
    expect(await checkOf(broken(() => new Promise(() => {})))).toBe('progress')
    expect(await checkOf(broken(() => Promise.reject(new TypeError('a mistake'))))).toBe('error')
  })
})

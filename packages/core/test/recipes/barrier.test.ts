import { describe, expect, test } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { Barrier, DoubleBarrier, type Entered } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, follow } from './world.ts'

test('RECIPE-28 all who wait go on when the barrier is removed, and nobody while it stands', async () => {
  const { world, keepers } = await begin({ seed: 1 })
  await world.run(async () => {
    const barriers = keepers.map(keeper => new Barrier(keeper, '/deep/barrier')) as [
      Barrier,
      Barrier,
      Barrier,
    ]
    await barriers[0].wait()
    await barriers[0].set()
    await barriers[1].set()
    const waiting = barriers.map(each => each.wait())
    const waits = waiting.map(follow)
    await expect(barriers[2].wait({ timeoutMs: 200 })).rejects.toEqual(code('Timeout'))
    expect(waits.map(({ isSettled }) => isSettled)).toEqual([false, false, false])
    await barriers[2].remove()
    await Promise.all(waiting)
    await barriers[2].remove()
  })
})

describe('a double barrier', () => {
  test('RECIPE-30 nobody enters before all are there, and nobody has left before all are done; round after round', async () => {
    const { world, keepers } = await begin({ seed: 2 })
    let inside = 0
    let outside = 0
    await world.run(async () => {
      const play = async (keeper: Keeper, index: number) => {
        const barrier = new DoubleBarrier(keeper, '/b', 3)
        for (let round = 0; round < 4; round++) {
          await world.sleep(index * 130 * (round % 2))
          inside++
          const entered = await barrier.enter()
          expect(inside).toBe(3 * (round + 1))
          expect(entered.signal.aborted).toBe(false)
          await world.sleep(index * 70)
          outside++
          await entered.leave()
          expect(outside).toBe(3 * (round + 1))
        }
      }
      await Promise.all(keepers.map(play))
      expect(await childrenOf(keepers[0], '/b')).toEqual([])
    })
    expect(() => new DoubleBarrier(keepers[0], '/b', 0)).toThrow(code('BadArguments'))
  })

  test('RECIPE-30 more than are needed are in different rounds', async () => {
    const { world, keepers } = await begin({ seed: 3 })
    await world.run(async () => {
      const entering = Array.from({ length: 4 }, (_, i) =>
        new DoubleBarrier(keepers[i % 3] as Keeper, '/b', 2).enter(),
      )
      const states = entering.map(follow)
      await world.sleep(500)
      expect(states.filter(({ isSettled }) => isSettled)).toHaveLength(2)
      const inFirst = entering.filter((_, index) => states[index]?.isSettled)
      const inSecond = entering.filter((_, index) => !states[index]?.isSettled)
      await Promise.all(inFirst.map(async each => (await each).leave()))
      await Promise.all(inSecond.map(async each => (await each).leave()))
    })
  })

  test('RECIPE-31 who gives up at any moment is out for all, or in with all', async () => {
    const outcomes = new Set<string>()
    for (let ms = 0; ms <= 60; ms += 3) {
      const { world, keepers } = await begin({ seed: 200 + ms })
      const [a, b, c] = keepers.map(keeper => new DoubleBarrier(keeper, '/b', 3)) as [
        DoubleBarrier,
        DoubleBarrier,
        DoubleBarrier,
      ]
      await world.run(async () => {
        const giving = new AbortController()
        const given = a.enter({ signal: giving.signal })
        const others = [b.enter(), c.enter()]
        const states = [given, ...others].map(follow)
        world.at(ms, () => giving.abort())
        await world.sleep(1_000)
        const isIn = states.map(({ isSettled, error }) => isSettled && error === null)
        expect(new Set(isIn).size).toBe(1)
        outcomes.add(isIn[0] ? 'in' : 'out')
        if (isIn[0]) return
        expect(states[0]?.error).toEqual(code('Aborted'))
        // One more comes in its place, and they enter.
        const instead = await new DoubleBarrier(keepers[0], '/b', 3).enter()
        for (const each of [instead, ...(await Promise.all(others))]) await each[Symbol.asyncDispose]()
        expect(await childrenOf(keepers[0], '/b')).toEqual([])
      })
    }
    expect(outcomes).toEqual(new Set(['in', 'out']))
  }, 60_000)

  test('RECIPE-32 one that dies before all are there is not counted; one that dies inside keeps nobody from leaving', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    const [a, b, c] = keepers
    const enter = (keeper: Keeper) => new DoubleBarrier(keeper, '/b', 3).enter()
    void enter(a)
    const first = enter(b)
    await world.advance(300)
    world.kill(0)
    await world.advance(30_000)
    const entering = [first, enter(c)]
    const states = entering.map(follow)
    await world.advance(300)
    expect(states.map(({ isSettled }) => isSettled)).toEqual([false, false])
    const third = await world.connect(1)
    const inside: readonly Entered[] = await world.until(Promise.all([enter(third), ...entering]))
    world.kill(third)
    const leaving = inside.slice(1).map(each => each.leave())
    const leaves = leaving.map(follow)
    await world.advance(2_000)
    expect(leaves.map(({ isSettled }) => isSettled)).toEqual([false, false])
    await world.until(Promise.all(leaving))
  })

  test('RECIPE-32 who enters hears when it may be out, and who waits when its session is over', async () => {
    const { world, keepers } = await begin({ seed: 6 })
    const alone = await world.until(new DoubleBarrier(keepers[0], '/one', 1).enter())
    const waits = follow(new DoubleBarrier(keepers[0], '/two', 2).enter())
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(alone.signal.reason).toEqual(code('Suspended'))
    world.heal()
    await world.advance(1_000)
    await world.expire(keepers[0])
    await world.advance(100)
    expect(waits.error).toEqual(code('SessionExpired'))
  })
})

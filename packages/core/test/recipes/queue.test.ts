import { describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { DelayQueue, PriorityQueue, Queue } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, follow, text } from './world.ts'

/** Takes until nothing came for a second. */
async function takeAll(queue: {
  take(options: { readonly timeoutMs: number }): Promise<{ data: Uint8Array }>
}) {
  const taken: string[] = []
  for (;;)
    try {
      taken.push(text(await queue.take({ timeoutMs: 1_000 })))
    } catch (error) {
      expect(error).toEqual(code('Timeout'))
      return taken
    }
}

describe('taking', () => {
  test('RECIPE-38 each item is taken once, first in first out, by whoever is there and whoever waits', async () => {
    const { world, keepers } = await begin({ seed: 1 })
    await world.run(async () => {
      const queues = keepers.map(keeper => new Queue(keeper, '/q')) as [Queue, Queue, Queue]
      const waiting = [queues[1].take(), queues[2].take()]
      await world.sleep(300)
      for (let i = 0; i < 20; i++) await queues[0].put(`${i}`)
      const early = (await Promise.all(waiting)).map(text)
      expect(early.sort()).toEqual(['0', '1'])
      const taken = await Promise.all([takeAll(queues[0]), takeAll(queues[1]), takeAll(queues[2])])
      for (const each of taken) expect(each).toEqual([...each].sort((x, y) => Number(x) - Number(y)))
      expect(
        taken
          .flat()
          .map(Number)
          .sort((x, y) => x - y),
      ).toEqual(Array.from({ length: 18 }, (_, i) => i + 2))
      expect(await queues[0].size()).toBe(0)
      expect(await childrenOf(keepers[0], '/q/takers')).toEqual([])
    })
  })

  test('RECIPE-39 of many that wait for an item one looks when it comes', async () => {
    const { world, keepers } = await begin({ seed: 2 })
    await world.run(async () => {
      const waiting = Array.from({ length: 8 }, () => new Queue(keepers[1], '/q').take())
      await world.sleep(1_000)
      const multi = vi.spyOn(keepers[1], 'multi')
      await new Queue(keepers[0], '/q').put('one')
      await Promise.race(waiting)
      await world.sleep(500)
      expect(multi).toHaveBeenCalledTimes(1)
      for (let i = 1; i < 8; i++) await new Queue(keepers[0], '/q').put('more')
      await Promise.all(waiting)
    })
  })

  test('RECIPE-40 who gives up at any moment has taken nothing, and loses nothing', async () => {
    for (let ms = 0; ms <= 40; ms += 2) {
      const { world, keepers } = await begin({ seed: 300 + ms })
      const [a, b] = [new Queue(keepers[0], '/q'), new Queue(keepers[1], '/q')]
      await world.run(async () => {
        await a.put('first')
        await a.put('second')
        const giving = new AbortController()
        world.at(ms, () => giving.abort())
        const taken = await b.take({ signal: giving.signal }).then(text, () => null)
        await world.sleep(500)
        expect([...(taken === null ? [] : [taken]), ...(await takeAll(a))]).toEqual(['first', 'second'])
      })
    }
  }, 60_000)

  test('RECIPE-40 who gives up putting at any moment has put nothing', async () => {
    for (let ms = 0; ms <= 30; ms += 3) {
      const { world, keepers } = await begin({ seed: 400 + ms })
      const queue = new Queue(keepers[0], '/q')
      await world.run(async () => {
        await queue.put('first')
        const giving = new AbortController()
        world.at(ms, () => giving.abort())
        const isPut = await queue.put('second', { signal: giving.signal }).then(
          () => true,
          () => false,
        )
        await world.sleep(500)
        expect(await queue.size()).toBe(isPut ? 2 : 1)
      })
    }
  }, 60_000)

  test('RECIPE-41 the most urgent comes first, those alike in the order in which they were put', async () => {
    const { world, keepers } = await begin({ seed: 3 })
    await world.run(async () => {
      const queue = new PriorityQueue(keepers[0], '/p')
      for (const [data, priority] of [
        ['c', 7],
        ['a', 0],
        ['d', 7],
        ['e', 2 ** 31 - 1],
        ['b', 1],
      ] as const)
        await queue.put(data, priority)
      expect(await takeAll(new PriorityQueue(keepers[1], '/p'))).toEqual(['a', 'b', 'c', 'd', 'e'])
      for (const priority of [-1, 0.5, 2 ** 31])
        await expect(queue.put('', priority)).rejects.toEqual(code('BadArguments'))
    })
  })

  test('RECIPE-41 nothing is taken before its time, and at its time whoever waits has it', async () => {
    const { world, keepers } = await begin({ seed: 4 })
    await world.run(
      async () => {
        const queue = new DelayQueue(keepers[0], '/d')
        const from = world.now
        await queue.put('late', 90_000)
        await queue.put('soon', 3_000)
        const [first, second] = [
          new DelayQueue(keepers[1], '/d').take(),
          new DelayQueue(keepers[2], '/d').take(),
        ]
        const waits = [follow(first), follow(second)]
        await world.sleep(2_500)
        expect(waits.map(({ isSettled }) => isSettled)).toEqual([false, false])
        const soonest = await Promise.race([first, second])
        expect(text(soonest)).toBe('soon')
        expect(world.now - from).toBeGreaterThanOrEqual(3_000)
        expect(world.now - from).toBeLessThan(3_500)
        await queue.put('sooner', 1_000)
        const both = await Promise.all([first, second])
        expect(both.map(text).sort()).toEqual(['soon', 'sooner'])
        expect(await takeAll(new DelayQueue(keepers[1], '/d'))).toEqual([])
        await world.sleep(80_000)
        expect(await takeAll(new DelayQueue(keepers[1], '/d'))).toEqual([])
        await world.sleep(8_000)
        expect(await takeAll(new DelayQueue(keepers[1], '/d'))).toEqual(['late'])
        await expect(queue.put('', Number.NaN)).rejects.toEqual(code('BadArguments'))
      },
      { withinMs: 300_000 },
    )
  }, 30_000)
})

describe('working', () => {
  test('RECIPE-42 an item is worked on by one, and gone when that is done; nobody takes it meanwhile', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    await world.run(async () => {
      const queue = new Queue(keepers[0], '/q')
      for (let i = 0; i < 20; i++) await queue.put(`${i}`)
      const busy = new Set<string>()
      const done: string[] = []
      const stop = new AbortController()
      const work = async (item: {
        readonly data: Uint8Array
        readonly name: string
        readonly signal: AbortSignal
      }) => {
        expect(busy.has(item.name)).toBe(false)
        busy.add(item.name)
        await world.sleep(40)
        expect(item.signal.aborted).toBe(false)
        busy.delete(item.name)
        done.push(text(item))
      }
      const workers = keepers.map(keeper =>
        follow(new Queue(keeper, '/q').process(work, { signal: stop.signal })),
      )
      await world.sleep(200)
      const taken = text(await queue.take())
      await world.sleep(3_000)
      expect([...done, taken].map(Number).sort((x, y) => x - y)).toEqual(
        Array.from({ length: 20 }, (_, i) => i),
      )
      await queue.put('late')
      await world.sleep(500)
      expect(done.at(-1)).toBe('late')
      stop.abort()
      await world.sleep(500)
      for (const { error } of workers) expect(error).toEqual(code('Aborted'))
      expect(await queue.size()).toBe(0)
      for (const part of ['claims', 'takers']) expect(await childrenOf(keepers[0], `/q/${part}`)).toEqual([])
    })
  })

  test('RECIPE-43 an item whose worker throws is there again, and the worker hears why', async () => {
    const { world, keepers } = await begin({ seed: 6 })
    await world.run(async () => {
      const queue = new Queue(keepers[0], '/q')
      await queue.put('hard')
      const failing = queue.processOne(() => Promise.reject(new Error('too hard')))
      await expect(failing).rejects.toThrow('too hard')
      expect(await new Queue(keepers[1], '/q').processOne(item => text(item))).toBe('hard')
      expect(await queue.size()).toBe(0)
      await expect(queue.processOne(() => undefined, { timeoutMs: 200 })).rejects.toEqual(code('Timeout'))
    })
  })

  test("RECIPE-43 an item whose worker dies or freezes is another's, with a greater token; the first cannot finish it", async () => {
    const { world, keepers } = await begin({ seed: 7 })
    const tokens: number[] = []
    const queue = new Queue(keepers[2], '/q')
    await world.until(queue.put('item'))
    const forEver = (keeper: Keeper) =>
      follow(
        new Queue(keeper, '/q').processOne(({ token, signal }) => {
          tokens.push(token)
          return new Promise<string>(resolve => signal.addEventListener('abort', () => resolve('finished')))
        }),
      )
    forEver(keepers[0])
    await world.advance(500)
    const frozen = forEver(keepers[1])
    world.kill(0)
    await world.advance(30_000)
    expect(tokens).toHaveLength(2)
    // Two of three are needed to decide, so the dead one is back before the next is gone.
    await world.restart(0)
    await world.advance(3_000)
    world.freeze(1)
    const done = queue.processOne(({ token }) => {
      tokens.push(token)
      return 'done'
    })
    expect(await world.until(done)).toBe('done')
    world.thaw(1)
    await world.advance(3_000)
    expect(frozen.error).toEqual(code('SessionExpired'))
    expect(tokens).toEqual([...tokens].sort((x, y) => x - y))
    expect(await world.until(queue.size())).toBe(0)
  })

  test('RECIPE-44 a worker that is suspended hears so, and if its session is kept the item is done once', async () => {
    const { world, keepers } = await begin({ seed: 8 })
    const queue = new Queue(keepers[0], '/q')
    await world.until(queue.put('item'))
    const reasons: unknown[] = []
    const working = queue.processOne(
      ({ signal }) =>
        new Promise<void>(resolve => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            resolve()
          })
        }),
    )
    const other = follow(new Queue(keepers[1], '/q').take())
    await world.advance(200)
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(reasons).toEqual([code('Suspended')])
    world.heal()
    await world.until(working)
    await world.advance(500)
    expect(other.isSettled).toBe(false)
    expect(await world.until(queue.size())).toBe(0)
  })

  test('RECIPE-44 a claim that somebody deletes is lost: the work is done again by another, and the first is told', async () => {
    const { world, keepers } = await begin({ seed: 9 })
    await world.run(async () => {
      const queue = new Queue(keepers[0], '/q')
      const name = await queue.put('item')
      let signal: AbortSignal | null = null
      const first = queue.processOne(async work => {
        signal = work.signal
        await world.sleep(1_000)
      })
      const firstly = follow(first)
      await world.sleep(300)
      await keepers[2].delete(`/q/claims/${name}`)
      expect(text(await new Queue(keepers[1], '/q').take())).toBe('item')
      expect((signal as AbortSignal | null)?.reason).toEqual(code('Lost'))
      await world.sleep(1_000)
      expect(firstly.error).toEqual(code('Lost'))
      const removed = await queue.put('item')
      const work = queue.processOne(() => keepers[1].delete(`/q/items/${removed}`))
      await work
      await world.sleep(200)
      expect(await childrenOf(keepers[0], '/q/claims')).toEqual([])
    })
  })
})

import { describe, expect, test } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { latch, lead, leaderOf, type Term } from '../../src/recipes/index.ts'
import { virtualEnsemble } from '../../src/testing/index.ts'
import { begin, childrenOf, code, follow, text } from './world.ts'

/** Leads until it is told to stop. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }) =>
  new Promise<string>(resolve => {
    if (signal.aborted) resolve('was told')
    signal.addEventListener('abort', () => resolve('was told'), { once: true })
  })

describe('a function that leads', () => {
  test('RECIPE-22 one leads at a time, resigns when it returns or throws, and the next leads with a greater token', async () => {
    const { world, keepers } = await begin({ seed: 1 })
    const [a, b, c] = keepers
    await world.run(async () => {
      const tokens: number[] = []
      const work = (result: string) => async (grant: { readonly token: number }) => {
        tokens.push(grant.token)
        await world.sleep(300)
        if (result === 'fails') throw new Error(result)
        return result
      }
      const first = lead(a, '/leader', work('one'), { data: 'a' })
      await world.sleep(100)
      const leader = await leaderOf(c, '/leader')
      expect([text(leader ?? { data: new Uint8Array() }), leader?.token]).toEqual(['a', tokens[0]])
      const second = lead(b, '/leader', work('fails'))
      await world.sleep(50)
      const third = lead(c, '/leader', work('three'))
      expect(await first).toBe('one')
      await expect(second).rejects.toThrow('fails')
      expect(await third).toBe('three')
      expect(tokens).toEqual([...tokens].sort((x, y) => x - y))
      expect(new Set(tokens).size).toBe(3)
      expect(await leaderOf(a, '/leader')).toBeNull()
      expect(await leaderOf(a, '/nobody')).toBeNull()
    })
  })

  test('RECIPE-22 its signal resigns, also while it waits', async () => {
    const { world, keepers } = await begin({ seed: 2 })
    const [a, b] = keepers
    await world.run(async () => {
      const [leading, waiting] = [new AbortController(), new AbortController()]
      const first = lead(a, '/leader', untilAborted, { signal: leading.signal })
      await world.sleep(100)
      const second = follow(lead(b, '/leader', untilAborted, { signal: waiting.signal }))
      await world.sleep(100)
      waiting.abort()
      leading.abort()
      expect(await first).toBe('was told')
      await world.sleep(200)
      expect(second.error).toEqual(code('Aborted'))
      expect(await childrenOf(a, '/leader')).toEqual([])
    })
  })

  test('RECIPE-23 who stands again goes to the end of the line, and goes on after a suspension and after being deleted', async () => {
    const { world, keepers } = await begin({ seed: 3 })
    const [a, b, c] = keepers
    const terms: string[] = []
    const stop = new AbortController()
    const run = (keeper: Keeper, who: string, ms: number) =>
      follow(
        lead(
          keeper,
          '/leader',
          async ({ signal }) => {
            terms.push(who)
            const told = new Promise<never>((_, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason), { once: true })
            })
            await Promise.race([world.sleep(ms), told])
          },
          { requeue: true, signal: stop.signal },
        ),
      )
    const first = run(a, 'a', 1_000)
    await world.advance(200)
    const second = run(b, 'b', 1_000)
    await world.advance(3_500)
    expect(terms.join('')).toBe('abab')
    world.partition([0], [1, 2])
    await world.advance(30_000)
    expect(first.error).toEqual(null)
    world.heal()
    await world.advance(10_000)
    // It was away for longer than its session.
    expect(first.error).toEqual(code('SessionExpired'))
    const [leading] = await world.until(childrenOf(c, '/leader'))
    const before = terms.length
    await world.until(c.delete(`/leader/${leading}`))
    await world.advance(300)
    expect(terms.length).toBe(before + 1)
    stop.abort()
    await world.advance(300)
    expect(second.error).toEqual(code('Aborted'))
    expect(await world.until(childrenOf(c, '/leader'))).toEqual([])
  })
})

describe('a latch', () => {
  test('RECIPE-24 takes part until it is closed; who waits is told, and so is who listens', async () => {
    const { world, keepers } = await begin({ seed: 4 })
    await world.run(async () => {
      const one = latch(keepers[0], '/leader')
      const first = await one.wait()
      const two = latch(keepers[1], '/leader', { data: 'two' })
      expect([one.hasLeadership, two.hasLeadership, one.term]).toEqual([true, false, first])
      const changes: boolean[] = []
      two.addEventListener('change', () => changes.push(two.hasLeadership))
      await expect(two.wait({ timeoutMs: 100 })).rejects.toEqual(code('Timeout'))
      const waiting = two.wait()
      await one.close()
      expect([first.signal.reason, one.hasLeadership]).toEqual([code('Closed'), false])
      const second = await waiting
      expect(second.token).toBeGreaterThan(first.token)
      expect(changes).toEqual([true])
      await expect(one.wait()).rejects.toEqual(code('Closed'))
      await two[Symbol.asyncDispose]()
      await two.close()
      expect(changes).toEqual([true, false, false])
      expect(await childrenOf(keepers[2], '/leader')).toEqual([])
    })
  })

  test('RECIPE-24 closed before it leads it leaves the line', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    await world.run(async () => {
      const closing = new AbortController()
      const one = latch(keepers[0], '/leader')
      await one.wait()
      const two = latch(keepers[1], '/leader', { signal: closing.signal })
      const waits = follow(two.wait())
      await world.sleep(200)
      closing.abort()
      await world.sleep(200)
      expect(waits.error).toEqual(code('Aborted'))
      expect(await childrenOf(keepers[0], '/leader')).toHaveLength(1)
    })
  })

  test('RECIPE-25 suspended it does not lead; with its session kept it leads again by the same token', async () => {
    const { world, keepers } = await begin({ seed: 6 })
    const one = latch(keepers[0], '/leader')
    const first = await world.until(one.wait())
    const two = latch(keepers[1], '/leader')
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect([one.hasLeadership, first.signal.reason]).toEqual([false, code('Suspended')])
    world.heal()
    const again = await world.until(one.wait())
    expect([again.token, again.signal.aborted, two.hasLeadership]).toEqual([first.token, false, false])
    // Deleted by somebody it stands at the end of the line.
    const [own] = await world.until(childrenOf(keepers[2], '/leader'))
    await world.until(keepers[2].delete(`/leader/${own}`))
    await world.until(two.wait())
    expect(one.hasLeadership).toBe(false)
    await world.until(two.close())
    expect((await world.until(one.wait())).token).toBeGreaterThan(again.token)
    await world.expire(keepers[0])
    expect(one.hasLeadership).toBe(false)
    await expect(world.until(one.wait())).rejects.toEqual(code('SessionExpired'))
  })
})

describe('without a network', () => {
  test('RECIPE-26 tabs of one device elect one of them, and hand over when it is closed, killed or frozen', async () => {
    const world = await virtualEnsemble({ replicas: 1, seed: 7 })
    try {
      const tabs = [
        await world.connect(0),
        await world.connect(0),
        await world.connect(0),
        await world.connect(0),
      ] as const
      const latches: { readonly hasLeadership: boolean; wait(): Promise<Term> }[] = []
      const terms: number[] = []
      for (const tab of tabs) {
        latches.push(latch(tab, '/saver'))
        await world.advance(100)
      }
      const leading = async (index: number) => {
        terms.push((await world.until(latches[index]?.wait() ?? Promise.reject(new Error()))).token)
        expect(latches.filter(({ hasLeadership }) => hasLeadership).length).toBeGreaterThan(0)
      }
      await leading(0)
      expect(latches.map(({ hasLeadership }) => hasLeadership)).toEqual([true, false, false, false])
      await world.until(tabs[0].close())
      await leading(1)
      world.kill(tabs[1])
      await leading(2)
      world.freeze(tabs[2])
      await leading(3)
      expect(terms).toEqual([...terms].sort((x, y) => x - y))
      world.thaw(tabs[2])
      await world.advance(1_000)
      expect(latches[2]?.hasLeadership).toBe(false)
    } finally {
      world.close()
    }
  })

  test('RECIPE-26 the tabs go on leading when the replica moves to another of them', async () => {
    const world = await virtualEnsemble({ replicas: 1, seed: 8 })
    try {
      const one = latch(await world.connect(0), '/saver')
      const first = await world.until(one.wait())
      const two = latch(await world.connect(0), '/saver')
      await world.rehost(0)
      await world.advance(2_000)
      const again = await world.until(one.wait())
      expect([again.token, two.hasLeadership]).toEqual([first.token, false])
    } finally {
      world.close()
    }
  })

  test('RECIPE-27 devices without a quorum elect nobody and keep nobody elected; together again they agree on one', async () => {
    const { world, keepers } = await begin({ seed: 9 })
    const [a, b, c] = keepers
    const one = latch(a, '/leader')
    const first = await world.until(one.wait())
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(one.hasLeadership).toBe(false)
    const alone = follow(lead(a, '/other', () => 'elected alone', { timeoutMs: 3_000 }))
    const [two, three] = [latch(b, '/leader'), latch(c, '/leader')]
    await world.until(Promise.race([two.wait(), three.wait()]))
    expect(alone.error).toEqual(code('Timeout'))
    const leaders = () => [one, two, three].filter(({ hasLeadership }) => hasLeadership)
    expect(leaders()).toHaveLength(1)
    expect(leaders()[0]?.term?.token).toBeGreaterThan(first.token)
    world.heal()
    await world.advance(10_000)
    // Who was alone has a new session to open; what it did before is over.
    expect(a.state).toBe('expired')
    expect(leaders()).toHaveLength(1)
    const back = await world.connect(0)
    const four = latch(back, '/leader')
    await world.advance(500)
    expect([four.hasLeadership, leaders().length]).toEqual([false, 1])
    expect((await world.until(leaderOf(back, '/leader')))?.token).toBe(leaders()[0]?.term?.token)
  })
})

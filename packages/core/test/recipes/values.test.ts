import { describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { Counter, SharedValue } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, text } from './world.ts'

describe('a shared value', () => {
  test('RECIPE-33 all see what was set last; it is set where nobody did meanwhile, or changed with nobody in between', async () => {
    const { world, keepers } = await begin({ seed: 1 })
    await world.run(async () => {
      const [a, b, c] = keepers.map(keeper => new SharedValue(keeper, '/deep/value', 'initial')) as [
        SharedValue,
        SharedValue,
        SharedValue,
      ]
      const first = await a.get()
      expect([text(first), first.version]).toEqual(['initial', -1])
      expect(await a.trySet('one', first.version)).toMatchObject({ version: 0 })
      expect(await b.trySet('two', first.version)).toBeNull()
      const second = await c.get()
      expect(text(second)).toBe('one')
      expect(text(await b.update(data => `${text({ data })}+`))).toBe('one+')
      expect(await c.trySet('three', second.version)).toBeNull()
      await c.set('four')
      expect(text(await a.get())).toBe('four')
      await keepers[0].delete('/deep/value')
      expect(await c.trySet('five', 2)).toBeNull()
      expect(text(await b.update(data => `${text({ data })}!`))).toBe('initial!')
      await expect(
        b.update(() => {
          throw new Error('the app failed')
        }),
      ).rejects.toThrow('the app failed')
    })
  })

  test('RECIPE-33 a replica that is behind does not answer', async () => {
    const { world, keepers } = await begin({ seed: 2 })
    const [a, b] = keepers
    await world.until(new SharedValue(b, '/value').set('old'))
    world.partition([0], [1, 2])
    await world.until(new SharedValue(b, '/value').set('new'))
    await expect(world.until(new SharedValue(a, '/value').get({ timeoutMs: 100 }))).rejects.toEqual(
      code('Timeout'),
    )
    world.heal()
    expect(text(await world.until(new SharedValue(a, '/value').get()))).toBe('new')
  })

  test('RECIPE-34 who follows is told the present value, then newer ones, each once, the last one always', async () => {
    const { world, keepers } = await begin({ seed: 3 })
    const told: string[] = []
    await world.run(async () => {
      const following = (async () => {
        for await (const value of new SharedValue(keepers[1], '/value', '-').values()) {
          told.push(text(value))
          if (text(value) === 'end') return
        }
      })()
      const value = new SharedValue(keepers[0], '/value')
      await world.sleep(100)
      await Promise.all(['1', '2', '3', '4', '5'].map(each => value.set(each)))
      await world.sleep(100)
      await keepers[0].delete('/value')
      await world.sleep(100)
      await value.set('end')
      await following
    })
    expect(told[0]).toBe('-')
    expect(told.slice(-2)).toEqual(['-', 'end'])
    expect(new Set(told).size).toBe(told.length - 1)
  })

  test('RECIPE-34 following ends with its signal, and with its session', async () => {
    const { world, keepers } = await begin({ seed: 4 })
    const giving = new AbortController()
    const values = new SharedValue(keepers[0], '/value').values({ signal: giving.signal })
    await world.until(values.next())
    const next = values.next()
    world.at(100, () => giving.abort())
    await expect(world.until(next)).rejects.toEqual(code('Aborted'))
    const counts = new Counter(keepers[1], '/value').counts()
    await expect(world.until(counts.next())).resolves.toMatchObject({ value: 0 })
    const last = counts.next()
    await Promise.all([
      expect(world.until(last)).rejects.toEqual(code('SessionExpired')),
      world.expire(keepers[1]),
    ])
  })
})

describe('a counter', () => {
  test('RECIPE-35 every addition is counted once, whoever adds at the same time', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    await world.run(async () => {
      const counters = keepers.map(keeper => new Counter(keeper, '/c', 100))
      const sums = await Promise.all(
        Array.from({ length: 60 }, (_, i) => (counters[i % 3] as Counter).add(i % 2 === 0 ? 1 : 3)),
      )
      expect(await counters[0]?.get()).toBe(100 + 30 + 90)
      const afters = sums.map(({ after }) => after).sort((x, y) => x - y)
      expect(new Set(afters).size).toBe(60)
      for (const { before, after } of sums) expect([1, 3]).toContain(after - before)
      expect(await childrenOf(keepers[0], '/c.turns')).toEqual([])
    })
  }, 30_000)

  test('RECIPE-35 what is no integer is refused, and changes nothing', async () => {
    const { world, keepers } = await begin({ seed: 6 })
    await world.run(async () => {
      const counter = new Counter(keepers[0], '/c')
      expect(await counter.add()).toEqual({ before: 0, after: 1 })
      expect(await counter.compareAndSet(0, 5)).toBe(false)
      expect(await counter.compareAndSet(1, 5)).toBe(true)
      await expect(counter.add(0.5)).rejects.toEqual(code('BadArguments'))
      await expect(counter.add(Number.MAX_SAFE_INTEGER)).rejects.toEqual(code('BadArguments'))
      expect(() => new Counter(keepers[0], '/c', 2 ** 53)).toThrow(code('BadArguments'))
      expect(await counter.get()).toBe(5)
      await counter.set(-3)
      expect(await counter.add(1)).toEqual({ before: -3, after: -2 })
      await keepers[0].set('/c', 'seven')
      await expect(counter.add()).rejects.toEqual(code('BadArguments'))
    })
  })

  test('RECIPE-36 who lost four races takes turns with the others that did: each write succeeds soon', async () => {
    const { world, keepers } = await begin({ seed: 7 })
    const many = 40
    await world.run(async () => {
      await new Counter(keepers[0], '/c').set(0)
      const sets = keepers.map(keeper => vi.spyOn(keeper, 'set'))
      await Promise.all(
        Array.from({ length: many }, (_, i) => new Counter(keepers[i % 3] as Keeper, '/c').add()),
      )
      expect(await new Counter(keepers[0], '/c').get()).toBe(many)
      const tried = sets.reduce((sum, { mock }) => sum + mock.calls.length, 0)
      // Four each, then one at a time, with whoever comes late.
      expect(tried).toBeLessThan(many * 6)
    })
  }, 30_000)
})

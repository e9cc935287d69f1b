import { describe, expect, test, vi } from 'vitest'
import { type Hold, Mutex } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, follow } from './world.ts'

describe('giving up', () => {
  test('RECIPE-7 who gives up at any moment leaves nothing behind, and the one behind it goes on waiting', async () => {
    for (let ms = 0; ms <= 40; ms += 2) {
      const { world, keepers } = await begin({ seed: 100 + ms })
      const [a, b, c] = keepers
      await world.run(async () => {
        const held = await new Mutex(a, '/locks/l').acquire()
        const giving = new AbortController()
        world.at(ms, () => giving.abort())
        const given = follow(new Mutex(b, '/locks/l').acquire({ signal: giving.signal }))
        const last = new Mutex(c, '/locks/l').acquire()
        const lastly = follow(last)
        await world.sleep(1_000)
        expect(given.error).toEqual(code('Aborted'))
        expect(lastly.isSettled).toBe(false)
        expect(await childrenOf(a, '/locks/l')).toHaveLength(2)
        await held.release()
        await (await last).release()
        expect(await childrenOf(a, '/locks/l')).toEqual([])
      })
    }
  }, 60_000)

  test('RECIPE-7 who gives up, or has had its turn, watches nothing any more', async () => {
    const { world, keepers } = await begin({ seed: 7 })
    const [a, b] = keepers
    await world.run(async () => {
      const held = await new Mutex(a, '/l').acquire()
      const giving = new AbortController()
      const given = follow(new Mutex(b, '/l').acquire({ signal: giving.signal }))
      await world.sleep(200)
      giving.abort()
      await world.sleep(200)
      expect(given.isSettled).toBe(true)
      await expect(b.removeWatches(held.path)).rejects.toEqual(code('NoWatcher'))
      const waiting = new Mutex(b, '/l').acquire()
      await world.sleep(200)
      await held.release()
      const next = await waiting
      await next.release()
      await world.sleep(200)
      for (const path of ['/l', held.path, next.path])
        await expect(b.removeWatches(path), path).rejects.toEqual(code('NoWatcher'))
    })
  })

  test('RECIPE-7 a signal that was aborted before, and a limit that passes, are told apart', async () => {
    const { world, keepers } = await begin()
    await world.run(async () => {
      const create = vi.spyOn(keepers[1], 'create')
      const mutex = new Mutex(keepers[1], '/l')
      await expect(mutex.acquire({ signal: AbortSignal.abort() })).rejects.toEqual(code('Aborted'))
      expect(create).not.toHaveBeenCalled()
      const held = await new Mutex(keepers[0], '/l').acquire()
      await expect(mutex.acquire({ timeoutMs: 300 })).rejects.toEqual(code('Timeout'))
      await world.sleep(200)
      expect(await childrenOf(keepers[0], '/l')).toEqual([held.path.slice('/l/'.length)])
    })
  })

  test('RECIPE-8 who gives up where no quorum is in reach leaves nothing behind when one is', async () => {
    const { world, keepers } = await begin({ seed: 4 })
    const [a, b] = keepers
    await world.run(async () => {
      const first = await new Mutex(a, '/l').acquire()
      await first.release()
      // Its create is on the way, and nobody answers.
      world.partition([0], [1, 2])
      await expect(new Mutex(a, '/l').acquire({ timeoutMs: 500 })).rejects.toEqual(code('Timeout'))
      await world.sleep(2_000)
      expect(a.state).toBe('suspended')
      world.heal()
      await a.sync()
      await world.sleep(500)
      expect(a.state).toBe('connected')
      expect(await childrenOf(b, '/l')).toEqual([])
      await (await new Mutex(b, '/l').acquire({ timeoutMs: 1_000 })).release()
    })
  })

  test('RECIPE-8 who waits when its session ends is told so', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    const held = await world.until(new Mutex(keepers[0], '/l').acquire())
    const waiting = follow(new Mutex(keepers[1], '/l').acquire())
    const closing = follow(new Mutex(keepers[2], '/l').acquire())
    await world.advance(500)
    await world.expire(keepers[1])
    await world.until(keepers[2].close())
    await world.advance(10)
    expect(waiting.error).toEqual(code('SessionExpired'))
    expect(closing.error).toEqual(code('Closed'))
    expect(await world.until(childrenOf(keepers[0], '/l'))).toHaveLength(1)
    expect(held.signal.aborted).toBe(false)
  })
})

describe('letting go', () => {
  test('RECIPE-12 a hold is released once, by hand, by leaving its block, or when the work has settled, and its signal is aborted', async () => {
    const { world, keepers } = await begin()
    const [a, b] = keepers
    await world.run(async () => {
      const mutex = new Mutex(a, '/l')
      let held: Hold
      {
        await using inBlock = await mutex.acquire()
        held = inBlock
      }
      expect(held.signal.reason).toEqual(code('Closed'))
      expect(await childrenOf(b, '/l')).toEqual([])
      const next = await new Mutex(b, '/l').acquire()
      await held.release()
      await Promise.all([held.release(), held.release()])
      expect(next.signal.aborted).toBe(false)
      await next.release()
      await expect(mutex.withLock(() => Promise.reject(new Error('work failed')))).rejects.toThrow(
        'work failed',
      )
      expect(await mutex.withLock(({ token }) => token)).toBeGreaterThan(next.token)
      expect(await childrenOf(b, '/l')).toEqual([])
    })
  })

  test('RECIPE-12 without a quorum releasing ends after five seconds, and is done when there is one', async () => {
    const { world, keepers } = await begin({ seed: 12 })
    const held = await world.until(new Mutex(keepers[0], '/l').acquire())
    world.partition([0], [1, 2])
    await world.advance(100)
    const from = world.now
    await world.until(held.release())
    expect(world.now - from).toBe(5_000)
    world.heal()
    await world.advance(1_500)
    expect(keepers[0].state).toBe('connected')
    expect(await world.until(childrenOf(keepers[1], '/l'))).toEqual([])
  })
})

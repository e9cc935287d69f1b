import { describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { type Hold, Mutex, withLock } from '../../src/recipes/index.ts'
import { begin, childrenOf, follow, text } from './world.ts'

const code = (wanted: string) => expect.objectContaining({ code: wanted })

describe.each(engineNames)('%s', engine => {
  test('RECIPE-5 one holds at a time, in the order in which they came, with tokens that grow', async () => {
    const { world, keepers } = await begin({ engine })
    const order: string[] = []
    const tokens: number[] = []
    let inside = 0
    await world.run(async () => {
      const all: Promise<void>[] = []
      for (let round = 0; round < 3; round++)
        for (const [index, keeper] of keepers.entries()) {
          const mutex = new Mutex(keeper, '/locks/doc')
          all.push(
            mutex.withLock(async ({ token, signal }) => {
              expect(++inside).toBe(1)
              tokens.push(token)
              order.push(`${index}.${round}`)
              await world.sleep(20)
              expect(signal.aborted).toBe(false)
              inside--
            }),
          )
          // Each has its place before the next one comes.
          await world.sleep(200)
        }
      await Promise.all(all)
      expect(await childrenOf(keepers[0], '/locks/doc')).toEqual([])
    })
    expect(order).toEqual(['0.0', '1.0', '2.0', '0.1', '1.1', '2.1', '0.2', '1.2', '2.2'])
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b))
    expect(new Set(tokens).size).toBe(9)
  })
})

test('RECIPE-5 many at once on one keeper and on several take turns', async () => {
  const { world, keepers } = await begin({ seed: 2 })
  let inside = 0
  let done = 0
  await world.run(() =>
    Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        withLock(keepers[i % 3] as Keeper, '/lock', async () => {
          expect(++inside).toBe(1)
          await world.sleep(5)
          inside--
          done++
        }),
      ),
    ),
  )
  expect(done).toBe(30)
})

test('RECIPE-6 when the holder leaves one wakes, of all who wait', async () => {
  const { world, keepers } = await begin({ seed: 3 })
  await world.run(async () => {
    const held = await new Mutex(keepers[0], '/lock').acquire()
    const waiting = Array.from({ length: 10 }, () => new Mutex(keepers[1], '/lock').acquire())
    await world.sleep(1_000)
    const looks = vi.spyOn(keepers[1], 'children')
    await held.release()
    const first = await Promise.race(waiting)
    await world.sleep(1_000)
    expect(looks).toHaveBeenCalledTimes(1)
    await first.release()
    for (const each of waiting) await (await each).release()
    // Each of the ten looked once more, when it was its turn.
    expect(looks).toHaveBeenCalledTimes(10)
  })
})

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

describe('what a holder learns', () => {
  test('RECIPE-9 a holder that dies makes place for the next, whose token is greater', async () => {
    const { world, keepers } = await begin({ seed: 6 })
    const held = await world.until(new Mutex(keepers[0], '/l').acquire())
    const waiting = new Mutex(keepers[1], '/l').acquire()
    await world.advance(100)
    world.kill(0)
    const next = await world.until(waiting)
    expect(next.token).toBeGreaterThan(held.token)
  })

  test('RECIPE-9 a holder that was frozen for too long hears that it lost it, and its token is the smaller one', async () => {
    const { world, keepers } = await begin({ seed: 7 })
    const held = await world.until(new Mutex(keepers[0], '/l').acquire())
    const waiting = new Mutex(keepers[1], '/l').acquire()
    await world.advance(100)
    world.freeze(0)
    const next = await world.until(waiting)
    expect(held.signal.aborted).toBe(false)
    world.thaw(0)
    await world.advance(5_000)
    expect(held.signal.aborted).toBe(true)
    expect(next.token).toBeGreaterThan(held.token)
    await world.until(held.release())
    await expect(world.until(held.renew())).rejects.toEqual(code('SessionExpired'))
    expect(next.signal.aborted).toBe(false)
  })

  test('RECIPE-10 a holder without a quorum hears Suspended at once, and goes on by renewing, with the same token', async () => {
    const { world, keepers } = await begin({ seed: 8 })
    const held = await world.until(new Mutex(keepers[0], '/l').acquire())
    const waiting = new Mutex(keepers[1], '/l').acquire()
    const waits = follow(waiting)
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(held.signal.reason).toEqual(code('Suspended'))
    expect(waits.isSettled).toBe(false)
    const renewing = held.renew()
    await world.advance(500)
    world.heal()
    const again = await world.until(renewing)
    expect([again.token, again.signal.aborted]).toEqual([held.token, false])
    expect(waits.isSettled).toBe(false)
    await world.until(held.release())
    expect(waits.isSettled).toBe(false)
    await world.until(again.release())
    const next = await world.until(waiting)
    expect(next.token).toBeGreaterThan(again.token)
  })

  test('RECIPE-10 cut off for longer than its session it hears that it is over, and renewing says so', async () => {
    const { world, keepers } = await begin({ seed: 9 })
    const held = await world.until(new Mutex(keepers[0], '/l').acquire())
    const waiting = new Mutex(keepers[1], '/l').acquire()
    world.partition([0], [1, 2])
    const renewing = follow(held.renew())
    const next = await world.until(waiting)
    // Long before another holds it.
    expect(held.signal.reason).toEqual(code('Suspended'))
    world.heal()
    await world.advance(3_000)
    expect(renewing.error).toEqual(code('SessionExpired'))
    expect(next.signal.aborted).toBe(false)
  })

  test('RECIPE-11 a holder whose znode somebody deletes hears Lost, and cannot renew', async () => {
    const { world, keepers } = await begin()
    await world.run(async () => {
      const held = await new Mutex(keepers[0], '/l').acquire()
      await keepers[1].delete(held.path)
      await world.sleep(200)
      expect(held.signal.reason).toEqual(code('Lost'))
      await expect(held.renew()).rejects.toEqual(code('Lost'))
    })
  })

  test('RECIPE-52 what stands in the tree is changed by its holder alone: a multi that checks the znode of the hold', async () => {
    const { world, keepers } = await begin({ seed: 10 })
    const [a, b] = keepers
    await world.run(async () => {
      await a.create('/doc')
      const held = await new Mutex(a, '/l').acquire()
      const write = (keeper: Keeper, { path }: Hold, data: string) =>
        keeper.multi([
          { type: 'check', path },
          { type: 'set', path: '/doc', data },
        ])
      await write(a, held, 'first')
      await b.delete(held.path)
      const next = await new Mutex(b, '/l').acquire()
      // Before it hears that it was lost, or as if it did not look.
      await expect(write(a, held, 'late')).rejects.toEqual(code('NoNode'))
      await write(b, next, 'second')
      expect(text(await b.get('/doc'))).toBe('second')
    })
  })

  test('RECIPE-11 one that waits and whose znode somebody deletes stands in line again', async () => {
    const { world, keepers } = await begin({ seed: 11 })
    await world.run(async () => {
      const held = await new Mutex(keepers[0], '/l').acquire()
      const waiting = new Mutex(keepers[1], '/l').acquire()
      await world.sleep(200)
      const [, second] = await childrenOf(keepers[2], '/l')
      await keepers[2].delete(`/l/${second}`)
      await held.release()
      expect((await waiting).signal.aborted).toBe(false)
      expect(await childrenOf(keepers[2], '/l')).toHaveLength(1)
    })
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

test('RECIPE-13 whose turn it is a quorum says: a replica that is behind cannot', async () => {
  const { world, keepers } = await begin()
  await world.run(async () => {
    const looks = vi.spyOn(keepers[0], 'children')
    const held = await new Mutex(keepers[0], '/l').acquire()
    await new Mutex(keepers[0], '/l').participants()
    expect(looks).toHaveBeenCalled()
    for (const [, options] of looks.mock.calls) expect(options?.consistency).toBe('linearizable')
    await held.release()
  })
})

test('RECIPE-13 a place whose session ended meanwhile is not taken for a turn that has come', async () => {
  const { world, keepers } = await begin({ seed: 13 })
  const [a, b] = keepers
  const first = await world.until(new Mutex(b, '/l').acquire())
  const granted = follow(new Mutex(a, '/l').acquire())
  await world.advance(200)
  // Its replica hears that the first has left, and nothing that comes after.
  world.at(0, () => void first.release())
  const deleted = new Promise<void>(resolve => {
    a.addWatch(first.path, ({ type }) => type === 'NodeDeleted' && resolve()).catch(() => undefined)
  })
  await world.until(deleted)
  world.partition([0], [1, 2])
  world.expireUnheard(a)
  await world.advance(8_000)
  expect(granted.isSettled).toBe(false)
  world.heal()
  await world.advance(3_000)
  expect(granted.error).toEqual(code('SessionExpired'))
})

test('RECIPE-14 an owner that has the lock has it once more at once, and gives it back as often; others wait', async () => {
  const { world, keepers } = await begin()
  await world.run(async () => {
    const mutex = new Mutex(keepers[0], '/l')
    const owner = {}
    const [one, two] = await Promise.all([mutex.acquire({ owner }), mutex.acquire({ owner })])
    expect(two.token).toBe(one.token)
    const other = mutex.acquire({ owner: {} })
    const nobody = mutex.acquire()
    const waits = [follow(other), follow(nobody)]
    await one.release()
    await world.sleep(300)
    expect(two.signal.aborted).toBe(false)
    expect(waits.map(({ isSettled }) => isSettled)).toEqual([false, false])
    await two.release()
    await (await other).release()
    await (await nobody).release()
    const later = await mutex.acquire({ owner })
    expect(later.token).toBeGreaterThan(one.token)
    await later.release()
  })
})

test('RECIPE-14 where the first of an owner gives up, the next of it waits by itself', async () => {
  const { world, keepers } = await begin({ seed: 14 })
  await world.run(async () => {
    const held = await new Mutex(keepers[1], '/l').acquire()
    const mutex = new Mutex(keepers[0], '/l')
    const giving = new AbortController()
    const first = follow(mutex.acquire({ owner: 'o', signal: giving.signal }))
    const second = mutex.acquire({ owner: 'o' })
    await world.sleep(300)
    giving.abort()
    await world.sleep(300)
    expect(first.error).toEqual(code('Aborted'))
    await held.release()
    await (await second).release()
    expect(await childrenOf(keepers[1], '/l')).toEqual([])
  })
})

test('RECIPE-15 a holder is told that somebody wants it back, also when that was said while it waited; it keeps it', async () => {
  const { world, keepers } = await begin()
  const [a, b, c] = keepers
  await world.run(async () => {
    const mutex = new Mutex(c, '/l')
    expect(await mutex.revoke()).toBe(0)
    const held = await new Mutex(a, '/l').acquire({ data: 'me' })
    const waiting = new Mutex(b, '/l').acquire()
    await world.sleep(200)
    expect(held.revocation.aborted).toBe(false)
    expect(await mutex.revoke()).toBe(1)
    await world.sleep(200)
    expect([held.revocation.aborted, held.signal.aborted]).toEqual([true, false])
    expect(text(await c.get(held.path))).toBe('me')
    const [, second] = await mutex.participants()
    await c.set(second?.path ?? '', 'wanted')
    await held.release()
    expect((await waiting).revocation.aborted).toBe(true)
  })
})

test('RECIPE-16 who looks sees who holds and who waits, in order, with what they say of themselves', async () => {
  const { world, keepers } = await begin()
  await world.run(async () => {
    const mutex = new Mutex(keepers[2], '/l')
    expect(await mutex.participants()).toEqual([])
    const held = await new Mutex(keepers[0], '/l').acquire({ data: 'first' })
    const waiting = follow(new Mutex(keepers[1], '/l').acquire({ data: 'second' }))
    await world.sleep(300)
    const all = await mutex.participants()
    expect(all.map(each => [text(each), each.isHolding, each.session])).toEqual([
      ['first', true, keepers[0].session],
      ['second', false, keepers[1].session],
    ])
    expect(all[0]?.token).toBe(held.token)
    expect(waiting.isSettled).toBe(false)
  })
})

test('RECIPE-17 what is missing above is made, as containers that go again, and come again when needed', async () => {
  const { world, keepers } = await begin({ seed: 17 })
  const mutex = new Mutex(keepers[0], '/a/b/c/lock')
  await world.until(mutex.withLock(() => undefined))
  expect(await world.until(keepers[0].exists('/a/b/c/lock'))).not.toBeNull()
  await world.advance(600_000)
  await world.until(keepers[0].sync())
  expect(await world.until(keepers[0].exists('/a'))).toBeNull()
  expect(await world.until(mutex.withLock(() => 'again'))).toBe('again')
  const forbidden = new Mutex(keepers[0], '/zookeeper/lock').acquire()
  await expect(world.until(forbidden)).rejects.toEqual(code('BadArguments'))
})

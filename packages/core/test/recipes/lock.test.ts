import { describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { Mutex, withLock } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, follow, text } from './world.ts'

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

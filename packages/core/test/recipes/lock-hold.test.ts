import { expect, test } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { type Hold, Mutex } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, follow, text } from './world.ts'

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

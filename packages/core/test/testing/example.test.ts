import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../../src/recipes/index.ts'
import { type VirtualEnsemble, virtualEnsemble } from '../../src/testing/index.ts'

let world: VirtualEnsemble
beforeEach(async () => {
  world = await virtualEnsemble({ replicas: 3, seed: 7 })
})
afterEach(() => world.close())

test('VIRT-16 a seat is booked by one of two, also where the first dies with it', async () => {
  const [ada, ben] = [await world.connect(0), await world.connect(1)]
  const booked: string[] = []
  const book = (keeper: typeof ada, name: string, slowly: boolean) =>
    withLock(keeper, '/seats/7a', async () => {
      if (slowly) await world.sleep(60_000)
      if (booked.length === 0) booked.push(name)
    })

  await world.run(async () => {
    void book(ada, 'Ada', true)
    await world.sleep(1_000)
    world.kill(0)
    const began = world.now
    await book(ben, 'Ben', false)
    expect(world.now - began).toBeGreaterThan(4_000) // Ada's session had to run out first
  })
  expect(booked).toEqual(['Ben'])
})

test('VIRT-16 a device that slept for an hour hears that its session is over', async () => {
  const keeper = await world.connect(2)
  await world.until(keeper.create('/here', 'me', { mode: 'ephemeral' }))
  world.freeze(2)
  await world.advance(3_600_000)
  expect(world.peek('/here')).toBeNull()
  world.thaw(2)
  await world.advance(1_000)
  expect(keeper.state).toBe('expired')
}, 60_000)

import { afterEach, describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { type VirtualEnsemble, virtualEnsemble } from '../../src/testing/index.ts'

let world: VirtualEnsemble | null = null

afterEach(() => {
  world?.close()
  world = null
})

describe.each(engineNames)('%s', engine => {
  test.each([1, 2, 3, 4, 5, 6])(
    'HOST-8 whoever leaves first, and at once after it the next, the last of three goes on (seed %i)',
    async seed => {
      const here = await virtualEnsemble({ replicas: 3, engine, seed })
      world = here
      const order = [seed % 3, (seed + 1 + (seed % 2)) % 3]
      const last = [0, 1, 2].find(device => !order.includes(device)) ?? 0
      const keeper = await here.connect(last)
      here.weather({ minMs: 60, maxMs: 160 })
      for (const device of order) await here.leave(device)
      await here.until(keeper.create('/x', 'alone', { timeoutMs: 30_000 }))
      expect(keeper.state).toBe('connected')
    },
  )

  test.each([1, 2, 3, 4, 5, 6])(
    'HOST-9 where frames are lost, too, and of two the leader leaves, the other goes on (seed %i)',
    async seed => {
      const here = await virtualEnsemble({ replicas: 2, engine, seed })
      world = here
      const leaver = seed % 2
      const keeper = await here.connect(1 - leaver)
      here.weather({ minMs: 10, maxMs: 60, loss: 0.25 })
      await here.leave(leaver)
      here.heal()
      await here.until(keeper.create('/x', 'alone', { timeoutMs: 30_000 }))
    },
  )

  test('HOST-9 two of three leave at the same time: the last one goes on', async () => {
    const here = await virtualEnsemble({ replicas: 3, engine })
    world = here
    const keeper = await here.connect(2)
    here.weather({ minMs: 60, maxMs: 160 })
    await here.run(async () => {
      await Promise.all([here.leave(0), here.leave(1)])
    })
    await here.until(keeper.create('/x', 'alone', { timeoutMs: 30_000 }))
  })
})

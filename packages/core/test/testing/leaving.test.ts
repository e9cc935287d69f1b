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
      const keepers = [await here.connect(0), await here.connect(1), await here.connect(2)]
      const order = [seed % 3, (seed + 1 + (seed % 2)) % 3]
      const last = keepers.find((_, index) => !order.includes(index))
      here.weather({ minMs: 60, maxMs: 160 })
      await here.run(async () => {
        for (const index of order) await keepers[index]?.close()
        await last?.create('/x', 'alone', { timeoutMs: 30_000 })
      })
      expect(last?.state).toBe('connected')
    },
  )
})

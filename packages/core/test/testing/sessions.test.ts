import { expect, test } from 'vitest'
import { sessionsMax } from '../../src/logic/base/limits.ts'
import { startEnsemble } from '../../src/testing/index.ts'

test('SESS-15 a client that comes when there are as many sessions as there may be is told so', async () => {
  const ensemble = await startEnsemble({ replicas: 1 })
  try {
    const first = await ensemble.connect(0)
    for (let i = 1; i < sessionsMax; i++)
      ensemble.replica(0).push({
        type: 'client',
        client: 1_000,
        request: { type: 'open', token: `t${i}`, timeoutMs: 40_000 },
      })
    await first.sync()
    await expect(ensemble.connect(0)).rejects.toMatchObject({ code: 'LimitExceeded' })
    await first.close()
    expect((await ensemble.connect(0)).state).toBe('connected')
  } finally {
    await ensemble.close()
  }
}, 30_000)

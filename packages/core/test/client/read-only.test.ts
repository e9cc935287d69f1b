import { afterEach, expect, test } from 'vitest'
import { type Ensemble, startEnsemble } from '../../src/testing/ensemble.ts'

let ensemble: Ensemble | null = null
afterEach(async () => {
  await ensemble?.close()
  ensemble = null
})

const text = (data: Uint8Array): string => new TextDecoder().decode(data)

test('KEEPER-48 without a quorum a keeper that may reads what its replica holds, and goes on with a session when there is one', async () => {
  ensemble = await startEnsemble({ replicas: 3 })
  const before = await ensemble.connect(0)
  await before.create('/open', 'data')
  await before.addAuth('digest', 'ada:secret')
  await before.create('/mine', 'secret', { acl: [{ scheme: 'auth', id: '', perms: 31 }] })
  await before.sync()
  await ensemble.replica(1).close()
  await ensemble.replica(2).close()

  const keeper = await ensemble.connect(0, { canBeReadOnly: true })
  expect(keeper.state).toBe('readOnly')
  expect(text((await keeper.get('/open')).data)).toBe('data')
  expect((await keeper.children('/')).children).toContain('open')
  expect(await keeper.exists('/none')).toBe(null)
  await expect(keeper.get('/mine')).rejects.toMatchObject({ code: 'NoAuth' })
  await expect(keeper.get('/none')).rejects.toMatchObject({ code: 'NoNode', path: '/none' })
  await expect(keeper.get('/open', { consistency: 'linearizable', timeoutMs: 50 })).rejects.toMatchObject({
    code: 'Timeout',
  })
  const created = keeper.create('/later', 'written')

  await ensemble.replica(1).start()
  await created
  expect(keeper.state).toBe('connected')
  expect(text((await keeper.get('/later')).data)).toBe('written')
})

test('KEEPER-48 one that may not waits for its session, and gives up in time', async () => {
  ensemble = await startEnsemble({ replicas: 3 })
  await (await ensemble.connect(0)).create('/open')
  await ensemble.replica(1).close()
  await ensemble.replica(2).close()
  await expect(ensemble.connect(0, { timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'Timeout' })
})

import { afterEach, expect, test, vi } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import type { ConnectOptions, Keeper } from '../../src/client/index.ts'
import { inProcessWorker } from '../../src/testing/in-process.ts'

const keepers: Keeper[] = []
afterEach(async () => {
  await Promise.all(keepers.splice(0).map(keeper => keeper.close()))
  vi.unstubAllGlobals()
})

const open = async (options: Partial<ConnectOptions> = {}) => {
  const room = `in-process-${process.pid}`
  const keeper = await connect({ room, storage: 'memory', worker: inProcessWorker, ...options })
  keepers.push(keeper)
  return keeper
}

test('API-11 keepers of one room and process are one ensemble, with nothing of a browser', async () => {
  for (const name of ['navigator', 'indexedDB', 'Worker', 'window']) vi.stubGlobal(name, undefined)
  const [a, b] = await Promise.all([open(), open()])
  expect(a.ensemble).toBe(b.ensemble)
  expect(a.node).not.toBe(b.node)
  await a.create('/x', 'seen')
  await b.sync()
  expect(new TextDecoder().decode((await b.get('/x')).data)).toBe('seen')
  await a.close()
  await b.set('/x', 'goes on')
  await b.close()
  const later = await open()
  expect(later.ensemble).not.toBe(a.ensemble)
  expect(await later.exists('/x')).toBe(null)
})

test('API-11 what it cannot do it refuses', async () => {
  await expect(open({ storage: 'indexeddb', replicas: 'per-tab' })).rejects.toMatchObject({
    code: 'OpenFailed',
    reason: 'Unsupported',
  })
  await open()
  await expect(open({ engine: 'raft' })).rejects.toMatchObject({ code: 'OpenFailed', reason: 'Mismatch' })
})

import { afterEach, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { type Ensemble, startEnsemble } from '../../src/testing/ensemble.ts'
import { until } from '../integration/ensemble.ts'

let ensemble: Ensemble | null = null
afterEach(async () => {
  await ensemble?.close()
  ensemble = null
})

for (const engine of engineNames)
  test(`TESTING-1 sessions at different replicas share one tree: ${engine}`, async () => {
    ensemble = await startEnsemble({ engine })
    const [a, b, c] = await Promise.all([ensemble.connect(0), ensemble.connect(1), ensemble.connect(1)])
    await a.create('/x', '1')
    await b.sync()
    expect((await b.get('/x')).stat.version).toBe(0)
    await c.set('/x', '2')
    expect(new Set([a.session, b.session, c.session]).size).toBe(3)
    expect(b.node).toBe(c.node)
  })

test('TESTING-2 a session is expired on demand, and the others at its replica live on', async () => {
  ensemble = await startEnsemble()
  const [a, b] = await Promise.all([ensemble.connect(2), ensemble.connect(2)])
  await a.create('/e', '', { mode: 'ephemeral' })
  await ensemble.expire(a)
  expect(a.state).toBe('expired')
  await b.sync()
  expect(await b.exists('/e')).toBeNull()
})

test('HOST-5 a page that leaves takes nothing from another page at the same replica', async () => {
  ensemble = await startEnsemble({ replicas: 1 })
  const [a, b] = await Promise.all([ensemble.connect(0), ensemble.connect(0)])
  const events: string[] = []
  await b.exists('/x', { watch: ({ type }) => events.push(type) })
  await a.create('/e', '', { mode: 'ephemeral' })
  await a.close()
  expect(await b.exists('/e')).toBeNull()
  await b.create('/x')
  expect(events).toEqual(['NodeCreated'])
})

test('HOST-6 a replica that leaves is no member by then, and one that only stops still counts', async () => {
  ensemble = await startEnsemble({ replicas: 3 })
  const a = await ensemble.connect(0)
  await a.create('/x')
  const nodes = ensemble.replicas.map(({ node }) => node)
  const members = () => {
    const membership = ensemble?.replica(0).status?.membership
    return [...(membership?.voters ?? []), ...(membership?.observers ?? [])]
  }
  await ensemble.replica(1).close('stop')
  await a.set('/x', '1')
  expect(members()).toEqual(nodes)
  await ensemble.replica(1).start()
  await a.set('/x', '2')
  await ensemble.replica(2).close('leave')
  expect(members()).toEqual(nodes.slice(0, 2))
  await a.set('/x', '3')
})

test('HOST-7 of two replicas one votes; where it leaves, however early, the other votes and goes on', async () => {
  ensemble = await startEnsemble({ replicas: 2 })
  const { replicas } = ensemble
  const observer = await until('one observes', () => replicas[0]?.status?.membership.observers[0])
  const voter = replicas.findIndex(({ node }) => node !== observer)
  await ensemble.replica(voter).close('leave')
  const b = await ensemble.connect(1 - voter)
  await b.create('/x')
  expect(replicas[1 - voter]?.status?.membership).toEqual({ voters: [observer], observers: [] })
})

test('TESTING-3 a replica that is started again has what it stored', async () => {
  ensemble = await startEnsemble({ replicas: 1 })
  const a = await ensemble.connect(0)
  await a.create('/x', '1')
  await a.close()
  await ensemble.replica(0).close()
  await ensemble.replica(0).start()
  const b = await ensemble.connect(0)
  expect((await b.get('/x')).stat.version).toBe(0)
})

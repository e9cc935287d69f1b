import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KeeperError } from '../../src/client/error.ts'
import type { WatchEvent } from '../../src/client/watches.ts'
import { StorageError } from '../../src/host/storage/contract.ts'
import { sessionId } from '../../src/logic/base/ids.ts'
import { openKeeper } from './open-keeper.ts'

let opened: Awaited<ReturnType<typeof openKeeper>>
beforeEach(async () => {
  opened = await openKeeper()
})
afterEach(async () => {
  await opened.close()
})

const text = (data: Uint8Array) => new TextDecoder().decode(data)

test('KEEPER-1 create, get, set, exists, children and delete do what they say', async () => {
  const { keeper } = opened
  const created = await keeper.create('/a', 'one')
  expect(created.path).toBe('/a')
  const { data, stat } = await keeper.get('/a')
  expect(text(data)).toBe('one')
  expect(stat).toEqual(created.stat)
  expect((await keeper.set('/a', 'two', { version: 0 })).version).toBe(1)
  const child = await keeper.create('/a/n-', '', { mode: 'ephemeralSequential' })
  expect(child.path).toBe('/a/n-0000000000')
  expect(child.stat.ephemeralOwner).toBe(keeper.session)
  expect((await keeper.children('/a')).children).toEqual(['n-0000000000'])
  await keeper.delete(child.path)
  await keeper.delete('/a', { version: 1 })
  expect(await keeper.exists('/a')).toBeNull()
})

test('KEEPER-11 calls that are made before the session is open wait for it', async () => {
  const { keeper, session } = opened
  expect(keeper.session).toBe(0)
  const created = keeper.create('/a', '', { mode: 'ephemeral' })
  const read = keeper.get('/a')
  await session.opened
  expect((await created).stat.ephemeralOwner).toBe(keeper.session)
  expect((await read).stat.ephemeralOwner).toBe(keeper.session)
})

test('KEEPER-2 errors carry a code and the path', async () => {
  const { keeper } = opened
  await keeper.create('/a')
  await expect(keeper.create('/a')).rejects.toMatchObject({ code: 'NodeExists', path: '/a' })
  await expect(keeper.get('/b')).rejects.toMatchObject({ code: 'NoNode', path: '/b' })
  await expect(keeper.set('/a', '', { version: 7 })).rejects.toMatchObject({ code: 'BadVersion' })
  await expect(keeper.delete('/')).rejects.toBeInstanceOf(KeeperError)
})

test('KEEPER-3 bad arguments are refused before anything goes out', async () => {
  const { keeper, host } = opened
  await keeper.sync()
  const before = host.status().chosenThrough
  for (const path of ['a', '/a/', '/a//b', '/a/./b', '/..', '/\u0000', ''])
    await expect(keeper.create(path)).rejects.toMatchObject({ code: 'BadArguments' })
  await expect(keeper.create('/big', new Uint8Array(1_048_576))).rejects.toMatchObject({
    code: 'DataTooLarge',
  })
  expect(host.status().chosenThrough).toBe(before)
})

test('KEEPER-4 many writes at once are answered each, in their order', async () => {
  const { keeper } = opened
  await keeper.create('/a')
  const versions = await Promise.all(Array.from({ length: 500 }, () => keeper.set('/a', 'x')))
  expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
})

test('KEEPER-5 a read comes after the session’s earlier writes', async () => {
  const { keeper } = opened
  const [, { stat }] = await Promise.all([keeper.create('/a', '1'), keeper.get('/a')])
  expect(stat.version).toBe(0)
  const [, , again] = await Promise.all([keeper.set('/a', '2'), keeper.set('/a', '3'), keeper.get('/a')])
  expect(text(again.data)).toBe('3')
  const fresh = await keeper.get('/a', { consistency: 'linearizable' })
  expect(text(fresh.data)).toBe('3')
  await keeper.sync()
})

test('KEEPER-6 a one-shot watch fires once, before the answer that shows the change', async () => {
  const { keeper } = opened
  const order: string[] = []
  await keeper.exists('/a', { watch: ({ type }) => order.push(type) })
  await keeper.create('/a')
  order.push('created')
  await keeper.set('/a', 'x')
  expect(order).toEqual(['NodeCreated', 'created'])
})

test('KEEPER-7 a recursive watch tells of every change below, by iterator and by callback', async () => {
  const { keeper } = opened
  await keeper.create('/a')
  const heard: WatchEvent[] = []
  const byCallback = await keeper.watch('/a', { recursive: true, onEvent: event => heard.push(event) })
  const byIterator = await keeper.watch('/a', { recursive: true })
  await keeper.create('/a/b')
  await keeper.set('/a/b', '1')
  await keeper.delete('/a/b')
  const iterated: string[] = []
  for await (const { type, path } of byIterator) {
    iterated.push(`${type} ${path}`)
    if (iterated.length === 3) break
  }
  expect(iterated).toEqual(['NodeCreated /a/b', 'NodeDataChanged /a/b', 'NodeDeleted /a/b'])
  expect(heard.map(({ type }) => type)).toEqual(['NodeCreated', 'NodeDataChanged', 'NodeDeleted'])
  byCallback.close()
  await keeper.set('/a', '')
  expect(heard).toHaveLength(3)
})

test('KEEPER-8 a call that is aborted ends; before it went out nothing happens, after it did the write may', async () => {
  const { keeper } = opened
  const before = { signal: AbortSignal.abort() }
  await expect(keeper.create('/a', '', before)).rejects.toMatchObject({ code: 'Aborted' })
  const controller = new AbortController()
  const aborted = keeper.create('/b', '', { signal: controller.signal })
  controller.abort()
  await expect(aborted).rejects.toMatchObject({ code: 'Aborted' })
  await keeper.create('/c')
  expect(await keeper.exists('/a')).toBeNull()
  expect(await keeper.exists('/b')).not.toBeNull()
})

test('KEEPER-9 a replica that stops tells its page why', async () => {
  const { keeper, disk, stoppedBy, session } = opened
  disk.failure = new StorageError('QuotaExceeded', 'full')
  const write = keeper.create('/a')
  expect(await stoppedBy).toBe('StorageQuotaExceeded')
  session.end(new KeeperError('ReplicaStopped', 'full'))
  await expect(write).rejects.toMatchObject({ code: 'ReplicaStopped' })
  await expect(keeper.get('/a')).rejects.toMatchObject({ code: 'ReplicaStopped' })
})

test('KEEPER-10 more writes than may wait are refused with TooManyRequests', async () => {
  const { keeper } = opened
  await keeper.create('/a')
  const outcomes = await Promise.allSettled(Array.from({ length: 1_100 }, () => keeper.set('/a', 'x')))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(1_100 - 1_024)
  expect(refused[0]).toMatchObject({ reason: { code: 'TooManyRequests' } })
})

test('KEEPER-10 more reads than may wait at a replica are refused with TooManyRequests', async () => {
  const { keeper, session } = opened
  await session.opened
  // How long a busy machine takes for so many is not what this is about.
  const patient = { timeoutMs: 60_000 }
  const outcomes = await Promise.allSettled(Array.from({ length: 16_400 }, () => keeper.sync(patient)))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(16_400 - 16_384)
  expect(refused[0]).toMatchObject({ reason: { code: 'TooManyRequests' } })
})

test('REPLICA-11 a watcher that hears of nothing moves on with the answers to pings', async () => {
  const { keeper, host, link } = opened
  const watcher = await keeper.watch('/quiet')
  const before = watcher.zxid
  host.push({ type: 'client', client: 2, request: { type: 'open', token: 'other', timeoutMs: 5_000 } })
  await vi.waitFor(() => expect(host.status().appliedThrough).toBe(before + 1))
  expect(watcher.zxid).toBe(before)
  link.request({ type: 'ping', session: sessionId(keeper.session) })
  await vi.waitFor(() => expect(watcher.zxid).toBe(before + 1))
})

import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { keyId } from '../../src/client/identity.ts'
import type { Keeper } from '../../src/client/keeper.ts'
import type { WatchCallback, WatchEvent } from '../../src/client/watches.ts'
import { type Ensemble, startEnsemble } from '../../src/testing/ensemble.ts'
import { type MovingKeeper, movingKeeper } from './moving-keeper.ts'

let ensemble: Ensemble
let other: Keeper
/** A znode of its own for each test. */
let at = ''
const opened: MovingKeeper[] = []

beforeAll(async () => {
  ensemble = await startEnsemble()
  other = await ensemble.connect(0)
})
afterAll(async () => {
  for (const each of opened) each.close()
  await ensemble.close()
})
beforeEach(async () => {
  at = (await other.create('/t-', '', { mode: 'persistentSequential' })).path
})

/** One that is served by replica `index`. */
async function keeperAt(index: number, options = {}): Promise<MovingKeeper> {
  const moving = movingKeeper(ensemble, options)
  opened.push(moving)
  await moving.moveTo(ensemble.replica(index))
  return moving
}

const text = (data: Uint8Array) => new TextDecoder().decode(data)

test('KEEPER-36 a session and its ephemerals outlive the replica, and the keeper is suspended in between', async () => {
  const moving = await keeperAt(1)
  const { keeper, states } = moving
  const { session } = keeper
  await keeper.create(`${at}/mine`, '', { mode: 'ephemeral' })
  await ensemble.replica(1).close()
  await vi.waitFor(() => expect(keeper.state).toBe('suspended'))
  const waiting = [keeper.create(`${at}/next`, '', { mode: 'ephemeral' }), keeper.children(at)] as const
  await ensemble.replica(1).start()
  expect(await moving.moveTo(ensemble.replica(1))).toBe(true)
  expect((await waiting[0]).stat.ephemeralOwner).toBe(session)
  expect((await waiting[1]).children).toEqual(['mine', 'next'])
  expect((await other.exists(`${at}/mine`))?.ephemeralOwner).toBe(session)
  await vi.waitFor(() => expect(states).toEqual(['connected', 'suspended', 'connected']))
  expect(keeper.session).toBe(session)
})

test.each([
  ['before the replica heard them', true, true],
  ['after the replica heard them', false, true],
  ['with answers on their way', false, false],
])(
  'KEEPER-37 writes that are under way %s are carried out once, in their order',
  async (_, isDeaf, isMute) => {
    const moving = await keeperAt(1)
    const { keeper } = moving
    await keeper.sync()
    Object.assign(moving.line, { isDeaf, isMute })
    const creates = Array.from({ length: 50 }, () =>
      keeper.create(`${at}/n-`, '', { mode: 'persistentSequential' }),
    )
    const carriedOut = async () => expect((await other.children(at)).children).not.toEqual([])
    if (isMute && !isDeaf) await vi.waitFor(carriedOut)
    void moving.moveTo(ensemble.replica(2))
    const paths = (await Promise.all(creates)).map(({ path }) => path)
    expect(paths).toEqual(Array.from({ length: 50 }, (_, i) => `${at}/n-${`${i}`.padStart(10, '0')}`))
    expect((await keeper.children(at)).children).toHaveLength(50)
  },
)

test('KEEPER-37 a write that nobody waits for any more does not hold up those after it', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  moving.line.isDeaf = true
  await expect(keeper.set(at, '1', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'Timeout' })
  const next = keeper.set(at, '2')
  await moving.moveTo(ensemble.replica(2))
  expect((await next).version).toBe(2)
})

test('KEEPER-38 reads without an answer are asked again in their place among the writes, and none goes back', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  await keeper.set(at, '0')
  moving.line.isDeaf = true
  const calls = Promise.all([
    keeper.get(at),
    keeper.set(at, '1'),
    keeper.get(at),
    keeper.sync(),
    keeper.set(at, '2'),
    keeper.get(at, { consistency: 'linearizable' }),
  ])
  await moving.moveTo(ensemble.replica(2))
  const results = await calls
  expect([results[0], results[2], results[5]].map(({ data }) => text(data))).toEqual(['0', '1', '2'])
})

test('KEEPER-38 a replica that is behind what the session saw answers when it has caught up', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  await ensemble.replica(2).close()
  const heard: number[] = []
  await keeper.watch(at, { onEvent: ({ zxid }) => heard.push(zxid) })
  const sets = await Promise.all(Array.from({ length: 200 }, (_, i) => keeper.set(at, `${i}`)))
  await ensemble.replica(2).start()
  void moving.moveTo(ensemble.replica(2))
  expect(text((await keeper.get(at)).data)).toBe('199')
  expect(heard).toEqual(sets.map(({ mzxid }) => mzxid))
})

test('KEEPER-39 watches that stay hear each change once, also those while there was no replica', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  const [watched, called, taken]: [string[], string[], string[]] = [[], [], []]
  const resumableFrom: boolean[] = []
  const note = (to: string[]) => (event: { type: string; path: string }) =>
    to.push(`${event.type} ${event.path.slice(at.length)}`)
  const watcher = await keeper.watch(at, {
    recursive: true,
    onEvent: event => {
      note(watched)(event)
      resumableFrom.push(watcher.zxid === event.zxid)
    },
  })
  await keeper.addWatch(at, note(called), { mode: 'persistentRecursive' })
  const iterator = await keeper.watch(at, { recursive: true })
  await other.create(`${at}/a`)
  await keeper.sync()
  moving.lose()
  const zxid = iterator.zxid
  await other.create(`${at}/b`)
  await other.delete(`${at}/b`)
  expect(iterator.zxid).toBe(zxid)
  await moving.moveTo(ensemble.replica(2))
  await other.set(at, '')
  await keeper.sync()
  const all = ['NodeCreated /a', 'NodeCreated /b', 'NodeDeleted /b', 'NodeDataChanged ']
  expect(watched).toEqual(all)
  expect(called).toEqual(all)
  expect(resumableFrom).toEqual([true, true, true, true])
  for (const _ of all) note(taken)((await iterator.next()).value as WatchEvent)
  expect(taken).toEqual(all)
})

test('KEEPER-39 a watch that is closed while there is no replica is not set again', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  const watcher = await keeper.watch(at)
  moving.lose()
  watcher.close()
  await moving.moveTo(ensemble.replica(2))
  await expect(keeper.removeWatches(at)).rejects.toMatchObject({ code: 'NoWatcher' })
})

test('KEEPER-40 a one-shot watch fires once for a change that came while there was no replica, and otherwise stays', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  const fired: string[] = []
  const note =
    (name: string): WatchCallback =>
    ({ type }) =>
      fired.push(`${name} ${type}`)
  await keeper.get(at, { watch: note('data') })
  await keeper.children(at, { watch: note('children') })
  await keeper.exists(`${at}/a`, { watch: note('exists') })
  await keeper.exists(`${at}/b`, { watch: note('quiet') })
  moving.lose()
  await other.create(`${at}/a`)
  await other.set(at, '1')
  await other.set(at, '2')
  await moving.moveTo(ensemble.replica(2))
  expect(fired).toEqual(['exists NodeCreated', 'children NodeChildrenChanged', 'data NodeDataChanged'])
  await other.set(at, '3')
  await other.create(`${at}/b`)
  await keeper.sync()
  expect(fired.slice(3)).toEqual(['quiet NodeCreated'])
})

test('KEEPER-40 where the changes are forgotten one-shot watches fire by what there is, and addWatch is told of it', async () => {
  const small = await startEnsemble({ replicas: 1, history: { changesMax: 1, bytesMax: 1_000_000 } })
  const moving = movingKeeper(small)
  try {
    const writer = await small.connect(0)
    for (const path of ['/a', '/b', '/c', '/a/x']) await writer.create(path)
    await moving.moveTo(small.replica(0))
    const { keeper } = moving
    const fired: string[] = []
    const note: WatchCallback = ({ type, path }) => fired.push(`${type} ${path}`)
    for (const path of ['/a', '/b', '/c']) await keeper.exists(path, { watch: event => note(event) })
    await keeper.children('/a', { watch: event => note(event) })
    const resumed = await keeper.watch('/c')
    await keeper.addWatch('/a', event => note(event), { mode: 'persistentRecursive' })
    moving.lose()
    await writer.set('/a', '1')
    await writer.delete('/c')
    await writer.create('/a/y')
    await writer.create('/z')
    await moving.moveTo(small.replica(0))
    expect(fired.sort()).toEqual([
      'NodeChildrenChanged /a',
      'NodeCreated /a/y',
      'NodeDataChanged /a',
      'NodeDataChanged /a',
      'NodeDeleted /c',
    ])
    expect((await resumed.next()).value).toMatchObject({ type: 'Resync', znodes: [] })
    await writer.set('/b', '1')
    await keeper.sync()
    expect(fired.at(-1)).toBe('NodeDataChanged /b')
  } finally {
    moving.close()
    await small.close()
  }
})

test('KEEPER-41 a session that expired meanwhile is told so at the next replica, and every waiting call with it', async () => {
  const moving = await keeperAt(1)
  const { keeper, states } = moving
  await keeper.create(`${at}/mine`, '', { mode: 'ephemeral' })
  const watcher = await keeper.watch(at)
  moving.lose()
  const expired = ensemble.expire(keeper)
  await vi.waitFor(async () => expect(await other.exists(`${at}/mine`)).toBeNull())
  const calls = [keeper.set(at, '1'), keeper.get(at), keeper.sync(), watcher.next()]
  const outcomes = Promise.allSettled(calls)
  expect(await moving.moveTo(ensemble.replica(2))).toBe(false)
  await expired
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'SessionExpired' } })
  expect(states).toEqual(['connected', 'suspended', 'expired'])
  await expect(keeper.get(at)).rejects.toMatchObject({ code: 'SessionExpired' })
  expect((await other.get(at)).stat.version).toBe(0)
})

test('KEEPER-42 while there is no replica calls end by their own limits, and no more wait than may', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  moving.lose()
  const limit = { timeoutMs: 20 }
  await expect(keeper.get(at, limit)).rejects.toMatchObject({ code: 'Timeout' })
  await expect(keeper.addWatch(at, () => undefined, limit)).rejects.toMatchObject({ code: 'Timeout' })
  const controller = new AbortController()
  const aborted = keeper.children(at, { signal: controller.signal })
  controller.abort()
  await expect(aborted).rejects.toMatchObject({ code: 'Aborted' })
  const writes = Promise.allSettled(Array.from({ length: 1_030 }, () => keeper.set(at, '')))
  const reads = Promise.allSettled(Array.from({ length: 16_390 }, () => keeper.exists(at)))
  await moving.moveTo(ensemble.replica(2))
  const refused = async (outcomes: typeof writes | typeof reads) => {
    const codes = []
    for (const each of await outcomes) if (each.status === 'rejected') codes.push(each.reason.code)
    return codes
  }
  expect(await refused(writes)).toEqual(Array(6).fill('TooManyRequests'))
  expect(await refused(reads)).toEqual(Array(6).fill('TooManyRequests'))
  expect((await keeper.get(at)).stat.version).toBe(1_024)
  await expect(keeper.removeWatches(at)).rejects.toMatchObject({ code: 'NoWatcher' })
})

test('KEEPER-43 a hundred moves in a row lose nothing and repeat nothing', async () => {
  const moving = await keeperAt(0)
  const { keeper } = moving
  const heard: string[] = []
  await keeper.watch(at, { recursive: true, onEvent: ({ path }) => heard.push(path) })
  const creates: Promise<{ readonly path: string }>[] = []
  for (let i = 0; i < 100; i++) {
    creates.push(keeper.create(`${at}/n-`, '', { mode: 'persistentSequential' }))
    const served = moving.moveTo(ensemble.replica(i % 3))
    if (i % 4 === 0) expect(await served).toBe(true)
  }
  const paths = (await Promise.all(creates)).map(({ path }) => path)
  await keeper.sync()
  expect(paths).toEqual(Array.from({ length: 100 }, (_, i) => `${at}/n-${`${i}`.padStart(10, '0')}`))
  expect(heard).toEqual(paths)
})

test('KEEPER-44 what a page observes, and what it asked the worker, it is told by the next one', async () => {
  const moving = await keeperAt(1)
  const { keeper, link } = moving
  const nodes = new Set<string>()
  keeper.on('status', ({ node }) => nodes.add(node))
  keeper.observe()
  await vi.waitFor(() => expect([...nodes]).toEqual([ensemble.replica(1).node]))
  moving.line.isDeaf = true
  const asked = link.ask({ type: 'challenge' })
  await moving.moveTo(ensemble.replica(2))
  expect(await asked).toMatchObject({ type: 'challenge' })
  moving.lose()
  const waiting = link.ask({ type: 'challenge' })
  await moving.moveTo(ensemble.replica(1))
  expect(await waiting).toMatchObject({ type: 'challenge' })
  await other.set(at, '')
  await vi.waitFor(() => expect(nodes.size).toBe(2))
})

test('KEEPER-45 a watch whose call was given up after it was set is taken back, and another of the same function stays', async () => {
  const moving = await keeperAt(1)
  const { keeper } = moving
  const heard: string[] = []
  const watcher: WatchCallback = ({ type }) => heard.push(type)
  const late = { timeoutMs: 20 }
  moving.line.isMute = true
  await expect(keeper.addWatch(at, watcher, late)).rejects.toMatchObject({ code: 'Timeout' })
  await expect(keeper.get(at, { watch: watcher, ...late })).rejects.toMatchObject({ code: 'Timeout' })
  moving.line.isMute = false
  await expect(keeper.removeWatches(at)).rejects.toMatchObject({ code: 'NoWatcher' })
  await keeper.addWatch(at, watcher)
  moving.line.isMute = true
  await expect(keeper.addWatch(at, watcher, late)).rejects.toMatchObject({ code: 'Timeout' })
  moving.line.isMute = false
  await keeper.set(at, '1')
  expect(heard).toEqual(['NodeDataChanged'])
})

test('REPLICA-14 a session is at the newest of its streams; what comes by an older one is not heard', async () => {
  const moving = await keeperAt(1)
  const { keeper, session } = moving
  const heard: string[] = []
  await keeper.addWatch(at, ({ type }) => heard.push(type))
  const before = moving.line
  before.isDeaf = true
  await moving.moveTo(ensemble.replica(1))
  before.say({ type: 'requests', requests: [{ type: 'ping', session: session.id }] })
  await other.set(at, '1')
  await keeper.sync()
  expect(heard).toEqual(['NodeDataChanged'])
  before.say({ type: 'leave' })
  await keeper.sync()
  await other.set(at, '2')
  await keeper.sync()
  expect(heard).toEqual(['NodeDataChanged', 'NodeDataChanged'])
  await keeper.removeWatches(at)
  await expect(keeper.removeWatches(at)).rejects.toMatchObject({ code: 'NoWatcher' })
})

test('KEEPER-46 addAuth with a key is carried out once, wherever in it the session moves', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const usages: KeyUsage[] = ['sign', 'verify']
  for (let turns = 0; turns < 12; turns++) {
    const moving = await keeperAt(1)
    const { keeper } = moving
    const pair = await crypto.subtle.generateKey(algorithm, true, usages)
    const added = keeper.addAuth('key', pair)
    for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
    await moving.moveTo(ensemble.replica(2))
    await added
    expect(await keeper.whoAmI()).toEqual([{ scheme: 'key', id: await keyId(pair.publicKey) }])
  }
})

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { digestId } from '../../src/client/identity.ts'
import type { Keeper } from '../../src/client/keeper.ts'
import type { Watcher } from '../../src/client/watcher.ts'
import type { WatchCallback, WatchEvent } from '../../src/client/watches.ts'
import { snapshotSlotsMin } from '../../src/logic/base/limits.ts'
import { Permission } from '../../src/logic/state/acl.ts'
import { type Ensemble, startEnsemble } from '../../src/testing/ensemble.ts'

let ensemble: Ensemble
let writer: Keeper
let reader: Keeper
/** A znode of its own for each test. */
let at = ''

beforeAll(async () => {
  ensemble = await startEnsemble()
  writer = await ensemble.connect(0)
  reader = await ensemble.connect(1)
})
afterAll(async () => {
  await ensemble.close()
})
beforeEach(async () => {
  at = (await writer.create('/t-', '', { mode: 'persistentSequential' })).path
  await reader.sync()
})

const text = (data: Uint8Array) => new TextDecoder().decode(data)

/** The next `count` events as `type path`, paths from the test's znode on. */
async function take(watcher: Watcher, count: number): Promise<readonly string[]> {
  const taken: string[] = []
  while (taken.length < count) {
    const { value } = await watcher.next()
    if (value) taken.push(`${value.type} ${value.path.slice(at.length)}`)
  }
  return taken
}

/** Writes `values` one after the other, each when the one before is answered. */
async function write(...values: readonly string[]): Promise<void> {
  for (const value of values) await writer.set(at, value)
}

/** What happened while an app was about to set its one-shot watch again. */
async function comeAndGo(): Promise<void> {
  await writer.create(`${at}/star`, 'caught')
  await writer.delete(`${at}/star`)
}

test('KEEPER-12 one-shot watches lose what happens between firing and setting again', async () => {
  const fired: string[] = []
  const look: WatchCallback = ({ type }) => fired.push(type)
  await reader.children(at, { watch: look })
  await writer.create(`${at}/first`)
  await reader.sync()
  expect(fired).toEqual(['NodeChildrenChanged'])
  await comeAndGo()
  await reader.sync()
  const { children } = await reader.children(at, { watch: look })
  expect(children).toEqual(['first'])
  await reader.sync()
  expect(fired).toHaveLength(1)
})

test('KEEPER-12 a watch that resumes loses nothing, also where it was closed meanwhile', async () => {
  const standing = await reader.watch(at, { recursive: true })
  await writer.create(`${at}/first`)
  expect(await take(standing, 1)).toEqual(['NodeCreated /first'])
  standing.close()
  await comeAndGo()
  await reader.sync()
  const again = await reader.watch(at, { recursive: true, from: standing.zxid })
  expect(await take(again, 2)).toEqual(['NodeCreated /star', 'NodeDeleted /star'])
  again.close()
})

test('KEEPER-13 a watch goes on in another session at another replica, whichever is ahead', async () => {
  const watcher = await reader.watch(at)
  await write('1')
  expect(await take(watcher, 1)).toEqual(['NodeDataChanged '])
  await write('2')
  watcher.close()
  const from = watcher.zxid
  const elsewhere = await ensemble.connect(2)
  await write('3')
  const moved = await elsewhere.watch(at, { from })
  await write('4')
  expect(await take(moved, 3)).toHaveLength(3)
  expect(moved.zxid).toBe((await elsewhere.get(at)).stat.mzxid)
  await elsewhere.close()
  await expect(moved.next()).rejects.toMatchObject({ code: 'Closed' })
})

test('KEEPER-13 all changes of a transaction are told again where it was left in its middle', async () => {
  const guest = await ensemble.connect(2)
  for (const name of ['a', 'b', 'c']) await guest.create(`${at}/${name}`, '', { mode: 'ephemeral' })
  const watcher = await reader.watch(at, { recursive: true })
  await guest.close()
  expect(await take(watcher, 2)).toEqual(['NodeDeleted /a', 'NodeDeleted /b'])
  watcher.close()
  const again = await reader.watch(at, { recursive: true, from: watcher.zxid })
  expect(await take(again, 3)).toEqual(['NodeDeleted /a', 'NodeDeleted /b', 'NodeDeleted /c'])
  again.close()
})

test('KEEPER-13 a watcher’s zxid moves on with what its session sees', async () => {
  const watcher = await reader.watch(`${at}/quiet`)
  const before = watcher.zxid
  await write('1', '2')
  await reader.sync()
  expect(watcher.zxid).toBeGreaterThanOrEqual(before + 2)
  watcher.close()
})

test('KEEPER-13 a watch goes on at a replica that was started again', async () => {
  const alone = await startEnsemble({ replicas: 1 })
  try {
    const first = await alone.connect(0)
    await first.create('/a')
    const { zxid: from } = await first.watch('/a')
    await first.set('/a', '1')
    await first.set('/a', '2')
    await first.close()
    await alone.replica(0).close()
    await alone.replica(0).start()
    const second = await alone.connect(0)
    const events: WatchEvent[] = []
    await second.watch('/a', { from, onEvent: event => events.push(event) })
    expect(events.map(({ type }) => type)).toEqual(['NodeDataChanged', 'NodeDataChanged'])
  } finally {
    await alone.close()
  }
})

test('KEEPER-13 what an expired session did not hear its successor does', async () => {
  const guest = await ensemble.connect(2)
  const watcher = await guest.watch(at)
  await write('1')
  expect(await take(watcher, 1)).toEqual(['NodeDataChanged '])
  const waiting = watcher.next()
  await ensemble.expire(guest)
  await expect(waiting).rejects.toMatchObject({ code: 'SessionExpired' })
  await write('2')
  const again = await reader.watch(at, { from: watcher.zxid })
  expect(await take(again, 1)).toEqual(['NodeDataChanged '])
  again.close()
})

test('KEEPER-14 a watch whose changes are forgotten begins anew with the znodes as they are', async () => {
  const small = await startEnsemble({ replicas: 1, history: { changesMax: 3, bytesMax: 1_000_000 } })
  try {
    const keeper = await small.connect(0)
    const { stat } = await keeper.create('/a', 'old')
    for (const name of ['b', 'c', 'd', 'e']) await keeper.create(`/a/${name}`, name)
    const watcher = await keeper.watch('/a', { recursive: true, from: stat.czxid })
    await keeper.set('/a', 'new')
    const { value: first } = await watcher.next()
    if (first?.type !== 'Resync') throw new Error(`not a Resync: ${first?.type}`)
    expect(first.znodes.map(({ path, data }) => `${path} ${text(data)}`)).toEqual([
      '/a old',
      '/a/b b',
      '/a/c c',
      '/a/d d',
      '/a/e e',
    ])
    expect(first.last).toBe(true)
    expect((await watcher.next()).value).toMatchObject({ type: 'NodeDataChanged', path: '/a' })
  } finally {
    await small.close()
  }
})

test('HIST-3 a replica that was started again knows the changes after its last snapshot', async () => {
  const alone = await startEnsemble({ replicas: 1 })
  try {
    const first = await alone.connect(0)
    const { stat } = await first.create('/a')
    const count = snapshotSlotsMin + 100
    for (let done = 0; done < count; done += 500)
      await Promise.all(Array.from({ length: 500 }, () => first.set('/a', 'x')))
    const { mzxid } = (await first.get('/a')).stat
    await first.close()
    await alone.replica(0).close()
    await alone.replica(0).start()
    const second = await alone.connect(0)
    const since = async (from: number) => {
      const types = new Set<string>()
      const { zxid } = await second.watch('/a', { from, onEvent: ({ type }) => types.add(type) })
      expect(zxid).toBeGreaterThanOrEqual(mzxid)
      return [...types]
    }
    expect(await since(stat.czxid)).toEqual(['Resync'])
    expect(await since(mzxid - 50)).toEqual(['NodeDataChanged'])
  } finally {
    await alone.close()
  }
})

test('KEEPER-15 an iterator that is read late gives every change', async () => {
  const watcher = await reader.watch(at)
  const writes = Array.from({ length: 12_000 }, (_, i) => i)
  for (let done = 0; done < writes.length; done += 1_000)
    await Promise.all(writes.slice(done, done + 1_000).map(i => writer.set(at, `${i}`)))
  await reader.sync()
  let last = 0
  for (const _ of writes) {
    const { value } = await watcher.next()
    expect(value?.type).toBe('NodeDataChanged')
    expect(value?.zxid).toBeGreaterThan(last)
    last = value?.zxid ?? 0
  }
  expect(last).toBe((await reader.get(at)).stat.mzxid)
  watcher.close()
})

test('KEEPER-16 a function hears of a change once, however many of its watches it meets', async () => {
  const heard: string[] = []
  const watcher: WatchCallback = ({ type, path }) => heard.push(`${type} ${path.slice(at.length)}`)
  await reader.addWatch(at, watcher, { mode: 'persistentRecursive' })
  await reader.addWatch(`${at}/a`, watcher)
  await reader.exists(`${at}/a`, { watch: watcher })
  await writer.create(`${at}/a`)
  await writer.set(`${at}/a`, '1')
  await writer.create(`${at}/a/b`)
  await reader.sync()
  expect(heard).toEqual([
    'NodeCreated /a',
    'NodeDataChanged /a',
    'NodeCreated /a/b',
    'NodeChildrenChanged /a',
  ])
})

test('KEEPER-17 watches are removed by watcher, by kind, or all', async () => {
  const heard: string[] = []
  const one: WatchCallback = ({ type }) => heard.push(`one ${type}`)
  const other: WatchCallback = ({ type }) => heard.push(`other ${type}`)
  await reader.get(at, { watch: one })
  await reader.children(at, { watch: one })
  await reader.get(at, { watch: other })
  const iterator = await reader.watch(at)
  await expect(reader.removeWatches(at, { watcher: () => undefined })).rejects.toMatchObject({
    code: 'NoWatcher',
  })
  await reader.removeWatches(at, { watcher: one, type: 'data' })
  await expect(reader.removeWatches(at, { watcher: one, type: 'data' })).rejects.toMatchObject({
    code: 'NoWatcher',
    path: at,
  })
  await reader.removeWatches(at)
  await expect(reader.removeWatches(at)).rejects.toMatchObject({ code: 'NoWatcher' })
  await write('1')
  await reader.sync()
  expect(heard).toEqual(['one DataWatchRemoved', 'other DataWatchRemoved', 'one ChildWatchRemoved'])
  expect(await take(iterator, 1)).toEqual(['PersistentWatchRemoved '])
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
})

test('KEEPER-18 reads and watches keep their place among the writes', async () => {
  const heard: string[] = []
  const watcher: WatchCallback = ({ type }) => heard.push(type)
  const results = await Promise.all([
    writer.set(at, '1'),
    writer.addWatch(at, watcher),
    writer.get(at),
    writer.set(at, '2'),
    writer.removeWatches(at),
    writer.get(at),
    writer.set(at, '3'),
  ])
  expect([results[2], results[5]].map(({ data }) => text(data))).toEqual(['1', '2'])
  expect(heard).toEqual(['NodeDataChanged', 'PersistentWatchRemoved'])
})

test('KEEPER-19 what one callback throws keeps nothing from the others', async () => {
  const heard: string[] = []
  const thrown: unknown[] = []
  const onThrown = (error: unknown) => thrown.push(error)
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', onThrown)
  try {
    await reader.addWatch(at, () => {
      throw new Error('of the app')
    })
    await reader.addWatch(at, ({ type }) => heard.push(type))
    await write('1')
    await reader.sync()
    expect(heard).toEqual(['NodeDataChanged'])
    expect(thrown).toEqual([new Error('of the app')])
    await reader.removeWatches(at)
  } finally {
    process.off('uncaughtException', onThrown)
    for (const listener of others) process.on('uncaughtException', listener)
  }
})

const readableBy = (id: string) => [
  { scheme: 'digest', id, perms: Permission.ALL },
  { scheme: 'world', id: 'anyone', perms: Permission.ALL & ~Permission.READ },
]

test('KEEPER-20 nobody hears of, or is given, what he may not read', async () => {
  const guest = await ensemble.connect(1)
  await guest.addAuth('digest', 'u:pw')
  const acl = readableBy(await digestId('u:pw'))
  const from = (await writer.get(at)).stat.czxid
  const [strange, known] = await Promise.all([
    reader.watch(at, { recursive: true }),
    guest.watch(at, { recursive: true }),
  ])
  await writer.create(`${at}/closed`, '', { acl })
  await writer.create(`${at}/closed/open`)
  await writer.set(`${at}/closed`, '1')
  await writer.delete(`${at}/closed/open`)
  const all = [
    'NodeCreated /closed',
    'NodeCreated /closed/open',
    'NodeDataChanged /closed',
    'NodeDeleted /closed/open',
  ]
  expect(await take(known, 4)).toEqual(all)
  expect(await take(strange, 2)).toEqual([all[1], all[3]])
  const again = await reader.watch(at, { recursive: true, from })
  expect(await take(again, 2)).toEqual([all[1], all[3]])
  const parents: string[] = []
  await Promise.all([
    reader.addWatch(`${at}/closed`, ({ type }) => parents.push(`strange ${type}`)),
    guest.addWatch(`${at}/closed`, ({ type }) => parents.push(`known ${type}`)),
  ])
  await writer.create(`${at}/closed/b`)
  await Promise.all([reader.sync(), guest.sync()])
  expect(parents).toEqual(['known NodeChildrenChanged'])
  for (const watcher of [strange, known, again]) watcher.close()
  await guest.close()
})

test('KEEPER-20 a Resync leaves out what its session may not read', async () => {
  const small = await startEnsemble({ replicas: 1, history: { changesMax: 1, bytesMax: 1_000_000 } })
  try {
    const keeper = await small.connect(0)
    const { stat } = await keeper.create('/a')
    await keeper.create('/a/closed', 'secret', { acl: readableBy(await digestId('u:pw')) })
    await keeper.create('/a/closed/open')
    const paths = async () => {
      const watcher = await keeper.watch('/a', { recursive: true, from: stat.czxid })
      const { value } = await watcher.next()
      watcher.close()
      return value?.type === 'Resync' ? value.znodes.map(({ path }) => path) : value?.type
    }
    expect(await paths()).toEqual(['/a', '/a/closed/open'])
    await keeper.addAuth('digest', 'u:pw')
    expect(await paths()).toEqual(['/a', '/a/closed', '/a/closed/open'])
  } finally {
    await small.close()
  }
})

import { expect, test } from 'vitest'
import { bytes } from '../../src/client/codec.ts'
import { KeeperError } from '../../src/client/error.ts'
import { Watcher } from '../../src/client/watcher.ts'
import {
  type Resync,
  type WatchCallback,
  type WatchEvent,
  Watches,
  type ZnodeEvent,
} from '../../src/client/watches.ts'
import { sessionId, slot } from '../../src/logic/base/ids.ts'
import { parsePath } from '../../src/logic/state/path.ts'
import type { WatchEventType } from '../../src/logic/watch/contract.ts'

function path(text: string) {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

const changed = (zxid: number, last = true): ZnodeEvent => ({
  type: 'NodeDataChanged',
  path: path('/a'),
  zxid: slot(zxid),
  last,
})

const resync = (zxid: number, last = true): Resync => ({
  type: 'Resync',
  path: path('/a'),
  zxid: slot(zxid),
  znodes: [],
  last,
})

/** A watcher over a replica that is played by the test: it says what it has told through, and notes what is asked. */
async function setWatcher(
  from: number | 'now' = 'now',
  onEvent: ((event: WatchEvent) => void) | null = null,
) {
  const replica = { toldThrough: slot(0), asked: [] as (number | 'now')[], detached: 0 }
  const watcher = new Watcher(
    {
      attach: (_sink, after) => {
        replica.asked.push(after)
        return { attached: Promise.resolve(), detach: () => replica.detached++ }
      },
      get toldThrough() {
        return replica.toldThrough
      },
    },
    onEvent,
    bytes,
  )
  await watcher.start(from === 'now' ? from : slot(from))
  return { watcher, replica }
}

const zxidOf = async (watcher: Watcher) => (await watcher.next()).value?.zxid

test('CLIENT-4 an iterator gives every event once and in order, whether it waits or lags', async () => {
  const { watcher } = await setWatcher()
  const first = watcher.next()
  for (const zxid of [1, 2, 3]) watcher.event(changed(zxid))
  expect((await first).value?.zxid).toBe(1)
  expect(await zxidOf(watcher)).toBe(2)
  expect(await zxidOf(watcher)).toBe(3)
})

test('CLIENT-5 closing ends a waiting iterator and removes the watch once', async () => {
  const { watcher, replica } = await setWatcher()
  const waiting = watcher.next()
  watcher.close()
  watcher.close()
  watcher.event(changed(1))
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
  expect(replica.detached).toBe(1)
})

test('CLIENT-5 leaving the loop removes the watch', async () => {
  const { watcher, replica } = await setWatcher()
  watcher.event(changed(1))
  for await (const event of watcher) {
    expect(event.zxid).toBe(1)
    break
  }
  expect(replica.detached).toBe(1)
})

test('CLIENT-6 the end of the session is thrown once, after what came before it', async () => {
  const { watcher } = await setWatcher()
  watcher.event(changed(1))
  watcher.end(new KeeperError('SessionExpired', 'gone'))
  expect(await zxidOf(watcher)).toBe(1)
  await expect(watcher.next()).rejects.toMatchObject({ code: 'SessionExpired' })
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
})

test('CLIENT-6 a watch that was removed ends after saying so', async () => {
  const { watcher } = await setWatcher()
  watcher.event({ ...changed(7), type: 'PersistentWatchRemoved' })
  watcher.event(changed(8))
  expect((await watcher.next()).value?.type).toBe('PersistentWatchRemoved')
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
})

test('CLIENT-7 a watch whose events are not taken goes on from the last one kept, when that is taken', async () => {
  const { watcher, replica } = await setWatcher()
  for (let zxid = 1; zxid <= 9_999; zxid++) watcher.event(changed(zxid))
  watcher.event(changed(10_000, false))
  watcher.event(changed(10_000))
  expect(replica.detached).toBe(1)
  for (let zxid = 1; zxid < 9_999; zxid++) expect(await zxidOf(watcher)).toBe(zxid)
  expect(replica.asked).toEqual(['now'])
  expect(await zxidOf(watcher)).toBe(9_999)
  expect(replica.asked).toEqual(['now', 9_999])
  watcher.event(changed(10_000, false))
  watcher.event(changed(10_000))
  expect(await zxidOf(watcher)).toBe(10_000)
  expect(watcher.zxid).toBe(9_999)
  expect(await zxidOf(watcher)).toBe(10_000)
  expect(watcher.zxid).toBe(10_000)
})

test('CLIENT-7 one transaction is kept however large it is', async () => {
  const { watcher, replica } = await setWatcher()
  for (let i = 0; i < 20_000; i++) watcher.event(changed(1, i === 19_999))
  watcher.event(changed(2))
  for (let i = 0; i < 20_000; i++) expect(await zxidOf(watcher)).toBe(1)
  expect(replica.asked).toEqual(['now', 1])
})

test('CLIENT-9 a watcher’s zxid is the last transaction of which everything was taken', async () => {
  const { watcher, replica } = await setWatcher(4)
  expect(watcher.zxid).toBe(4)
  watcher.event(changed(7, false))
  watcher.event(changed(7))
  watcher.event(changed(9))
  expect(watcher.zxid).toBe(6)
  await watcher.next()
  expect(watcher.zxid).toBe(6)
  await watcher.next()
  expect(watcher.zxid).toBe(8)
  await watcher.next()
  expect(watcher.zxid).toBe(9)
  replica.toldThrough = slot(20)
  expect(watcher.zxid).toBe(20)
  watcher.close()
  replica.toldThrough = slot(30)
  expect(watcher.zxid).toBe(20)
})

test('CLIENT-9 a callback sees its own event counted when it is the last of its transaction', async () => {
  const seen: number[] = []
  const { watcher } = await setWatcher(1, () => seen.push(watcher.zxid))
  watcher.event(changed(5, false))
  watcher.event(changed(5))
  expect(seen).toEqual([4, 5])
})

test('CLIENT-9 until all of a Resync is taken the zxid stays before it', async () => {
  const { watcher, replica } = await setWatcher(1)
  watcher.event(changed(3))
  watcher.event(resync(9, false))
  watcher.event(resync(9))
  replica.toldThrough = slot(9)
  expect(watcher.zxid).toBe(2)
  await watcher.next()
  expect(watcher.zxid).toBe(3)
  await watcher.next()
  expect(watcher.zxid).toBe(3)
  await watcher.next()
  expect(watcher.zxid).toBe(9)
})

const session = sessionId(1)

function setup() {
  const watches = new Watches()
  const heard: string[] = []
  const watcher: WatchCallback = ({ type }) => heard.push(type)
  const fire = (watch: number, type: WatchEventType) =>
    watches.fire({ type: 'watch', session, watch, event: type, path: path('/a'), zxid: slot(1), last: true })
  return { watches, heard, watcher, fire }
}

test('CLIENT-8 one function is one watcher, however often it is set', () => {
  const { watches, watcher } = setup()
  const first = watches.begin(watcher, 'data', path('/a'))
  expect(watches.begin(watcher, 'children', path('/a')).watch).toBe(first.watch)
  expect(watches.begin(() => undefined, 'data', path('/a')).watch).not.toBe(first.watch)
})

test('CLIENT-8 a watcher that fired is forgotten, one that is set again meanwhile is not', () => {
  const { watches, heard, watcher, fire } = setup()
  const first = watches.begin(watcher, 'data', path('/a'))
  watches.settle(first, 'set')
  const again = watches.begin(watcher, 'data', path('/a'))
  fire(first.watch, 'NodeDataChanged')
  watches.settle(again, 'set')
  fire(again.watch, 'NodeDataChanged')
  fire(again.watch, 'NodeDataChanged')
  expect(heard).toEqual(['NodeDataChanged', 'NodeDataChanged'])
})

test('CLIENT-8 a watcher whose read failed is not kept', () => {
  const { watches, heard, watcher, fire } = setup()
  const setting = watches.begin(watcher, 'data', path('/a'))
  watches.settle(setting, 'notSet')
  fire(setting.watch, 'NodeDataChanged')
  expect(heard).toEqual([])
})

test('CLIENT-8 a function that is told of its removal is forgotten', () => {
  const { watches, heard, watcher, fire } = setup()
  const standing = watches.begin(watcher, 'persistent', path('/a'))
  watches.settle(standing, 'set')
  fire(standing.watch, 'NodeDataChanged')
  fire(standing.watch, 'PersistentWatchRemoved')
  fire(standing.watch, 'NodeDataChanged')
  expect(heard).toEqual(['NodeDataChanged', 'PersistentWatchRemoved'])
})

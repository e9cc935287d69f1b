import { expect, test, vi } from 'vitest'
import { KeeperError } from '../../src/client/error.ts'
import { Watcher } from '../../src/client/watcher.ts'
import { type OneShotWatcher, Watches, type ZnodeEvent } from '../../src/client/watches.ts'
import { sessionId, slot } from '../../src/logic/base/ids.ts'
import { parsePath } from '../../src/logic/state/path.ts'

function path(text: string) {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

const changed = (zxid: number): ZnodeEvent => ({
  type: 'NodeDataChanged',
  path: path('/a'),
  zxid: slot(zxid),
})

test('CLIENT-4 an iterator gives every event once and in order, whether it waits or lags', async () => {
  const watcher = new Watcher(() => undefined, null)
  const first = watcher.next()
  for (const zxid of [1, 2, 3]) watcher.event(changed(zxid))
  expect((await first).value?.zxid).toBe(1)
  expect((await watcher.next()).value?.zxid).toBe(2)
  expect((await watcher.next()).value?.zxid).toBe(3)
})

test('CLIENT-5 closing ends a waiting iterator and removes the watch once', async () => {
  const removed = vi.fn()
  const watcher = new Watcher(removed, null)
  const waiting = watcher.next()
  watcher.close()
  watcher.close()
  watcher.event(changed(1))
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
  expect(removed).toHaveBeenCalledOnce()
})

test('CLIENT-5 leaving the loop removes the watch', async () => {
  const removed = vi.fn()
  const watcher = new Watcher(removed, null)
  watcher.event(changed(1))
  for await (const event of watcher) {
    expect(event.zxid).toBe(1)
    break
  }
  expect(removed).toHaveBeenCalledOnce()
})

test('CLIENT-6 the end of the session is thrown once, after what came before it', async () => {
  const watcher = new Watcher(() => undefined, null)
  watcher.event(changed(1))
  watcher.end(new KeeperError('SessionExpired', 'gone'))
  expect((await watcher.next()).value?.zxid).toBe(1)
  await expect(watcher.next()).rejects.toMatchObject({ code: 'SessionExpired' })
  expect(await watcher.next()).toEqual({ done: true, value: undefined })
})

test('CLIENT-7 events that nobody takes end the watch with WatchOverflow', async () => {
  const removed = vi.fn()
  const watcher = new Watcher(removed, null)
  for (let zxid = 1; zxid <= 10_001; zxid++) watcher.event(changed(zxid))
  for (let zxid = 1; zxid <= 10_000; zxid++) expect((await watcher.next()).value?.zxid).toBe(zxid)
  await expect(watcher.next()).rejects.toMatchObject({ code: 'WatchOverflow' })
  expect(removed).toHaveBeenCalledOnce()
})

const session = sessionId(1)

function setup() {
  const watches = new Watches()
  const heard: string[] = []
  const watcher: OneShotWatcher = ({ type }) => heard.push(type)
  const fire = (watch: number, type: ZnodeEvent['type']) =>
    watches.fire({ type: 'watch', session, watch, event: type, path: path('/a'), zxid: slot(1) })
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
  watches.settle(first, true)
  const again = watches.begin(watcher, 'data', path('/a'))
  fire(first.watch, 'NodeDataChanged')
  watches.settle(again, true)
  fire(again.watch, 'NodeDataChanged')
  fire(again.watch, 'NodeDataChanged')
  expect(heard).toEqual(['NodeDataChanged', 'NodeDataChanged'])
})

test('CLIENT-8 a watcher whose read failed is not kept', () => {
  const { watches, heard, watcher, fire } = setup()
  const setting = watches.begin(watcher, 'data', path('/a'))
  watches.settle(setting, false)
  fire(setting.watch, 'NodeDataChanged')
  expect(heard).toEqual([])
})

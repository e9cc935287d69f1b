import { expect, test } from 'vitest'
import { json } from '../../src/client/codec.ts'
import { pathOf } from '../../src/client/path.ts'
import { Watcher } from '../../src/client/watcher.ts'
import type { WatchEvent } from '../../src/client/watches.ts'
import { slot } from '../../src/logic/base/ids.ts'
import type { Stat } from '../../src/logic/state/stat.ts'

const count = json((value: unknown): number => {
  if (typeof value === 'number') return value
  throw new Error('no number')
})
const stat = {} as Stat
const resync = (zxid: number, data: string): WatchEvent => ({
  type: 'Resync',
  path: pathOf('/n'),
  zxid: slot(zxid),
  znodes: [{ path: pathOf('/n'), data: new TextEncoder().encode(data), stat }],
  last: true,
})

/** A watcher of numbers that a test tells what it likes. */
async function watchNumbers(onEvent: ((event: WatchEvent<number>) => void) | null = null) {
  let detached = 0
  const attach = () => ({ attached: Promise.resolve(), detach: () => void detached++ })
  const watcher = new Watcher({ attach, toldThrough: slot(0) }, onEvent, count)
  await watcher.start(slot(4))
  return { watcher, detached: () => detached }
}

test('API-4 a watch shows values, and ends at data that are none, before them', async () => {
  for (const waits of [true, false]) {
    const { watcher, detached } = await watchNumbers()
    const early = waits ? watcher.next() : null
    watcher.event(resync(5, '41'))
    expect(await (early ?? watcher.next())).toMatchObject({ value: { znodes: [{ path: '/n', data: 41 }] } })
    const failing = waits ? watcher.next() : null
    watcher.event(resync(6, '"many"'))
    await expect(failing ?? watcher.next()).rejects.toMatchObject({ code: 'DecodeFailed', path: '/n' })
    expect([watcher.zxid, detached()]).toEqual([5, 1])
    expect(await watcher.next()).toEqual({ done: true, value: undefined })
  }
})

test('API-4 a callback’s watch ends there, too, and the error is thrown', async () => {
  const heard: unknown[] = []
  const uncaught = new Promise(resolve => process.once('uncaughtException', resolve))
  const listeners = process.listeners('uncaughtException').slice(0, -1)
  for (const each of listeners) process.off('uncaughtException', each)
  const { watcher, detached } = await watchNumbers(event => heard.push(event.type))
  watcher.event(resync(5, '41'))
  watcher.event(resync(6, 'many'))
  watcher.event(resync(7, '43'))
  expect(await uncaught).toMatchObject({ code: 'DecodeFailed' })
  for (const each of listeners) process.on('uncaughtException', each)
  expect([heard, watcher.zxid, detached()]).toEqual([['Resync'], 5, 1])
})

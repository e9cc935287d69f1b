import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sessionId, slot } from '../../src/logic/base/ids.ts'
import type { Change } from '../../src/logic/state/event.ts'
import { eventsFor } from '../../src/logic/watch/hears.ts'
import { History } from '../../src/logic/watch/history.ts'
import { createWatchTable } from '../../src/logic/watch/watch-table.ts'
import { path } from '../state/world.ts'

const changed = (zxid: number, at = '/a'): Change => ({
  type: 'dataChanged',
  path: path(at),
  zxid: slot(zxid),
})

const zxidsAfter = (history: History, from: number) =>
  [...history.after(slot(from))].map(([first]) => Number(first?.zxid))

test('HIST-1 everything after any zxid since the start is there, a transaction at a time and in order', () => {
  const history = new History()
  for (const zxid of [2, 5, 6, 9]) history.add([changed(zxid), changed(zxid, '/b')])
  history.add([])
  expect(history.size).toBe(8)
  for (const [from, after] of [
    [0, [2, 5, 6, 9]],
    [2, [5, 6, 9]],
    [4, [5, 6, 9]],
    [8, [9]],
    [9, []],
  ] as const) {
    expect(history.reaches(slot(from))).toBe(true)
    expect(zxidsAfter(history, from)).toEqual(after)
  }
})

test('HIST-2 more changes, or more bytes, than it holds: the oldest transactions are forgotten, each as a whole', () => {
  const byCount = new History({ changesMax: 4, bytesMax: 1_000_000 })
  for (const zxid of [1, 2, 3]) byCount.add([changed(zxid), changed(zxid)])
  expect(byCount.size).toBe(4)
  expect(byCount.start).toBe(1)
  expect([byCount.reaches(slot(0)), byCount.reaches(slot(1))]).toEqual([false, true])
  const byBytes = new History({ changesMax: 1_000, bytesMax: 2_000 })
  for (let zxid = 1; zxid <= 10; zxid++) byBytes.add([changed(zxid, `/${'x'.repeat(400)}`)])
  expect(zxidsAfter(byBytes, byBytes.start)).toEqual([9, 10])
  const tooLarge = new History({ changesMax: 1, bytesMax: 1_000_000 })
  tooLarge.add([changed(1), changed(1)])
  expect([tooLarge.size, tooLarge.start]).toEqual([0, 1])
})

test('HIST-3 a cut forgets everything up to where it was made', () => {
  const history = new History()
  history.add([changed(3)])
  history.cut(slot(8))
  expect([history.reaches(slot(7)), history.reaches(slot(8))]).toEqual([false, true])
  history.add([changed(9)])
  expect(zxidsAfter(history, 8)).toEqual([9])
})

test('HIST-1 any sequence of transactions within the bounds is what a plain list says', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(4)), { maxLength: 60 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), (transactions, changesMax) => {
      const history = new History({ changesMax, bytesMax: 1_000_000 })
      let zxid = 0
      const all: number[] = []
      for (const [gap, count] of transactions) {
        zxid += gap
        if (count > 0) all.push(zxid)
        history.add(Array.from({ length: count }, () => changed(zxid)))
        expect(history.size).toBeLessThanOrEqual(changesMax)
        for (let from = history.start; from <= zxid; from = slot(from + 1))
          expect(zxidsAfter(history, from)).toEqual(all.filter(each => each > from))
      }
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('HIST-4 what a watch hears of a past transaction is what it would have heard when it stood', () => {
  const at = fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/ab')
  const kind = fc.constantFrom('persistent', 'persistentRecursive')
  const acl = fc.constantFrom(undefined, [{ scheme: 'digest', id: 'u', perms: 1 }])
  const type = fc.constantFrom<Change['type'][]>('created', 'deleted', 'dataChanged')
  const change = fc.record({ type, path: at.map(path), zxid: fc.constant(slot(1)), acl, parentAcl: acl })
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 5 }),
      kind,
      at,
      fc.boolean(),
      (changes, of, where, isReader) => {
        const watch = { session: sessionId(1), watch: 1, kind: of, path: path(where) } as const
        const mayHear = (_: unknown, list: unknown) => list === undefined || isReader
        const table = createWatchTable()
        table.add(watch)
        expect(eventsFor(watch, changes, mayHear)).toEqual(table.fire(changes, mayHear))
      },
    ),
    { seed: 8, numRuns: 2_000 },
  )
})

import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/logic/base/assert.ts'
import { slot } from '../../../src/logic/base/ids.ts'
import type { Recovered } from '../../../src/logic/consensus/engine.ts'
import { ballot, bytes, diskOf, emptyDisk, id, recordOf, run, Table } from './table.ts'

const three = ['a', 'b', 'c']

describe('recovery', () => {
  test('ZAB-22 epochs and history are as they were written; what is known as chosen is given out once more', () => {
    const table = new Table(three).start()
    table.propose('c', 'x')
    table.settle()
    table.propose('c', 'y')
    table.settle()
    const { log } = table.disk('a')
    const written = recordOf(table, 'a').chosenThrough
    table.crash('a')
    const again = new Table([])
    again.seat('a', table.disk('a'), three)
    const { decided } = again.input('a')
    expect(decided.map(({ slot: at }) => at)).toEqual(
      Array.from({ length: written }, (_, index) => index + 1),
    )
    expect(again.input('a').decided).toEqual([])
    expect(again.status('a').ballot).toEqual(ballot(1, 'c'))
    expect(again.disk('a').log).toEqual(log)
  })

  test('ZAB-22 what was truncated stays so', () => {
    const table = new Table([])
    const disk = diskOf({ accepted: ballot(2, 'c'), current: ballot(2, 'c') }, [1, 1, 'x', 'gone', 'gone'])
    const writes = [
      ...disk.log,
      { type: 'truncate', from: slot(2) },
      { type: 'append', run: run(ballot(2, 'c'), 2, 'y') },
    ] as const
    table.seat('c', { ...disk, log: writes }, ['c'])
    table.input('c')
    table.settle()
    expect(table.log('c')).toBe('1x 2y')
    expect(table.status('c').chosenThrough).toBe(2)
  })

  test('ZAB-22 ZAB-13 a snapshot comes first, with the epoch of its last slot and its membership', () => {
    const snapshot = {
      through: slot(2),
      membership: { voters: [id('a')], observers: [id('z')] },
      state: bytes('state'),
    }
    const disk = diskOf(
      { accepted: ballot(3, 'c'), current: ballot(3, 'c'), chosenThrough: 3, snapshotBallot: ballot(2, 'c') },
      [3, 3, 'x'],
    )
    const table = new Table([])
    table.seat('a', { ...disk, snapshot }, three)
    const output = table.input('a')
    expect(output.install).toEqual(snapshot)
    expect(output.decided.map(each => each.slot)).toEqual([3])
    expect(table.status('a').membership).toEqual(snapshot.membership)
    const bare = new Table([])
    bare.seat(
      'b',
      { ...diskOf({ accepted: ballot(3, 'c'), chosenThrough: 2, snapshotBallot: ballot(2, 'c') }), snapshot },
      three,
    )
    bare.input('b')
    bare.message('b', 'a', {
      type: 'notification',
      round: 1,
      state: 'looking',
      vote: null,
      credentials: { current: ballot(1, 'c'), last: { slot: slot(0), ballot: ballot(0, '0') } },
      able: false,
      hears: false,
    })
    expect(bare.letters.at(0)?.message).toMatchObject({
      credentials: { last: { slot: 2, ballot: ballot(2, 'c') } },
    })
  })

  const stored = diskOf({ accepted: ballot(1, 'c') }, [1, 1, 'x'])
  test.each<[string, Recovered]>([
    ['a history without a record', { ...stored, hardState: null }],
    ['a record that is none', { ...stored, hardState: 7 }],
    ['a record without its epoch', { ...stored, hardState: { current: ballot(1, 'c'), chosenThrough: 0 } }],
    [
      'a watermark that is no slot',
      { ...stored, hardState: { ...(stored.hardState as object), chosenThrough: -1 } },
    ],
    ['a history with a hole', diskOf({ accepted: ballot(1, 'c') }, [1, 1, 'x'], [1, 3, 'y'])],
    ['a watermark beyond the history', diskOf({ accepted: ballot(1, 'c'), chosenThrough: 2 }, [1, 1, 'x'])],
  ])('ZAB-22 %s is refused', (_name, disk) => {
    const table = new Table([])
    expect(() => table.seat('a', disk, three)).toThrow(InvariantError)
  })

  test('ZAB-13 a snapshot that is older, or not applied here yet, shortens nothing', () => {
    const table = new Table(three, { logKeptSlots: 0 }).start()
    table.propose('c', 'x', 'y')
    table.settle()
    table.compact('c', 2)
    table.compact('c', 1)
    table.compact('c', 9)
    expect(table.disk('c').snapshot?.through).toBe(2)
    expect(table.disk('c').log.length).toBe(1)
    expect(emptyDisk.snapshot).toBe(null)
  })
})

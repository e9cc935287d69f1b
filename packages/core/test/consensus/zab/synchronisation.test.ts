import { describe, expect, test } from 'vitest'
import { slot } from '../../../src/logic/base/ids.ts'
import { appendEntriesMax } from '../../../src/logic/base/limits.ts'
import { sameBallot } from '../../../src/logic/consensus/ballot.ts'
import { ballot, diskOf, id, isOf, letterOf, matches, recordOf, run, Table } from './table.ts'

const three = ['a', 'b', 'c']

/** c leads with x behind the membership; a was away and knows only the membership. */
function behind(): Table {
  const table = new Table(three).start()
  table.crash('a')
  table.propose('c', 'x')
  table.settle()
  return table
}

describe('the order at NEWLEADER', () => {
  test('ZAB-8 the epoch is on disk with the history or after it, and acknowledged after both', async () => {
    const table = new Table([])
    const before = { accepted: ballot(1, 'c'), current: ballot(1, 'c'), chosenThrough: 0 }
    table.seat('a', diskOf(before, [1, 1, 'x']), three)
    table.seat('b', diskOf(before, [1, 1, 'x']), three)
    table.seat('c', diskOf(before, [1, 1, 'x', 'y']), three)
    for (const name of three) table.input(name)
    table.settle(isOf('sync', 'newLeader', 'ping'))
    const taken: unknown[] = []
    table.pass(['a'], 6, letter => {
      if (!isOf('sync', 'newLeader')(letter)) return letter.message.type === 'ping'
      if (letter.to === 'a') taken.push(letter.message)
      return true
    })
    const [sync, newLeader] = taken as [never, never]
    table.say('NEWLEADER overtakes the history: it has to wait')
    table.message('a', 'c', newLeader)
    expect(recordOf(table, 'a').current).toEqual(ballot(1, 'c'))
    table.slowDisk('a')
    table.message('a', 'c', sync)
    expect(table.letters.filter(isOf('ack'))).toEqual([])
    table.say('a crash before the write: neither is there')
    const early = table.disk('a')
    expect([early.log.length, recordOf(table, 'a').current]).toEqual([1, ballot(1, 'c')])
    table.quickDisk('a')
    table.say('after it: both are')
    expect(table.log('a')).toBe('1x 1y')
    expect(recordOf(table, 'a').current).toEqual(ballot(2, 'c'))
    expect(table.letters.some(isOf('ack'))).toBe(true)
    await matches(table, 'new-leader')
  })

  test('ZAB-8 a crash between a page of the history and NEWLEADER leaves the old epoch with the new entries', () => {
    const table = behind()
    table.restart('a')
    table.pass(['c'], 2, isOf('newLeader'))
    table.crash('c')
    expect(recordOf(table, 'a').current).toEqual(ballot(1, 'c'))
  })

  test('ZAB-8 a history of many pages is taken page by page before the epoch is entered', () => {
    const table = new Table([])
    const values = Array.from({ length: 2 * appendEntriesMax + 5 }, (_, index) => `${index}`)
    const epochs = { accepted: ballot(1, 'c'), current: ballot(1, 'c') }
    table.seat('a', diskOf(epochs), three)
    table.seat('b', diskOf(epochs), three)
    table.seat('c', diskOf(epochs, [1, 1, ...values]), three)
    const entered: number[] = []
    for (const name of three) table.input(name)
    table.settle(({ to }) => {
      if (to !== 'a') return false
      const { current } = recordOf(table, 'a')
      if (!sameBallot(current, ballot(1, 'c'))) entered.push(table.log('a').split(' ').length)
      return false
    })
    expect(entered.every(length => length >= values.length)).toBe(true)
    expect(table.log('a').split(' ').length).toBe(values.length)
    expect(table.chosen('a', 'b', 'c')).toEqual(Array(3).fill(values.length))
  })
})

describe('one relation', () => {
  test('ZAB-11 a new connection is a new session: what was said in the old one is not heard', async () => {
    const table = behind()
    table.restart('a')
    table.pass(['c'], 2, isOf('sync', 'newLeader'))
    table.letters = []
    table.tick('a', 6)
    table.settle(isOf('sync', 'newLeader'))
    const taken: { readonly message: never }[] = []
    table.pass(['a'], 6, letter => {
      if (isOf('sync', 'newLeader')(letter)) taken.push(letter as never)
      return isOf('sync', 'newLeader')(letter)
    })
    table.say('the connection is new')
    table.connected('a', 'c')
    const before = table.disk('a')
    for (const { message } of taken) table.message('a', 'c', message)
    expect(table.disk('a')).toEqual(before)
    table.settle()
    expect(table.log('a')).toBe('1membership 1x')
    await matches(table, 'new-session')
  })

  test('ZAB-11 a synchronisation that comes again to a node of the epoch takes nothing back', () => {
    const table = new Table([])
    const epochs = { accepted: ballot(1, 'c'), current: ballot(1, 'c') }
    table.seat('a', diskOf(epochs, [1, 1, 'x', 'gone']), three)
    table.seat('b', diskOf(epochs, [1, 1, 'x', 'gone']), three)
    table.seat('c', diskOf({ accepted: ballot(2, 'c'), current: ballot(2, 'c') }, [1, 1, 'x']), three)
    const syncs: never[] = []
    for (const name of three) table.input(name)
    table.settle(letter => {
      if (letter.to === 'a' && letter.message.type === 'sync') syncs.push(letter.message as never)
      return false
    })
    table.propose('c', 'y')
    table.settle(({ message }) => message.type === 'commit')
    expect(table.log('a')).toBe('1x 3y')
    for (const message of syncs) table.message('a', 'c', message)
    expect(syncs.length).toBeGreaterThan(0)
    expect(table.log('a')).toBe('1x 3y')
  })

  test('ZAB-11 an old greeting that comes late makes both begin anew instead of not hearing each other', () => {
    const table = new Table(three).start()
    table.message('c', 'a', { type: 'followerInfo', session: 5, accepted: ballot(1, 'c') })
    table.settle()
    table.pass(three, 2)
    table.propose('c', 'x')
    table.settle()
    expect(table.chosen(...three)).toEqual([2, 2, 2])
  })

  test('ZAB-12 what follows the end is taken, what is there stays, what lies further on is asked for again', () => {
    const table = new Table(three).start()
    const of = ballot(1, 'c')
    table.propose('c', 'x')
    table.propose('c', 'y')
    const [first, second] = table.take(({ to, message }) => to === 'a' && message.type === 'propose')
    table.settle()
    const before = table.disk('a')
    table.deliver(second as never)
    expect(table.disk('a').log).toEqual(before.log)
    expect(letterOf(table, 'ack', 'c')).toMatchObject({ through: 1, missing: true })
    table.letters = []
    for (const letter of [first, second, first, first]) table.deliver(letter as never)
    expect(table.log('a')).toBe('1membership 1x 1y')
    expect(letterOf(table, 'ack', 'c')).toMatchObject({ ballot: of, through: 3, missing: false })
  })

  test('ZAB-12 a slot far off takes no room', () => {
    const table = new Table(three).start()
    const far = run(ballot(1, 'c'), 2 ** 52, 'far')
    table.message('a', 'c', { type: 'propose', run: far, chosenThrough: slot(2 ** 52) })
    expect(letterOf(table, 'ack', 'c').through).toBe(1)
    expect(table.chosen('a')).toEqual([1])
  })
})

describe('nothing, DIFF, TRUNC or SNAP', () => {
  const epochs = { accepted: ballot(3, 'c'), current: ballot(3, 'c') }

  test.each([
    [
      'nothing',
      [
        [1, 1, 'x', 'y'],
        [3, 3, 'z'],
      ],
      3,
      0,
    ],
    ['DIFF', [[1, 1, 'x']], 1, 2],
    ['TRUNC and DIFF: the same epoch went on elsewhere', [[1, 1, 'x', 'y', 'old', 'old']], 2, 1],
    [
      'TRUNC and DIFF: an epoch that the leader never saw',
      [
        [1, 1, 'x'],
        [2, 2, 'old', 'old', 'old'],
      ],
      1,
      2,
    ],
    [
      'TRUNC: longer in the same epoch',
      [
        [1, 1, 'x', 'y'],
        [3, 3, 'z', 'old'],
      ],
      3,
      0,
    ],
  ] as const)('ZAB-7 %s', (name, runs, kept, sent) => {
    const table = new Table([])
    table.seat('a', diskOf({ ...epochs, current: ballot(1, 'c') }, ...runs), three)
    table.seat('b', diskOf(epochs, [1, 1, 'x', 'y'], [3, 3, 'z']), three)
    table.seat(
      'c',
      diskOf({ ...epochs, accepted: ballot(4, 'c'), current: ballot(4, 'c') }, [1, 1, 'x', 'y'], [3, 3, 'z']),
      three,
    )
    let sync: unknown = null
    for (const each of three) table.input(each)
    table.settle(({ to, message }) => {
      if (to === 'a' && message.type === 'sync') sync ??= message
      return false
    })
    const count = (sync as { runs: { values: unknown[] }[] }).runs.reduce(
      (sum, { values }) => sum + values.length,
      0,
    )
    expect([name, (sync as { keepThrough: number }).keepThrough, count]).toEqual([name, kept, sent])
    expect(table.log('a')).toBe('1x 1y 3z')
  })

  test.each([
    [4, 'a report from the last slot forgotten is answered with entries', false],
    [3, 'one from before it with the snapshot', true],
  ])('ZAB-13 chosen through %i: %s', async (known, _text, snapshot) => {
    const table = new Table(three, { logKeptSlots: 2 }).start()
    table.propose('c', ...Array.from({ length: known - 1 }, (_, index) => `${index}`))
    table.settle()
    table.crash('a')
    table.propose('c', ...Array.from({ length: 9 - known }, (_, index) => `more ${index}`))
    table.settle()
    table.compact('c', 6)
    table.settle()
    table.restart('a')
    let offered = false
    table.pass(['c', 'a'], 8, letter => {
      offered ||= letter.to === 'a' && letter.message.type === 'snapshotOffer'
      return false
    })
    expect(offered).toBe(snapshot)
    expect(table.chosen('a', 'c')).toEqual([9, 9])
    await matches(table, snapshot ? 'snap' : 'diff')
  })

  test('ZAB-13 an offer is taken only from the leader, and one that was lost is made again', () => {
    const table = new Table(three, { logKeptSlots: 0 }).start()
    table.crash('a')
    table.propose('c', 'x', 'y', 'z')
    table.settle()
    table.compact('c', 4)
    table.compact('b', 4)
    table.restart('a')
    table.settle(isOf('snapshotOffer'))
    const offer = {
      type: 'snapshotOffer',
      name: { through: slot(4), size: 10, hash: 1 },
      membership: { voters: [id('a')], observers: [] },
      lastBallot: ballot(1, 'c'),
    } as const
    table.message('a', 'b', offer)
    expect(table.letters.some(isOf('snapshotAsk'))).toBe(false)
    table.pass(['a', 'c'], 10)
    expect(table.chosen('a')).toEqual([4])
    table.say('the log moves on under a member of the epoch')
    table.part(['a'], ['b', 'c'])
    table.propose('c', 'u', 'v')
    table.settle()
    table.compact('c', 6)
    table.settle()
    table.mend()
    table.pass(['a', 'c'], 20)
    expect(table.chosen('a')).toEqual([6])
  })

  test('ZAB-13 a snapshot with another last entry takes the place of the history; with the same one it is only learned', () => {
    for (const [epoch, log] of [
      [1, '1x 1y 1z'],
      [2, ''],
    ] as const) {
      const table = new Table([])
      const stored = diskOf({ accepted: ballot(epoch === 2 ? 2 : 1, 'c'), current: ballot(1, 'c') }, [
        1,
        1,
        'x',
        'y',
        'z',
      ])
      table.seat('a', stored, three)
      table.input('a')
      const of = ballot(3, 'c')
      table.message('a', 'c', { type: 'ping', ballot: of, chosenThrough: slot(0), round: 1, upToDate: true })
      const { session } = letterOf(table, 'followerInfo', 'c')
      table.message('a', 'c', { type: 'newEpoch', session, ballot: of })
      const state = new Uint8Array(0)
      const name = { through: slot(2), size: 0, hash: hashOf(state) }
      const membership = { voters: [id('a'), id('b')], observers: [] }
      table.message('a', 'c', { type: 'snapshotOffer', name, membership, lastBallot: ballot(epoch, 'c') })
      table.message('a', 'c', { type: 'snapshotPiece', name, offset: 0, bytes: state })
      expect(table.chosen('a')).toEqual([2])
      expect(table.log('a')).toBe(log)
      expect(table.status('a').membership.voters).toEqual(epoch === 2 ? ['a', 'b'] : three)
    }
  })
})

import { hashBytes } from '../../../src/logic/base/hash.ts'

const hashOf = (bytes: Uint8Array): number => hashBytes(bytes)

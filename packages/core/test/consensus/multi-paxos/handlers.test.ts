import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import type { Ballot } from '../../../src/logic/consensus/ballot.ts'
import type { Message } from '../../../src/logic/consensus/multi-paxos/messages.ts'
import { noop } from '../../../src/logic/consensus/value.ts'
import { ballot, emptyDisk, run, Table } from './table.ts'

/** Node b in each role; what it has promised is `status().ballot`. */
const roles = {
  'a follower of nobody': () => seated(),
  'a follower': () => {
    const table = seated()
    table.message('b', 'a', heartbeat(ballot(2, 'a')))
    return table
  },
  'one that polls': () => {
    const table = seated()
    for (let ticks = 0; ticks < 60 && table.status('b').role === 'follower'; ticks++) table.tick('b')
    return table
  },
  'one that prepares': () => {
    const table = roles['one that polls']()
    table.message('b', 'c', {
      type: 'pollReply',
      ballot: ballot(3, 'b'),
      granted: true,
      promised: ballot(2, 'a'),
    })
    return table
  },
  'a leader': () => {
    const table = roles['one that prepares']()
    for (const from of ['b', 'c']) table.message('b', from, promise(ballot(3, 'b')))
    return table
  },
}

const shownRoles: { readonly [role in keyof typeof roles]: string } = {
  'a follower of nobody': 'follower',
  'a follower': 'follower',
  'one that polls': 'candidate',
  'one that prepares': 'candidate',
  'a leader': 'leader',
}

function seated(): Table {
  const table = new Table(['a', 'b', 'c'])
  const hardState = { promised: ballot(2, 'a'), chosenThrough: 0 }
  table.seat('b', { ...emptyDisk, hardState }, ['a', 'b', 'c'])
  return table
}

const heartbeat = (of: Ballot): Message => ({
  type: 'heartbeat',
  ballot: of,
  chosenThrough: slot(0),
  round: 1,
})
const promise = (of: Ballot): Extract<Message, { type: 'promise' }> => ({
  type: 'promise',
  ballot: of,
  from: slot(1),
  through: slot(0),
  complete: true,
  runs: [],
})

const messages = {
  prepare: (of: Ballot): Message => ({ type: 'prepare', ballot: of, from: slot(1) }),
  accept: (of: Ballot): Message => ({ type: 'accept', run: run(of, 1, 'x'), chosenThrough: slot(0) }),
  heartbeat,
}

const relations = { lower: -1, equal: 0, higher: 1 } as const

/** The promised ballot of `table`'s b, moved: below it by counter, or above it. */
function related(table: Table, relation: -1 | 0 | 1): Ballot {
  const { ballot: promised } = table.status('b')
  return relation === 0 ? promised : ballot(promised.counter + relation, relation < 0 ? 'c' : 'a')
}

const keysOf = <Key extends string>(record: { readonly [key in Key]: unknown }): readonly Key[] =>
  Object.keys(record) as Key[]

const cases = keysOf(roles).flatMap(role =>
  keysOf(messages).flatMap(type =>
    keysOf(relations)
      // Nobody but a node itself sends accepts and heartbeats of its own ballot, and not to itself.
      .filter(relation => relation !== 'equal' || type === 'prepare' || !/prepares|leader/.test(role))
      .map(relation => [type, relation, role] as const),
  ),
)

describe('acceptor', () => {
  test.each(cases)('MULTI-12 %s in a ballot that is %s, at %s', (type, relation, role) => {
    const table = roles[role]()
    const before = table.status('b')
    expect(before.role).toBe(shownRoles[role])
    table.slowDisk('b')
    table.letters = []
    const asked = related(table, relations[relation])
    const { send, persist, sendAfterPersist } = table.message('b', 'c', messages[type](asked))
    const after = table.status('b')

    if (relation === 'lower') {
      expect(send).toEqual([{ to: 'c', message: { type: 'refused', promised: before.ballot } }])
      expect([persist, sendAfterPersist]).toEqual([null, []])
      expect([after.role, after.ballot]).toEqual([before.role, before.ballot])
      return
    }
    expect(after.ballot).toEqual(asked)
    const answers = sendAfterPersist.filter(({ to }) => to === 'c').map(({ message }) => message)
    expect(answers).toMatchObject([{ type: type === 'prepare' ? 'promise' : 'accepted', ballot: asked }])
    expect(send.filter(({ message }) => /promise|accepted/.test(message.type))).toEqual([])
    const writesValue = type === 'accept'
    expect(persist === null).toBe(relation === 'equal' && !writesValue)
    expect(persist?.log.length ?? 0).toBe(writesValue ? 1 : 0)
    if (persist !== null) expect(persist.hardState).toMatchObject({ promised: asked })
    const staysAsItWas = relation === 'equal' && type === 'prepare'
    expect(after.role).toBe(staysAsItWas ? before.role : 'follower')
  })

  test('MULTI-12 what is accepted already in the same ballot is vouched for again and not written again', () => {
    const table = seated()
    const message = messages.accept(ballot(2, 'a'))
    expect(table.message('b', 'a', message).persist).not.toBeNull()
    const { persist, sendAfterPersist } = table.message('b', 'a', message)
    expect(persist).toBeNull()
    expect(sendAfterPersist).toMatchObject([{ to: 'a', message: { type: 'accepted', through: 1 } }])
  })

  test('MULTI-13 what was accepted in an older ballot is not vouched for in a newer one', () => {
    const table = seated()
    table.message('b', 'a', messages.accept(ballot(2, 'a')))
    const { sendAfterPersist } = table.message('b', 'c', heartbeat(ballot(4, 'c')))
    expect(sendAfterPersist).toMatchObject([
      { message: { type: 'accepted', ballot: ballot(4, 'c'), through: 0 } },
    ])
  })
})

describe('leader', () => {
  const leading = () => {
    const table = new Table(['a', 'b', 'c'])
    table.elect('b')
    return table
  }
  const vote = (of: Ballot, through: number): Message => ({
    type: 'accepted',
    ballot: of,
    through: slot(through),
    round: 0,
  })

  test('MULTI-14 votes of another ballot, of strangers and beyond what was proposed choose nothing', () => {
    const table = leading()
    table.part(['b'], ['a', 'c'])
    const { chosenThrough } = table.status('b')
    table.propose('b', 'x')
    const at = chosenThrough + 1
    table.settle()
    table.message('b', 'a', vote(ballot(1, 'a'), at))
    table.message('b', 'a', vote(ballot(2, 'b'), at))
    table.message('b', 'd', vote(ballot(1, 'b'), at))
    expect(table.status('b').chosenThrough).toBe(chosenThrough)
    table.message('b', 'a', vote(ballot(1, 'b'), at + 5))
    expect(table.status('b').chosenThrough).toBe(at)
  })

  test('MULTI-15 a ballot above its own ends a leadership, one below does not', () => {
    const table = leading()
    table.message('b', 'a', { type: 'refused', promised: ballot(1, 'a') })
    expect(table.status('b').role).toBe('leader')
    table.message('b', 'a', { type: 'refused', promised: ballot(2, 'a') })
    expect(table.status('b').role).toBe('follower')
  })

  test('MULTI-16 a leader that hears no quorum steps down', () => {
    const table = leading()
    table.part(['b'], ['a', 'c'])
    table.tick('b', 60)
    expect(table.status('b').role).not.toBe('leader')
  })

  test('MULTI-21 a leader that is removed has the voter that has most stand at once', () => {
    const table = leading()
    table.tick('b', 2)
    table.settle()
    table.input('b', { type: 'changeMembership', change: { type: 'remove', node: nodeId('b') } })
    table.settle()
    expect(table.status('b').role).toBe('observer')
    const led = ['a', 'c'].filter(name => table.status(name).role === 'leader')
    expect(led.length).toBe(1)
    expect(table.status(led[0] ?? '').membership.voters).toEqual(['a', 'c'])
  })

  test('MULTI-17 who hears a leader grants no poll, unless that leader is said to be dead', () => {
    const table = leading()
    table.tick('b', 2)
    table.settle()
    const granted = () =>
      table
        .message('a', 'c', { type: 'poll', ballot: ballot(9, 'c') })
        .send.map(({ message }) => message.type === 'pollReply' && message.granted)
    expect(granted()).toEqual([false])
    table.input('a', { type: 'suspect', peer: nodeId('b') })
    expect(granted()).toEqual([true])
  })
})

describe('candidate', () => {
  test('MULTI-20 a new leader takes over however many slots it finds', () => {
    const table = roles['one that prepares']()
    const own = ballot(3, 'b')
    const count = 600_000
    const long = {
      ballot: ballot(2, 'a'),
      firstSlot: slot(1),
      values: Array.from({ length: count }, () => noop),
    }
    table.message('b', 'c', { ...promise(own), through: slot(count), runs: [long] })
    table.message('b', 'b', promise(own))
    expect(table.status('b').role).toBe('leader')
  })
})

describe('storage', () => {
  test('MULTI-18 after a restart promise, values and watermark are as written, and the chosen is given out again', () => {
    const table = new Table(['a', 'b', 'c'])
    table.elect('a')
    table.propose('a', 'x', 'y')
    table.settle()
    table.propose('a', 'z')
    table.settle()
    table.crash('b')
    table.restart('b')
    expect(table.status('b').ballot).toEqual(ballot(1, 'a'))
    expect(table.status('b').chosenThrough).toBeGreaterThanOrEqual(3)
  })

  test.each([
    [
      'a log without a record',
      { hardState: null, log: [{ type: 'append', run: run(ballot(1, 'a'), 1, 'x') }] },
    ],
    ['a record of something else', { hardState: { term: 1 }, log: [] }],
    ['a watermark over a hole', { hardState: { promised: ballot(1, 'a'), chosenThrough: 1 }, log: [] }],
    [
      'a truncated log',
      {
        hardState: { promised: ballot(1, 'a'), chosenThrough: 0 },
        log: [{ type: 'truncate', from: slot(1) }],
      },
    ],
  ] as const)('MULTI-19 a storage that holds %s is refused', (_name, stored) => {
    const table = new Table(['a'])
    expect(() => table.seat('a', { ...stored, snapshot: null }, ['a'])).toThrow()
  })
})

import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/logic/base/assert.ts'
import { hashBytes } from '../../../src/logic/base/hash.ts'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import { seededRandom } from '../../../src/logic/base/random.ts'
import type { LogWrite, Recovered } from '../../../src/logic/consensus/engine.ts'
import { raft } from '../../../src/logic/consensus/raft/raft.ts'
import { change, matchesTrace } from './helpers.ts'
import { Scenario, termOf } from './scenario.ts'

/** a leads; its log is short but for its last entries, because it has started again from a snapshot through 4. */
function withSnapshot(joiners: readonly string[] = []): Scenario {
  const table = new Scenario(['a', 'b', 'c'], joiners)
  table.elect('a')
  table.part(['c'], ['a', 'b'])
  table.propose('a', 'x', 'y', 'z')
  table.settle()
  table.compact('a', 4)
  table.crash('a')
  table.restart('a')
  table.suspect('b')
  table.elect('a')
  return table
}

describe('snapshots', () => {
  test('RAFT-17 one that needs forgotten slots is offered the snapshot, then entries', async () => {
    const table = withSnapshot()
    table.mend()
    table.tick('a', 6)
    table.settle()
    table.tick('a', 2)
    table.settle()
    expect(table.status('c')).toMatchObject({ leader: 'a', chosenThrough: 5 })
    await matchesTrace(table, 'snapshot')
  })

  test('RAFT-17 what was installed is there after a restart, with the ballot of its last slot', () => {
    const table = withSnapshot()
    table.mend()
    table.tick('a', 6)
    table.settle(({ message }) => message.type !== 'append' || table.status('c').chosenThrough < 4)
    expect(table.disk('c')).toMatchObject({
      snapshot: { through: 4 },
      hardState: { snapshotBallot: { counter: 1 } },
    })
    table.crash('c')
    table.restart('c')
    expect(table.trace).toContain('c installs the state of 4 with {a,b,c}')
    const ask = (slots: number, counter: number) => {
      const end = { slot: slot(slots), ballot: { counter, node: nodeId('a') } }
      const ballot = { counter: 9, node: nodeId('b') }
      table.input('c', { type: 'message', from: nodeId('b'), message: { type: 'preVote', ballot, end } })
      return table.letters.pop()?.message
    }
    expect(ask(3, 1)).toMatchObject({ type: 'preVoteReply', granted: false })
    expect(ask(4, 1)).toMatchObject({ type: 'preVoteReply', granted: true })
    expect(ask(9, 0)).toMatchObject({ type: 'preVoteReply', granted: false })
    expect(ask(1, 2)).toMatchObject({ type: 'preVoteReply', granted: true })
  })

  test('RAFT-17 a snapshot with an older membership takes the place of what was not chosen; later ones follow in the log', async () => {
    const table = new Scenario(['a', 'b', 'c'], ['d'])
    table.elect('a')
    table.say('c leads, is cut off and adds d; nobody hears of it')
    table.input('a', { type: 'transfer', to: nodeId('c') })
    table.settle()
    table.part(['c'], ['a', 'b', 'd'])
    table.input('c', change('addObserver', 'd'))
    table.settle()
    expect(table.log('c')).toContain('{a,b,c|d}')
    table.say('a leads, its snapshot knows nothing of d, its log does behind it')
    table.suspect('a', 'b')
    table.elect('a')
    table.propose('a', 'x', 'y')
    table.settle()
    table.compact('a', 5)
    table.input('a', change('addObserver', 'd'))
    table.settle()
    table.crash('a')
    table.restart('a')
    table.suspect('b')
    table.elect('a')
    table.mend()
    table.say('c is brought up to date: first the snapshot only')
    table.tick('a', 6)
    table.settle(({ message }) => message.type !== 'append' || table.status('c').chosenThrough < 5)
    expect(table.status('c').membership).toEqual({ voters: ['a', 'b', 'c'], observers: [] })
    table.tick('a', 6)
    table.settle()
    expect(table.status('c').membership).toEqual({ voters: ['a', 'b', 'c'], observers: ['d'] })
    expect(table.status('c').chosenThrough).toBe(table.status('a').chosenThrough)
    await matchesTrace(table, 'snapshot-old-membership')
  })

  test('RAFT-17 a snapshot of what is held already only says that it is chosen', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.propose('a', 'x', 'y', 'z')
    table.settle(({ message }) => message.type !== 'chosen')
    table.compact('a', 4)
    const { snapshot } = table.disk('a')
    if (snapshot === null) throw new Error('a has a snapshot')
    const { through, membership, state } = snapshot
    const name = { through, size: state.length, hash: hashBytes(state) }
    const lastBallot = { counter: 1, node: nodeId('a') }
    expect(table.status('b').chosenThrough).toBe(1)
    table.deliver({
      from: nodeId('a'),
      to: nodeId('b'),
      message: { type: 'snapshotOffer', name, membership, lastBallot },
    })
    table.settle()
    expect(table.status('b')).toMatchObject({ chosenThrough: 4, leader: 'a' })
    expect(table.disk('b').snapshot).toBeNull()
    expect(table.trace).not.toContain('installs')
  })

  test('RAFT-17 what a snapshot said is chosen is vouched for, though no append of this term reached so far', () => {
    const table = new Scenario([])
    table.stored('b', 1, ['a', 'b', 'c'], [[1, 1, 'one', 'two', 'three']])
    const a = nodeId('a')
    const state = new Uint8Array([1])
    const name = { through: slot(3), size: 1, hash: hashBytes(state) }
    const membership = { voters: ['a', 'b', 'c'].map(nodeId), observers: [] }
    const heartbeat = {
      type: 'heartbeat',
      ballot: { counter: 2, node: a },
      chosenThrough: slot(9),
      round: 1,
    } as const
    for (const message of [
      heartbeat,
      { type: 'snapshotOffer', name, membership, lastBallot: termOf(1) },
      { type: 'snapshotPiece', name, offset: 0, bytes: state },
      { ...heartbeat, round: 2 },
    ] as const)
      table.input('b', { type: 'message', from: a, message })
    expect(table.letters.at(-1)?.message).toMatchObject({ type: 'appended', through: 3, round: 2 })
  })

  test('RAFT-17 a snapshot behind what is chosen here, or older than the last, is not kept', () => {
    const table = withSnapshot()
    table.compact('a', 3)
    expect(table.disk('a').snapshot?.through).toBe(4)
    table.compact('b', 5)
    table.compact('b', 4)
    expect(table.disk('b').snapshot?.through).toBe(5)
    const ahead = new Scenario(['a'])
    ahead.compact('a', 1)
    expect(ahead.disk('a').snapshot).toBeNull()
  })
})

describe('recovery', () => {
  const a = nodeId('a')
  const start = (recovered: Recovered) =>
    raft.create({ self: a, founders: [a], random: seededRandom(1), recovered })
  const append = (counter: number, firstSlot: number, ...texts: readonly string[]): LogWrite => ({
    type: 'append',
    run: {
      ballot: termOf(counter),
      firstSlot: slot(firstSlot),
      values: texts.map(text => new TextEncoder().encode(text)),
    },
  })
  const record = (chosenThrough: number) => ({
    term: 3,
    votedFor: 'a',
    chosenThrough,
    snapshotBallot: { counter: 0, node: '0' },
  })

  test('RAFT-18 what was known as chosen is given out again, once, by the first step', () => {
    const log = [
      append(1, 1, 'one', 'two', 'old'),
      { type: 'truncate', from: slot(3) },
      append(2, 3, 'new'),
    ] as const
    const engine = start({ hardState: record(3), log, snapshot: null })
    const texts = engine
      .step([])
      .decided.map(({ value }) => value instanceof Uint8Array && new TextDecoder().decode(value))
    expect(texts).toEqual(['one', 'two', 'new'])
    expect(engine.step([]).decided).toEqual([])
    expect(engine.status()).toMatchObject({ role: 'follower', ballot: { counter: 3 }, chosenThrough: 3 })
  })

  test('RAFT-18 writes that a snapshot covers are left out, those over its end in part', () => {
    const snapshot = {
      through: slot(2),
      membership: { voters: [a], observers: [] },
      state: new Uint8Array([1]),
    }
    const log = [append(1, 1, 'one'), append(1, 2, 'two', 'three'), append(1, 4, 'four')]
    const engine = start({ hardState: record(4), log, snapshot })
    const { install, decided } = engine.step([])
    expect(install).toEqual(snapshot)
    expect(decided.map(each => each.slot)).toEqual([3, 4])
  })

  test('RAFT-18 a membership that is in the log and not chosen is in force again', () => {
    const table = new Scenario(['a', 'b', 'c'], ['d'])
    table.elect('a')
    table.input('a', change('addObserver', 'd'))
    table.settle()
    table.input('a', change('promote', 'd'))
    table.settle(() => false)
    table.crash('a')
    table.restart('a')
    table.loseHope('a')
    expect(table.intercept(() => true).map(({ to }) => to)).toEqual(['b', 'c', 'd'])
  })

  test.each([
    ['no record beside a log', { hardState: null, log: [append(1, 1, 'one')], snapshot: null }],
    ['a hole in the log', { hardState: record(0), log: [append(1, 2, 'two')], snapshot: null }],
    ['more chosen than there is', { hardState: record(2), log: [append(1, 1, 'one')], snapshot: null }],
    ['a record that is none', { hardState: { promised: 1 }, log: [], snapshot: null }],
    ['a record of another kind', { hardState: 'x', log: [], snapshot: null }],
    ['a vote for nobody', { hardState: { ...record(0), votedFor: 7 }, log: [], snapshot: null }],
    ['a term that is no number', { hardState: { ...record(0), term: -1 }, log: [], snapshot: null }],
  ])('RAFT-18 does not start with %s', (_what, recovered) => {
    expect(() => start(recovered).step([])).toThrow(InvariantError)
  })
})

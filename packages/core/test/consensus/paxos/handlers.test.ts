import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import type { Ballot } from '../../../src/logic/consensus/ballot.ts'
import type { EngineInput, Recovered } from '../../../src/logic/consensus/engine.ts'
import { chosenBallot } from '../../../src/logic/consensus/paxos/core.ts'
import type { Message } from '../../../src/logic/consensus/paxos/messages.ts'
import { paxos } from '../../../src/logic/consensus/paxos/paxos.ts'
import type { Value } from '../../../src/logic/consensus/value.ts'
import { ballot, bytes, run } from './help.ts'

const founders = ['a', 'b', 'c'].map(nodeId)
const founding: Value = { type: 'membership', membership: { voters: founders, observers: [] } }
const held = ballot(5, 'b')

/** Slot 1 is chosen; x was accepted in slot 2 and slot 3 promised, both in 5.b; y is known as chosen in slot 5. */
const disk: Recovered = {
  hardState: {
    chosenThrough: 1,
    reservedCounter: 0,
    promises: [{ first: slot(3), last: slot(3), ballot: held }],
  },
  log: [
    { type: 'append', run: { ballot: ballot(1, 'a'), firstSlot: slot(1), values: [founding] } },
    { type: 'append', run: run(held, 2, 'x') },
    { type: 'append', run: run(chosenBallot, 5, 'y') },
  ],
  snapshot: null,
}

/** What a, with that disk, says to c about `message`, and what it writes. */
function answer(message: Message) {
  const engine = paxos.create({ self: nodeId('a'), founders, random: { below: () => 0 }, recovered: disk })
  engine.step([])
  const input: EngineInput<Message> = { type: 'message', from: nodeId('c'), message }
  const { send, persist, sendAfterPersist, decided } = engine.step([input])
  const said = (outgoing: typeof send) => outgoing.filter(({ to }) => to === 'c').map(each => each.message)
  return { atOnce: said(send), written: persist, afterwards: said(sendAfterPersist), decided, engine }
}

const relations = [
  ['a lower counter', ballot(4, 'z'), 'less'],
  ['a lower node', ballot(5, 'a'), 'less'],
  ['the same ballot', held, 'equal'],
  ['a higher node', ballot(5, 'c'), 'greater'],
  ['a higher counter', ballot(6, 'a'), 'greater'],
] as const

const places = [
  ['accepted', 2],
  ['promised', 3],
  ['untouched', 4],
] as const

const cases = relations.flatMap(([relation, of, order]) =>
  places.map(([place, at]) => [relation, place, of, order, at] as const),
)

const range = (first: number, last = first) => ({ first: slot(first), last: slot(last) })
const held3 = { ...range(3), ballot: held }

describe('acceptor', () => {
  test.each(cases)('PAXOS-5 a prepare in %s for a slot that is %s', (_relation, place, of, order, at) => {
    const { atOnce, written, afterwards } = answer({ type: 'prepare', ballot: of, ...range(at) })
    if (order === 'less' && place !== 'untouched') {
      expect(atOnce).toEqual([{ type: 'refused', ballot: of, conflicts: [{ ...range(at), ballot: held }] }])
      expect([written, afterwards]).toEqual([null, []])
      return
    }
    const runs = place === 'accepted' ? [run(held, 2, 'x')] : []
    expect(afterwards).toEqual([{ type: 'promise', ballot: of, ...range(at), runs }])
    expect(atOnce).toEqual([])
    expect(written === null).toBe(order === 'equal' && place === 'promised')
    if (written) expect(promisedAt(written.hardState, at)).toEqual(of)
  })

  test.each(cases)('PAXOS-6 an accept in %s for a slot that is %s', (_relation, place, of, order, at) => {
    const { atOnce, written, afterwards } = answer({ type: 'accept', run: run(of, at, 'x') })
    if (order === 'less' && place !== 'untouched') {
      expect(atOnce).toEqual([{ type: 'refused', ballot: of, conflicts: [{ ...range(at), ballot: held }] }])
      expect([written, afterwards]).toEqual([null, []])
      return
    }
    expect(afterwards).toEqual([{ type: 'accepted', ballot: of, ...range(at) }])
    const isRepeated = order === 'equal' && place === 'accepted'
    expect(written?.log ?? []).toEqual(isRepeated ? [] : [{ type: 'append', run: run(of, at, 'x') }])
  })

  test('PAXOS-5 a prepare for a run is promised for all of its slots or for none', () => {
    const low = ballot(4, 'c')
    const refused = answer({ type: 'prepare', ballot: low, ...range(3, 4) })
    expect(refused.atOnce).toEqual([{ type: 'refused', ballot: low, conflicts: [held3] }])
    expect(refused.written).toBeNull()
    const high = ballot(6, 'c')
    const promised = answer({ type: 'prepare', ballot: high, ...range(2, 4) })
    expect(promised.afterwards).toEqual([
      { type: 'promise', ballot: high, ...range(2, 4), runs: [run(held, 2, 'x')] },
    ])
  })

  test('PAXOS-6 a run is accepted in all of its slots or in none', () => {
    const low = ballot(4, 'c')
    const refused = answer({ type: 'accept', run: run(low, 3, 'p', 'q') })
    expect(refused.atOnce).toEqual([{ type: 'refused', ballot: low, conflicts: [held3] }])
    expect(refused.written).toBeNull()
  })

  test('PAXOS-8 what is chosen is not voted on: the proposer is told', () => {
    const of = ballot(9, 'c')
    const learned = { type: 'learned', firstSlot: 1, values: [founding], chosenThrough: 1 }
    expect(answer({ type: 'prepare', ballot: of, ...range(1, 2) }).atOnce).toEqual([learned])
    expect(answer({ type: 'accept', run: run(of, 1, 'other') }).atOnce).toEqual([learned])
    const beyond = answer({ type: 'prepare', ballot: of, ...range(4, 5) })
    expect(beyond.afterwards).toEqual([
      { type: 'promise', ballot: of, ...range(4, 5), runs: [run(chosenBallot, 5, 'y')] },
    ])
    expect(answer({ type: 'accept', run: run(of, 5, 'other') }).written).toBeNull()
    expect(answer({ type: 'accept', run: run(of, 5, 'other') }).afterwards).toEqual([])
    expect(answer({ type: 'accept', run: run(of, 5, 'y') }).afterwards).toEqual([
      { type: 'accepted', ballot: of, ...range(5) },
    ])
  })

  test('PAXOS-25 a slot absurdly far ahead is not believed and takes no room', () => {
    const far = 10 ** 12
    const messages: readonly Message[] = [
      { type: 'prepare', ballot: ballot(9, 'c'), ...range(far) },
      { type: 'accept', run: run(ballot(9, 'c'), far, 'x') },
      { type: 'chosen', ballot: ballot(9, 'c'), ...range(2, far) },
      { type: 'learned', firstSlot: slot(far), values: [bytes('x')], chosenThrough: slot(far) },
      { type: 'learn', from: slot(far) },
      { type: 'readAt', round: ballot(9, 'c'), through: slot(far) },
    ]
    for (const message of messages) {
      const { atOnce, written, afterwards } = answer(message)
      expect([atOnce, written, afterwards]).toEqual([[], null, []])
    }
  })
})

describe('learner', () => {
  test.each(relations)('PAXOS-11 it is chosen in %s what was accepted here', (_relation, of, order) => {
    const { decided, engine } = answer({ type: 'chosen', ballot: of, ...range(2) })
    const known = order === 'equal'
    expect(decided.map(each => each.slot)).toEqual(known ? [2] : [])
    expect(engine.status().chosenThrough).toBe(known ? 2 : 1)
  })

  test('PAXOS-11 values are given out in order, each once, and written where they were not held', () => {
    const learned = (firstSlot: number, ...texts: readonly string[]): Message => ({
      type: 'learned',
      firstSlot: slot(firstSlot),
      values: texts.map(bytes),
      chosenThrough: slot(5),
    })
    const { decided, written, engine } = answer(learned(2, 'x', 'p', 'q'))
    expect(decided.map(each => each.slot)).toEqual([2, 3, 4, 5])
    expect(written?.log).toEqual([{ type: 'append', run: run(chosenBallot, 3, 'p', 'q') }])
    const again = engine.step([{ type: 'message', from: nodeId('c'), message: learned(2, 'x', 'p', 'q') }])
    expect([again.decided, again.persist]).toEqual([[], null])
  })
})

function promisedAt(hardState: unknown, at: number): Ballot | undefined {
  const { promises } = hardState as {
    promises: readonly { first: number; last: number; ballot: Ballot }[]
  }
  return promises.find(({ first, last }) => first <= at && at <= last)?.ballot
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '../../../src/host/codec.ts'
import { nodeId, type Slot, slot } from '../../../src/logic/base/ids.ts'
import { paxosBackoffTicksMax } from '../../../src/logic/base/limits.ts'
import { compareBallots, noBallot } from '../../../src/logic/consensus/ballot.ts'
import { BallotRanges, ballotRanges } from '../../../src/logic/consensus/paxos/ballot-ranges.ts'
import { chosenBallot } from '../../../src/logic/consensus/paxos/core.ts'
import { type Message, parseMessage } from '../../../src/logic/consensus/paxos/messages.ts'
import { ballot, bytes, met, run, Table } from './help.ts'

test('PAXOS-27 a single voter proposes at once', () => {
  const table = new Table(['a'])
  table.tick('a')
  table.settle()
  expect(table.status('a')).toMatchObject({ proposer: 'a', doer: 'a', leader: null, role: 'follower' })
  table.propose('a', 'x')
  table.settle()
  expect(table.status('a').chosenThrough).toBe(2)
})

test('PAXOS-24 every voter that reaches a quorum proposes; the lowest does what one does for all', () => {
  const table = met('a', 'b', 'c')
  for (const name of ['a', 'b', 'c'])
    expect(table.status(name)).toMatchObject({ proposer: name, doer: 'a', leader: null })
  expect(table.status('a').peers.map(({ node }) => node)).toEqual(['b', 'c'])
  expect(table.status('b').peers).toEqual([])
  table.crash('a')
  for (let i = 0; i < 30; i++)
    for (const name of ['b', 'c']) {
      table.tick(name)
      table.settle()
    }
  for (const name of ['b', 'c']) expect(table.status(name)).toMatchObject({ proposer: name, doer: 'b' })
})

test('PAXOS-29 one that is said to be dead is not counted on until it is heard, and has been silent no longer than it was', () => {
  const table = met('a', 'b', 'c')
  const suspect = (name: string) => table.input('a', { type: 'suspect', peer: nodeId(name) })
  const silence = () => table.status('a').peers.map(({ silentTicks }) => silentTicks)
  const before = silence()
  suspect('b')
  expect(table.status('a').proposer).toBe('a')
  expect(silence()).toEqual(before)
  suspect('c')
  expect(table.status('a').proposer).toBe(null)
  for (let i = 0; i < 10; i++) {
    for (const name of ['a', 'b']) table.tick(name)
    table.settle()
  }
  expect(table.status('a').proposer).toBe('a')
})

test('PAXOS-24 a voter that hears others and is not heard takes itself for no proposer', () => {
  const table = met('a', 'b', 'c')
  for (let i = 0; i < 40; i++)
    for (const name of ['a', 'b', 'c']) {
      table.tick(name)
      table.settle(({ from, to }) => from === 'a' && to !== 'a')
    }
  expect(table.status('a')).toMatchObject({ proposer: 'b', doer: 'b' })
  table.propose('a', 'dropped')
  table.settle()
  expect(table.status('a').chosenThrough).toBe(1)
})

test('PAXOS-24 two that do not hear each other agree on the doer by a third', () => {
  const table = met('a', 'b', 'c')
  table.part(['a'], ['b'])
  for (let i = 0; i < 40; i++)
    for (const name of ['a', 'b', 'c']) {
      table.tick(name)
      table.settle()
    }
  for (const name of ['a', 'b', 'c']) expect(table.status(name)).toMatchObject({ proposer: name, doer: 'a' })
})

test('PAXOS-28 who is refused again and again waits longer and longer, up to a bound', () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x')
  for (let i = 0; i < 12; i++) {
    const ballots = table.letters.flatMap(({ message }) => (message.type === 'prepare' ? [message] : []))
    const [asked] = ballots
    table.letters = []
    expect(asked).toBeDefined()
    if (asked === undefined) return
    const conflicts = [{ first: asked.first, last: asked.last, ballot: ballot(asked.ballot.counter, 'z') }]
    for (const from of ['b', 'c'])
      table.message('a', from, { type: 'refused', ballot: asked.ballot, conflicts })
    for (let ticks = 0; ticks <= paxosBackoffTicksMax && !asksAgain(table); ticks++) table.tick('a')
    expect(asksAgain(table)).toBe(true)
  }
})

const asksAgain = (table: Table) => table.letters.some(({ message }) => message.type === 'prepare')

const ranges = fc.array(
  fc.record({
    first: fc.integer({ min: 1, max: 20 }),
    length: fc.integer({ min: 1, max: 8 }),
    counter: fc.nat(5),
  }),
)

test('PAXOS-5 the promises of many slots are kept as runs and say for each slot what one by one would', () => {
  fc.assert(
    fc.property(ranges, fc.nat(12), (raises, forgotten) => {
      const kept = new BallotRanges()
      const naive = new Map<Slot, number>()
      for (const { first, length, counter } of raises) {
        let changes = false
        for (let at = first; at < first + length; at++) {
          if (counter > (naive.get(slot(at)) ?? 0)) changes = true
          naive.set(slot(at), Math.max(counter, naive.get(slot(at)) ?? 0))
        }
        const last = slot(first + length - 1)
        const changed = kept.raise(slot(first), last, ballot(counter, counter === 0 ? '0' : 'a'))
        if (counter > 0) expect(changed).toBe(changes)
      }
      for (let at = 1; at < 30; at++) expect(kept.at(slot(at)).counter).toBe(naive.get(slot(at)) ?? 0)
      const list = kept.toJSON()
      expect(ballotRanges(structuredClone(list))).toEqual(list)
      kept.forgetThrough(slot(forgotten))
      for (let at = 1; at < 30; at++)
        expect(kept.at(slot(at)).counter).toBe(at <= forgotten ? 0 : (naive.get(slot(at)) ?? 0))
      expect(compareBallots(kept.at(slot(99)), noBallot)).toBe(0)
    }),
  )
})

const one = ballot(1, 'a')
const range = { first: slot(1), last: slot(2) }
const messages: readonly Message[] = [
  { type: 'prepare', ballot: one, ...range },
  { type: 'promise', ballot: one, ...range, runs: [run(one, 1, 'x', 'y'), run(chosenBallot, 3, 'z')] },
  { type: 'accept', run: run(one, 1, 'x') },
  { type: 'accepted', ballot: one, ...range },
  { type: 'refused', ballot: one, conflicts: [{ ...range, ballot: ballot(2, 'b') }] },
  { type: 'chosen', ballot: one, ...range },
  { type: 'learn', from: slot(3) },
  { type: 'learned', firstSlot: slot(3), values: [bytes('x')], chosenThrough: slot(4) },
  { type: 'readAsk', round: one },
  { type: 'readAt', round: one, through: slot(2) },
  { type: 'heartbeat', chosenThrough: slot(2), hears: [nodeId('a')], able: true, lowest: nodeId('a') },
]
const each = messages.map(message => [message.type, message] as const)
const codec = createCodec()

test.each(each)('PAXOS-25 %s is read as it was written', (_type, message) => {
  expect(parseMessage(codec.decode(codec.encode({ ...message, extra: 1 })))).toEqual(message)
})

test.each(each)('PAXOS-25 %s without one of its fields is refused', (_type, message) => {
  for (const field of Object.keys(message)) {
    const { [field]: _dropped, ...rest } = message as unknown as { readonly [key: string]: unknown }
    expect(parseMessage(rest)).toBeNull()
  }
})

test.each(each)('PAXOS-25 %s with nonsense in a field is refused or read', (_type, message) => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(message)), fc.anything(), (field, nonsense) => {
      const parsed = parseMessage({ ...message, [field]: nonsense })
      expect(parsed === null || typeof parsed === 'object').toBe(true)
    }),
  )
})

test('PAXOS-25 a ballot that nobody can have minted is refused', () => {
  for (const counter of [0, 2 ** 48 + 1, Number.MAX_SAFE_INTEGER]) {
    const of = ballot(counter, 'a')
    expect(parseMessage({ type: 'prepare', ballot: of, ...range })).toBeNull()
    expect(parseMessage({ type: 'accept', run: run(of, 1, 'x') })).toBeNull()
    expect(parseMessage({ type: 'chosen', ballot: of, ...range })).toBeNull()
    expect(parseMessage({ type: 'refused', ballot: one, conflicts: [{ ...range, ballot: of }] })).toBeNull()
  }
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import type { Message } from '../../../src/logic/consensus/raft/messages.ts'
import { parseMessage } from '../../../src/logic/consensus/raft/messages.ts'

const ballot = { counter: 3, node: nodeId('a') }
const place = { slot: slot(4), ballot: { counter: 2, node: nodeId('b') } }
const run = { ballot, firstSlot: slot(5), values: [new Uint8Array([1]), { type: 'noop' as const }] }
const membership = { voters: [nodeId('a')], observers: [nodeId('b')] }
const name = { through: slot(9), size: 3, hash: 17 }

const samples: readonly Message[] = [
  { type: 'preVote', ballot, end: place },
  { type: 'preVoteReply', ballot, granted: false, term: 4 },
  { type: 'requestVote', ballot, end: place, transfer: true },
  { type: 'vote', ballot },
  { type: 'append', ballot, prev: place, runs: [run], chosenThrough: slot(2) },
  { type: 'append', ballot, prev: place, runs: [], chosenThrough: slot(2) },
  { type: 'appended', ballot, through: slot(7), round: 2 },
  { type: 'mismatched', ballot, prevSlot: slot(5), hint: place },
  { type: 'chosen', ballot, chosenThrough: slot(2) },
  { type: 'heartbeat', ballot, chosenThrough: slot(2), round: 8 },
  { type: 'refused', term: 5 },
  { type: 'read', id: 1, life: 2 },
  { type: 'readReply', id: 1, life: 2, slot: slot(6) },
  { type: 'timeoutNow', ballot },
  { type: 'snapshotOffer', name, membership, lastBallot: ballot },
  { type: 'snapshotAsk', name, offset: 0 },
  { type: 'snapshotPiece', name, offset: 0, bytes: new Uint8Array([1, 2, 3]) },
]

const wrong: readonly unknown[] = [undefined, null, -1, 1.5, 2 ** 53, 'x', {}, [], true]

describe('messages from outside', () => {
  test.each(samples)('RAFT-21 $type is taken as it is, and without what it need not have', message => {
    expect(parseMessage(message)).toEqual(message)
    expect(parseMessage({ ...message, extra: 1 })).toEqual(message)
  })

  test.each(samples)('RAFT-21 $type with any field missing or of another kind is refused', message => {
    for (const field of Object.keys(message)) {
      for (const bad of wrong) {
        const parsed = parseMessage({ ...message, [field]: bad })
        const isFine = parsed !== null && Object.is((parsed as { [key: string]: unknown })[field], bad)
        const isEmpty = field === 'runs' && Array.isArray(bad)
        expect(parsed === null || isFine || isEmpty, `${field}: ${String(bad)}`).toBe(true)
      }
    }
  })

  test.each([
    ['runs with a gap', { runs: [{ ...run, firstSlot: 6 }] }],
    ['runs that overlap', { runs: [run, run] }],
    ['runs of a later term', { runs: [{ ...run, ballot: { counter: 4, node: 'a' } }] }],
    ['terms that fall', { runs: [{ ...run, ballot: { counter: 1, node: 'a' } }] }],
    ['an empty run', { runs: [{ ...run, values: [] }] }],
    ['no term', { ballot: { counter: 0, node: '0' } }],
    ['slots beyond all numbers', { prev: { ...place, slot: Number.MAX_SAFE_INTEGER }, runs: [] }],
  ])('RAFT-21 an append with %s', (what, fields) => {
    const parsed = parseMessage({
      type: 'append',
      ballot,
      prev: place,
      runs: [run],
      chosenThrough: 2,
      ...fields,
    })
    if (what === 'slots beyond all numbers') expect(parsed).not.toBeNull()
    else expect(parsed).toBeNull()
  })

  test('RAFT-21 a hint that does not lead back is refused', () => {
    expect(parseMessage({ type: 'mismatched', ballot, prevSlot: 4, hint: place })).toBeNull()
  })

  test('RAFT-21 whatever comes, the parser does not throw, and what it takes it takes again', () => {
    const types = samples.map(({ type }) => type)
    const field = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(ballot, place, [run], membership, name, 1, 0),
    )
    const record = fc.dictionary(
      fc.constantFrom(
        'ballot',
        'end',
        'prev',
        'runs',
        'term',
        'granted',
        'through',
        'round',
        'name',
        'id',
        'slot',
      ),
      field,
    )
    fc.assert(
      fc.property(fc.constantFrom(...types), record, (type, fields) => {
        const parsed = parseMessage({ ...fields, type })
        if (parsed !== null) expect(parseMessage(parsed)).toEqual(parsed)
      }),
      { seed: 1, numRuns: 2_000 },
    )
    fc.assert(
      fc.property(fc.anything(), value => {
        parseMessage(value)
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import type { Message, Report } from '../../../src/logic/consensus/zab/messages.ts'
import { parseMessage } from '../../../src/logic/consensus/zab/parse.ts'

const ballot = { counter: 3, node: nodeId('a') }
const last = { slot: slot(4), ballot: { counter: 2, node: nodeId('b') } }
const run = { ballot, firstSlot: slot(5), values: [new Uint8Array([1]), { type: 'noop' as const }] }
const membership = { voters: [nodeId('a')], observers: [nodeId('b')] }
const name = { through: slot(9), size: 3, hash: 17 }
const credentials = { current: ballot, last }
const report: Report = {
  ...credentials,
  chosenThrough: slot(1),
  ends: [{ ...last, slot: slot(2) }, last],
  memberships: [{ from: slot(1), membership }],
}
const suffix = { ballot, page: 2, keepThrough: slot(4), runs: [run], through: slot(9) }

const samples: readonly Message[] = [
  {
    type: 'notification',
    round: 2,
    state: 'looking',
    vote: nodeId('b'),
    credentials,
    able: true,
    hears: false,
  },
  { type: 'followerInfo', session: 4, accepted: ballot },
  { type: 'newEpoch', session: 4, ballot },
  { type: 'ackEpoch', session: 4, ballot, page: 1, report },
  { type: 'fetch', ballot, page: 1, report },
  { type: 'history', ...suffix },
  { type: 'sync', session: 4, ...suffix },
  { type: 'newLeader', session: 4, ballot, through: slot(9) },
  { type: 'ack', session: 4, ballot, through: slot(9), round: 1, missing: false },
  { type: 'alive', session: 4, ballot },
  { type: 'propose', run, chosenThrough: slot(2) },
  { type: 'inform', run },
  { type: 'commit', ballot, chosenThrough: slot(2) },
  { type: 'ping', ballot, chosenThrough: slot(2), round: 8, upToDate: true },
  { type: 'refused', accepted: ballot },
  { type: 'handOver', ballot, to: nodeId('c') },
  { type: 'read', session: 4, id: 1 },
  { type: 'readReply', session: 4, id: 1, slot: slot(6) },
  { type: 'snapshotOffer', name, membership, lastBallot: ballot },
  { type: 'snapshotAsk', name, offset: 0 },
  { type: 'snapshotPiece', name, offset: 0, bytes: new Uint8Array([1, 2, 3]) },
]

const wrong: readonly unknown[] = [undefined, null, -1, 1.5, 2 ** 53, 'not an id', {}, true, 7]

describe('messages from outside', () => {
  test.each(samples)('ZAB-23 $type is taken as it is, and without what it need not have', message => {
    expect(parseMessage(message)).toEqual(message)
    expect(parseMessage({ ...message, extra: 1 })).toEqual(message)
  })

  test.each(samples)('ZAB-23 $type with any field missing or of another kind is refused', message => {
    for (const field of Object.keys(message))
      for (const bad of wrong) {
        const parsed = parseMessage({ ...message, [field]: bad })
        const isFine = parsed !== null && Object.is((parsed as { [key: string]: unknown })[field], bad)
        expect(parsed === null || isFine, `${field}: ${String(bad)}`).toBe(true)
      }
  })

  test.each([
    ['with a gap', { runs: [{ ...run, firstSlot: 6 }] }],
    ['that overlap', { runs: [run, run] }],
    ['without values', { runs: [{ ...run, values: [] }] }],
  ])('ZAB-23 a history of runs %s is refused', (_what, fields) => {
    expect(parseMessage({ type: 'history', ...suffix, ...fields })).toBeNull()
  })

  test.each([
    ['whose ends do not rise', { ends: [last, last] }],
    ['whose ends do not reach its last entry', { ends: [{ ...last, slot: 3 }] }],
    ['that ends before what is chosen', { chosenThrough: 5 }],
    ['with ends that are none', { ends: [7] }],
  ])('ZAB-23 a report %s is refused', (_what, fields) => {
    expect(parseMessage({ type: 'fetch', ballot, page: 1, report: { ...report, ...fields } })).toBeNull()
  })

  test('ZAB-23 whatever comes, the parser does not throw, and what it takes it takes again', () => {
    const fields = [...new Set(samples.flatMap(sample => Object.keys(sample)))]
    const known = samples.flatMap(sample => Object.values(sample) as unknown[])
    const field = fc.oneof(fc.anything(), fc.constantFrom<unknown>(...known))
    const types = samples.map(({ type }) => type)
    const record = fc.dictionary(fc.constantFrom(...fields), field)
    fc.assert(
      fc.property(fc.constantFrom(...types), record, (type, given) => {
        const parsed = parseMessage({ ...given, type })
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

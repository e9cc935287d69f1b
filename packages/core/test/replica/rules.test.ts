import { describe, expect, test } from 'vitest'
import { nodeId, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import { promotionSilentTicksMax } from '../../src/logic/base/limits.ts'
import { noBallot } from '../../src/logic/consensus/ballot.ts'
import type { EngineStatus } from '../../src/logic/consensus/engine.ts'
import { Checkpoints } from '../../src/logic/replica/checkpoints.ts'
import { isSnapshotDue } from '../../src/logic/replica/compaction.ts'
import { Leases } from '../../src/logic/replica/leases.ts'
import { type ReadRequest, Reads } from '../../src/logic/replica/reads.ts'
import { Roster } from '../../src/logic/replica/roster.ts'
import { Writes } from '../../src/logic/replica/writes.ts'

const [a, b, c] = ['a', 'b', 'c'].map(nodeId) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
]
const session = sessionId(1)

describe('the roster', () => {
  test('REPLICA-2 an observer is fit after it was heard and close for twenty ticks in a row', () => {
    const roster = new Roster(a)
    const status = (silentTicks: number, matched: number): EngineStatus => ({
      role: 'leader',
      leader: a,
      proposer: a,
      doer: a,
      ballot: noBallot,
      chosenThrough: slot(1_000),
      membership: { voters: [a], observers: [b] },
      isCounted: true,
      changing: false,
      peers: [{ node: b, matchedThrough: slot(matched), silentTicks }],
    })
    const isFit = (silentTicks: number, matched: number) =>
      roster.tick(status(silentTicks, matched)).observers.map(observer => observer.isFit)
    const isClose = (silentTicks: number, matched: number) =>
      roster.tick(status(silentTicks, matched)).observers.map(observer => observer.isClose)
    for (let tick = 0; tick < 19; tick++) expect(isFit(0, 990)).toEqual([false])
    expect(isFit(7, 990)).toEqual([false])
    for (let tick = 0; tick < 19; tick++) expect(isFit(6, 750)).toEqual([false])
    expect(isFit(0, 990)).toEqual([true])
    expect(isFit(0, 749)).toEqual([false])
    expect(isClose(0, 749)).toEqual([false])
    expect(isClose(7, 750)).toEqual([false])
    expect(isClose(6, 750)).toEqual([true])
    roster.leave(b)
    expect(isClose(6, 750)).toEqual([false])
  })

  test('REPLICA-13 a voter is gone after ten seconds, two after a hint that it died, at once when it leaves; a new connection is a return; a new doer counts on nobody before it could have missed them', () => {
    const roster = new Roster(a)
    const view = (silentTicks: number) => {
      const status: EngineStatus = {
        role: 'leader',
        leader: a,
        proposer: a,
        doer: a,
        ballot: noBallot,
        chosenThrough: slot(1),
        membership: { voters: [a, b], observers: [c] },
        isCounted: true,
        changing: false,
        peers: [b, c].map(node => ({ node, matchedThrough: slot(1), silentTicks })),
      }
      const { voters, observers } = roster.tick(status)
      return [...voters, ...observers].map(({ isHeard, isHere, isGone }) => [isHeard, isHere, isGone])
    }
    const here = [true, true, false]
    const missing = [false, false, false]
    const gone = [false, false, true]
    for (let tick = 0; tick < promotionSilentTicksMax; tick++)
      expect(view(0)).toEqual([here, missing, missing])
    expect(view(6)).toEqual([here, here, here])
    expect(view(199)).toEqual([here, missing, missing])
    expect(view(200)).toEqual([here, gone, missing])
    expect(view(1_200)).toEqual([here, gone, gone])
    roster.suspect(b)
    expect(view(39)).toEqual([here, missing, missing])
    expect(view(40)).toEqual([here, gone, missing])
    roster.stay(b)
    expect(view(40)).toEqual([here, missing, missing])
    roster.leave(b)
    expect(view(0)).toEqual([here, [true, false, true], here])
    roster.rest()
    expect(view(0)).toEqual([here, gone, missing])
  })
})

describe('leases', () => {
  const view = { session, timeoutMs: 4_001, lastXid: xid(0), lastZxid: slot(7), identities: [] }

  test('REPLICA-3 a session is named when it was silent for its timeout, rounded up to whole ticks', () => {
    const leases = new Leases(slot(5), [view])
    for (let tick = 0; tick < 80; tick++) expect(leases.tick()).toEqual([])
    expect(leases.tick()).toEqual([session])
    expect(leases.expiry(view)).toEqual({ type: 'expireSession', session, leadership: 5, lastZxid: 7 })
  })

  test('REPLICA-3 a touch gives it the full timeout again, its end ends it', () => {
    const leases = new Leases(slot(5), [view])
    for (let tick = 0; tick < 80; tick++) leases.tick()
    leases.touch(session)
    for (let tick = 0; tick < 80; tick++) expect(leases.tick()).toEqual([])
    leases.end(session)
    expect(leases.tick()).toEqual([])
  })
})

describe('writes on their way', () => {
  const body = (n: number) => new Uint8Array([n])

  test('REPLICA-4 a write is handed over once, and again to the next who can propose', () => {
    const writes = new Writes()
    writes.addWrite(session, xid(1), 1, body(1))
    expect(writes.takeFor(a)).toEqual([body(1)])
    expect(writes.takeFor(a)).toEqual([])
    writes.addWrite(session, xid(2), 1, body(2))
    expect(writes.takeFor(b)).toEqual([body(1), body(2)])
  })

  test('REPLICA-4 a write that is not applied in time is handed over again, in the session’s order', () => {
    const writes = new Writes()
    for (const n of [1, 2]) writes.addWrite(session, xid(n), 1, body(n))
    writes.takeFor(a)
    for (let tick = 0; tick < 20; tick++) writes.tick()
    writes.addWrite(session, xid(3), 1, body(3))
    expect(writes.takeFor(a)).toEqual([body(1), body(2), body(3)])
    expect(writes.finishWrite(session, xid(1))).toBe(1)
    expect(writes.finishWrite(session, xid(1))).toBeNull()
  })

  test('REPLICA-4 one that came out of order is handed over again at the next tick', () => {
    const writes = new Writes()
    for (const n of [1, 2]) writes.addWrite(session, xid(n), 1, body(n))
    writes.takeFor(a)
    writes.retrySession(session)
    expect(writes.takeFor(a)).toEqual([])
    writes.tick()
    expect(writes.takeFor(a)).toEqual([body(1), body(2)])
  })

  test('REPLICA-5 what a client waited for is dropped with it', () => {
    const writes = new Writes()
    writes.addOpen('token', 1, body(0))
    writes.addWrite(session, xid(1), 1, body(1))
    writes.addWrite(sessionId(2), xid(1), 2, body(2))
    writes.dropClient(1)
    writes.tick()
    expect(writes.takeFor(b)).toEqual([body(2)])
  })
})

describe('reads that wait', () => {
  const read = (fields: Partial<Extract<ReadRequest, { type: 'read' }>> = {}): ReadRequest => ({
    type: 'read',
    session,
    id: 1,
    afterXid: xid(0),
    seenZxid: slot(0),
    consistency: 'sequential',
    query: null,
    watch: null,
    ...fields,
  })
  const progress = (applied: number, last: number | null) => ({
    appliedThrough: slot(applied),
    lastXid: () => (last === null ? null : xid(last)),
  })

  test.each([
    ['its session is not applied here yet', read(), progress(0, null), 0],
    ['its session is gone', read(), progress(1, null), 1],
    ['an earlier write is not applied', read({ afterXid: xid(2) }), progress(5, 1), 0],
    ['the earlier writes are applied', read({ afterXid: xid(2) }), progress(5, 2), 1],
    ['its session saw more elsewhere', read({ seenZxid: slot(6) }), progress(5, 2), 0],
    ['what its session saw is applied', read({ seenZxid: slot(5) }), progress(5, 2), 1],
  ])('REPLICA-6 a read when %s', (_when, request, at, ready) => {
    const reads = new Reads()
    reads.add(1, request)
    expect(reads.takeReady(at)).toHaveLength(ready)
  })

  test('REPLICA-7 a linearizable read waits for a quorum’s word and for the slot that it names', () => {
    const reads = new Reads()
    const added = reads.add(1, read({ consistency: 'linearizable' }))
    if (!added || added.quorumId === null) throw new Error('it needs a quorum')
    expect(reads.takeReady(progress(9, 0))).toEqual([])
    reads.confirm(added.quorumId, slot(10))
    expect(reads.takeReady(progress(9, 0))).toEqual([])
    expect(reads.takeReady(progress(10, 0))).toHaveLength(1)
  })

  test('REPLICA-7 a question without an answer is a new question, and the old answer does not count', () => {
    const reads = new Reads()
    const added = reads.add(1, read({ consistency: 'linearizable' }))
    if (!added || added.quorumId === null) throw new Error('it needs a quorum')
    const asked = Array.from({ length: 20 }, () => reads.tick()).flat()
    expect(asked).toHaveLength(1)
    expect(asked[0]).not.toBe(added.quorumId)
    reads.confirm(added.quorumId, slot(1))
    expect(reads.takeReady(progress(9, 0))).toEqual([])
  })
})

test('REPLICA-8 replicas whose digests differ at a slot stop, whoever gets there first', () => {
  const early = new Checkpoints()
  early.reach(slot(1_024), 7)
  expect(() => early.hear(b, slot(1_024), 7)).not.toThrow()
  expect(() => early.hear(b, slot(1_024), 8)).toThrow('digest')
  const late = new Checkpoints()
  late.hear(b, slot(1_024), 8)
  expect(() => late.reach(slot(1_024), 7)).toThrow('digest')
})

test.each([
  [16_384, 10, true],
  [16_385, 10, false],
  [16_384, 16_385, false],
  [32_768, 16_385, true],
  [1_048_576, 1_000_000, true],
  [524_288, 1_000_000, false],
])('REPLICA-9 at slot %i with %i znodes a snapshot is due: %s', (at, znodes, due) => {
  expect(isSnapshotDue(slot(at), znodes)).toBe(due)
})

/**
 * Random histories: commands over few sessions and paths, so that they meet. Sessions and xids are relative to what the
 * history has come to (the second open session, the xid after the last), because absolute ones would mostly miss.
 */
import fc from 'fast-check'
import { nodeId, sessionId, slot } from '../../src/logic/base/ids.ts'
import type { Command, Operation } from '../../src/logic/state/command.ts'
import type { StateMachine } from '../../src/logic/state/contract.ts'
import { bytes, close, create, remove, request, set } from './world.ts'

/** A command that depends on where the machine stands. */
export type Draft = (machine: StateMachine) => Command

const at = fc.constantFrom('/a', '/b', '/a/x', '/a/y', '/a/x/z', '/b/x', '/', '/zookeeper', '/zookeeper/q')
const prefix = fc.constantFrom('/', '/a/', '/a/n-', '/b/x/n-', '/zookeeper/n-')
const data = fc.constantFrom('', 'one', 'another').map(bytes)
const version = fc.constantFrom(-1, -1, -1, 0, 1, 2)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(at, fc.constantFrom('persistent', 'ephemeral'), data).map(args => create(...args)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(prefix, fc.constantFrom('persistentSequential', 'ephemeralSequential'), data)
      .map(args => create(...args)),
  },
  { weight: 4, arbitrary: fc.tuple(at, version).map(args => remove(...args)) },
  { weight: 4, arbitrary: fc.tuple(at, data, version).map(args => set(...args)) },
  { weight: 1, arbitrary: fc.constant(close) },
)

const sessionAt = (machine: StateMachine, index: number) => {
  const all = [...machine.sessions()]
  return all[index % Math.max(all.length, 1)] ?? { session: sessionId(99_999), lastXid: 0, lastZxid: slot(0) }
}

const requestDraft = fc
  .tuple(fc.nat(3), fc.constantFrom(1, 1, 1, 1, 1, 1, 0, -1, -2, 2), fc.nat(3), operation)
  .map(
    ([index, step, unacknowledged, asked]): Draft =>
      machine => {
        const { session, lastXid } = sessionAt(machine, index)
        return request(session, Math.max(lastXid + step, 1), asked, Math.max(lastXid - unacknowledged, 0))
      },
  )

const openDraft = fc
  .tuple(fc.constantFrom('t1', 't2', 't3', 't4'), fc.integer({ min: 4_000, max: 40_000 }))
  .map(
    ([token, timeoutMs]): Draft =>
      () => ({ type: 'openSession', token, timeoutMs }),
  )

const expireDraft = fc.tuple(fc.nat(3), fc.boolean(), fc.boolean()).map(
  ([index, ofThisLeader, upToDate]): Draft =>
    machine => {
      const { session, lastZxid } = sessionAt(machine, index)
      return {
        type: 'expireSession',
        session,
        leadership: slot(machine.leadership + (ofThisLeader ? 0 : 1)),
        lastZxid: slot(Math.max(lastZxid - (upToDate ? 0 : 1), 0)),
      }
    },
)

const leadDraft = fc.constant<Draft>(() => ({ type: 'lead', node: nodeId('n1') }))

/** A history: for each slot the stamp and the command. Opens two sessions first. */
export const history = (slotsMax: number): fc.Arbitrary<readonly (readonly [number, Draft])[]> =>
  fc
    .array(
      fc.tuple(
        fc.integer({ min: 1_000, max: 2_000 }),
        fc.oneof(
          { weight: 20, arbitrary: requestDraft },
          { weight: 2, arbitrary: openDraft },
          { weight: 1, arbitrary: expireDraft },
          { weight: 1, arbitrary: leadDraft },
        ),
      ),
      { maxLength: slotsMax, size: 'max' },
    )
    .map(drafts => [
      [1_000, () => ({ type: 'openSession', token: 't1', timeoutMs: 10_000 })],
      [1_000, () => ({ type: 'openSession', token: 't2', timeoutMs: 10_000 })],
      ...drafts,
    ])

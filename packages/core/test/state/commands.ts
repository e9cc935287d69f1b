/**
 * Random histories: commands over few sessions and paths, so that they meet. Sessions and xids are relative to what the
 * history has come to (the second open session, the xid after the last), because absolute ones would mostly miss.
 */
import fc from 'fast-check'
import { nodeId, sessionId, slot } from '../../src/logic/base/ids.ts'
import type { Acl } from '../../src/logic/state/acl.ts'
import type { Command, Operation } from '../../src/logic/state/command.ts'
import type { StateMachine } from '../../src/logic/state/contract.ts'
import {
  addAuth,
  bytes,
  type CreateExtras,
  check,
  close,
  create,
  line,
  multi,
  remove,
  request,
  set,
  setAcl,
  setQuota,
} from './world.ts'

/** A command that depends on where the machine stands. */
export type Draft = (machine: StateMachine) => Command

const at = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('/a', '/a', '/b', '/a/x', '/a/x', '/a/y', '/a/x/z') },
  { weight: 1, arbitrary: fc.constantFrom('/b/x', '/', '/zookeeper', '/zookeeper/q', '/zookeeper/config') },
)
const prefix = fc.constantFrom('/', '/a/', '/a/n-', '/a/x/n-', '/b/x/n-', '/zookeeper/n-')
const data = fc.constantFrom('', 'one', 'another').map(bytes)
const version = fc.constantFrom(-1, -1, -1, 0, 1, 2)

const user = fc.constantFrom('u:hash', 'v:hash')
const acl = fc.constantFrom<Acl>(
  [line('world', 'anyone', 'rwcda')],
  [line('world', 'anyone', 'r')],
  [line('world', 'anyone', 'wcd')],
  [line('digest', 'u:hash', 'rwcda')],
  [line('digest', 'u:hash', 'rwa'), line('world', 'anyone', 'rcd')],
  [line('auth', '', 'rwcda'), line('digest', 'v:hash', 'r'), line('auth', '', 'rwcda')],
  [line('digest', 'nobody', 'r')],
  [],
)
const extras: fc.Arbitrary<CreateExtras> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: acl.map(list => ({ acl: list })) },
)
const ttl = fc.constantFrom(1, 100, 600)
const limit = fc.constantFrom(0, 1, 2, 4, 8)
const limits = fc
  .record({ count: limit, bytes: limit, countHardLimit: limit, byteHardLimit: limit }, { requiredKeys: [] })
  .filter(record => Object.keys(record).length > 0)

const withTtl = ttl.map(ttlMs => ({ ttlMs }))
const plainMode = fc.constantFrom('persistent', 'ephemeral', 'container')
const sequentialMode = fc.constantFrom('persistentSequential', 'ephemeralSequential')

const createsWith = (more: fc.Arbitrary<CreateExtras>) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(at, plainMode, data, more).map(args => create(...args)) },
    { weight: 3, arbitrary: fc.tuple(prefix, sequentialMode, data, more).map(args => create(...args)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(at, data, withTtl)
        .map(([path, ...rest]) => create(path, 'persistentWithTTL', ...rest)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(prefix, data, withTtl)
        .map(([path, ...rest]) => create(path, 'persistentSequentialWithTTL', ...rest)),
    },
  )

const singles = (more: fc.Arbitrary<CreateExtras>): fc.Arbitrary<Operation> =>
  fc.oneof(
    { weight: 10, arbitrary: createsWith(more) },
    { weight: 4, arbitrary: fc.tuple(at, version).map(args => remove(...args)) },
    { weight: 4, arbitrary: fc.tuple(at, data, version).map(args => set(...args)) },
    { weight: 1, arbitrary: fc.tuple(at, version).map(args => check(...args)) },
  )

/** `isOpen`: everybody may do everything. */
function operations(isOpen: boolean): fc.Arbitrary<Operation> {
  const single = singles(isOpen ? fc.constant({}) : extras)
  const schemes = fc.constantFrom('digest', 'digest', 'digest', 'world', 'key')
  return fc.oneof(
    { weight: 18, arbitrary: single },
    { weight: 4, arbitrary: fc.array(single, { maxLength: 5 }).map(all => multi(...all)) },
    { weight: isOpen ? 0 : 2, arbitrary: fc.tuple(at, acl, version).map(args => setAcl(...args)) },
    { weight: 1, arbitrary: fc.tuple(schemes, user).map(args => addAuth(...args)) },
    { weight: 2, arbitrary: fc.tuple(at, fc.option(limits)).map(([top, some]) => setQuota(top, some)) },
    { weight: 1, arbitrary: fc.constant(close) },
  )
}

const sessionAt = (machine: StateMachine, index: number) => {
  const all = [...machine.sessions()]
  return all[index % Math.max(all.length, 1)] ?? { session: sessionId(99_999), lastXid: 0, lastZxid: slot(0) }
}

const requests = (isOpen: boolean) =>
  fc
    .tuple(
      fc.nat(3),
      fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, -1, -2, 2),
      fc.nat(3),
      operations(isOpen),
    )
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

/** Names what is due, as the doer would; some of it altered, so that it is void. */
const sweepDraft = fc.tuple(fc.nat(5_000_000), fc.boolean(), fc.boolean()).map(
  ([aheadMs, ofThisLeader, asIs]): Draft =>
    machine => ({
      type: 'sweep',
      leadership: slot(machine.leadership + (ofThisLeader ? 0 : 1)),
      znodes: machine
        .sweepable(aheadMs)
        .map((each, index) => (asIs || index > 0 ? each : { ...each, mzxid: slot(each.mzxid + 1) })),
    }),
)

/** What every history begins with, so that most of what follows meets something. */
const first = [addAuth('digest', 'u:hash'), create('/a'), create('/a/x'), create('/b')]

/** A history: for each slot the stamp and the command. Opens two sessions first. `isOpen`: no znode is closed to anybody. */
export const history = (
  slotsMax: number,
  { isOpen = false } = {},
): fc.Arbitrary<readonly (readonly [number, Draft])[]> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 30, arbitrary: fc.integer({ min: 1_000, max: 2_000 }) },
          { weight: 1, arbitrary: fc.constantFrom(2_500, 4_000_000) },
        ),
        fc.oneof(
          { weight: 40, arbitrary: requests(isOpen) },
          { weight: 1, arbitrary: openDraft },
          { weight: 1, arbitrary: expireDraft },
          { weight: 1, arbitrary: leadDraft },
          { weight: 2, arbitrary: sweepDraft },
        ),
      ),
      { maxLength: slotsMax, size: 'max' },
    )
    .map(drafts => [
      [1_000, () => ({ type: 'openSession', token: 't1', timeoutMs: 10_000 })],
      [1_000, () => ({ type: 'openSession', token: 't2', timeoutMs: 10_000 })],
      ...first.map((asked, index) => [1_000, () => request(sessionId(1), index + 1, asked, index)] as const),
      ...drafts,
    ])

/**
 * What a replica's state is in a new ensemble that begins from it: the tree as it stands, every session ended as if it had
 * expired, nobody's leadership, the one member. All of that is one transaction, the last before the new log begins.
 *
 * Its zxid lies far above what was applied (`forkSlots`), so that whatever the old ensemble told an app or a watch lies
 * below it: a zxid never goes back, and no two transactions that an app can have heard of share one.
 *
 * Pure, from one snapshot to another. Does not know why an ensemble is given up, nor who may say so.
 */
import type { Codec } from '../base/codec.ts'
import { noSlot, slotAfter, type Zxid } from '../base/ids.ts'
import { forkSlots, forkThroughMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { configChange } from './configuration.ts'
import type { Configuration } from './contract.ts'
import { type Failure, failure } from './error.ts'
import { removeEphemerals } from './operate.ts'
import { SessionTable } from './sessions.ts'
import { decodeState, encodeState } from './snapshot.ts'
import type { Transaction } from './transaction.ts'

export interface Forked {
  /** The fork's own zxid: the new ensemble's first slot is the next. */
  readonly through: Zxid
  /** The snapshot of it. */
  readonly state: Uint8Array
}

/**
 * The state of a new ensemble of `configuration` that begins from the snapshot `bytes`. Fails, with a code of the state's:
 * BadArguments where the bytes are no snapshot, LimitExceeded where there are no zxids left to leave out.
 */
export function forkState(
  codec: Codec,
  bytes: Uint8Array,
  configuration: Configuration,
): Result<Forked, Failure> {
  const decoded = decodeState(codec, bytes)
  if (!decoded.ok) return err(failure('BadArguments', `this is no snapshot: ${decoded.error}`))
  const { tree, sessions, header } = decoded.value
  const { appliedThrough, timeMs } = header
  if (appliedThrough > forkThroughMax)
    return err(failure('LimitExceeded', `too few zxids are left behind ${appliedThrough} to begin anew`))
  const through = slotAfter(appliedThrough, forkSlots)
  for (const { session, identities } of sessions.all()) {
    const end: Transaction = { zxid: through, timeMs, session, identities, changes: [], overQuota: null }
    removeEphemerals(tree, end)
  }
  configChange(tree, configuration, through, timeMs)
  const forked = { appliedThrough: through, leadership: noSlot, timeMs }
  return ok({ through, state: encodeState(codec, { tree, sessions: new SessionTable(), header: forked }) })
}

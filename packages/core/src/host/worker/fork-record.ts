/**
 * What a fork means to the registry of its profile: a plan, then one write that puts the new ensemble in the place of the
 * old one. Whatever a crash leaves in between is settled by the next claim. Called under the founding lock only. Does not
 * know how the new replica's database is filled.
 *
 *   plan, not written  ->  plan, written  ->  the new ensemble     each arrow one strict write of the registry
 *
 * A plan that is not written is dropped, one that is written is carried out: the person has given their word. Either way
 * the databases that nobody needs any more are named as discarded by that same write, and deleted by it or a later claim.
 */
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { deleteDatabase } from '../storage/database.ts'
import type { Registered, Registry, RoomRecord } from '../storage/registry.ts'
import { nodeLock, takeLock } from './locks.ts'
import { replicaDatabaseName } from './names.ts'

/** A database that a frozen tab keeps open is left to a later claim: this one holds up all others. */
const deletionTimeoutMs = 2_000

/** Puts `next` in place of `current` where an arbiter decides for the room, and answers what stands then. */
export type ReplaceEnsemble = (current: EnsembleId, next: EnsembleId) => Promise<EnsembleId>

export interface ForkPlace {
  readonly registry: Registry
  readonly room: string
  readonly locks: LockManager
  /** Absent where no arbiter decides. */
  readonly replace?: ReplaceEnsemble | undefined
  /** The replica whose lock this worker holds; its storage is closed. */
  readonly own?: NodeId
}

/**
 * Carries out the fork that `record` plans, or drops it; deletes what may be deleted. Resolves with what is registered
 * then. Rejects where the arbiter gives no answer, and the plan stays: it may have been carried out there.
 */
export async function settleFork(place: ForkPlace, record: Registered | null): Promise<Registered | null> {
  if (record?.state !== 'member') return record
  const { fork, ...kept } = record
  if (fork === undefined) return deleteDiscarded(place, record)
  const { replace } = place
  const standing =
    fork.isWritten && replace !== undefined ? await replace(record.ensemble, fork.ensemble) : fork.ensemble
  const discarded = record.discarded ?? []
  const settled: RoomRecord =
    fork.isWritten && standing === fork.ensemble
      ? {
          state: 'member',
          replicas: record.replicas,
          ensemble: fork.ensemble,
          engine: record.engine,
          founder: null,
          nodes: [{ node: fork.node, key: fork.key, stored: true }],
          ephemeral: false,
          discarded: [...discarded, ...record.nodes.map(({ node }) => node)],
        }
      : { ...kept, discarded: [...discarded, fork.node] }
  await place.registry.write(settled)
  return deleteDiscarded(place, settled)
}

/** Best effort: what a tab still runs, or cannot be deleted now, is left to a later claim. */
export async function deleteDiscarded(place: ForkPlace, record: RoomRecord): Promise<RoomRecord> {
  const { discarded = [], ...kept } = record
  if (discarded.length === 0) return record
  const left: NodeId[] = []
  for (const node of discarded) if (!(await deleteReplicaOf(place, node))) left.push(node)
  if (left.length === discarded.length) return record
  const after: RoomRecord = left.length === 0 ? kept : { ...kept, discarded: left }
  await place.registry.write(after).catch(() => undefined)
  return after
}

async function deleteReplicaOf({ room, locks, own }: ForkPlace, node: NodeId): Promise<boolean> {
  const held = node === own ? null : await takeLock(locks, nodeLock(room, node), { now: true })
  if (held === null && node !== own) return false
  try {
    await deleteDatabase(replicaDatabaseName(room, node), deletionTimeoutMs)
    return true
  } catch {
    return false
  } finally {
    held?.release()
  }
}

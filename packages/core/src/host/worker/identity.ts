/**
 * Who a replica is. Each tab claims one of the identities that its browser profile has minted, or mints another; a Web
 * Lock for each keeps two tabs from being the same replica. Founding an ensemble happens here, once for a profile, under
 * another lock. What an identity promised is in its own database, which this file names but never reads.
 */
import { type EnsembleId, ensembleId, type NodeId, nodeId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import type { Identity } from '../storage/contract.ts'
import { deleteDatabase } from '../storage/database.ts'
import { openRegistry, type Registry, type RoomRecord } from '../storage/registry.ts'
import { IdentityError, identityErrorOf } from './identity-error.ts'
import {
  aliveLock,
  aliveLockPrefix,
  allNodeLocksPrefix,
  foundingLock,
  type HeldLock,
  nodeLock,
  takeLock,
} from './locks.ts'

export { IdentityError, type IdentityErrorCode } from './identity-error.ts'
export { nodeLock } from './locks.ts'

/** `found-or-join`: the profile's ensemble, founded if it has none. `join`: become a member of that one, never found. */
export type Founding = 'found-or-join' | { readonly join: EnsembleId }

export interface ClaimOptions {
  readonly room: string
  readonly engine: EngineName
  readonly founding: Founding
  /** Ends the wait for other tabs that found or claim. */
  readonly signal: AbortSignal
  /**
   * The replica will keep nothing on disk, so it must never be taken for an earlier one: it gets an identity that nobody
   * had, which is not remembered. Where the profile has only such replicas and none is alive, it founds anew.
   */
  readonly ephemeral?: boolean
  /** The browser's, unless a test brings its own. */
  readonly locks?: LockManager
}

export interface Claim {
  readonly identity: Identity
  /** Where this replica's storage is, or will be. */
  readonly databaseName: string
  /** The storage was opened before: an empty one has lost its promises and must not be used (`mustExist`). */
  readonly stored: boolean
  /** Remembers that the storage is there. To be awaited after it was opened and before the replica says a word. */
  markStored(): Promise<void>
  /** The name of a lock that is held as long as this claim, for others to wait for. */
  readonly lock: string
  /** Lets others claim the identity. Idempotent. */
  release(): void
  /** Fires when the identity was taken away: the replica must stop. */
  readonly lost: AbortSignal
}

export const replicaDatabaseName = (room: string, node: NodeId): string => `peerkeeper:${room}:replica:${node}`

/**
 * Claims an identity for this worker. At most one holder has it at any time, whatever was copied, duplicated or reloaded.
 * A crash at any point is safe: the next claim finds the same ensemble, and the founder's identity still founding it.
 * Rejects with an IdentityError.
 */
export function claimIdentity(options: ClaimOptions): Promise<Claim> {
  const { room, signal } = options
  return underFoundingLock(room, signal, options.locks, async (registry, locks) => {
    const stored = await registry.read()
    const alive = options.ephemeral === true && (await isAnyAlive(locks, room))
    const record = recordFor(stored, options, alive)
    const { node, held, claimed } = await claimNode(locks, room, record, options.ephemeral === true)
    try {
      const lock = aliveLock(room, node, mintId())
      const alive = await takeLock(locks, lock, { signal })
      if (claimed !== stored) await registry.write(claimed)
      return {
        identity: identityOf(record, node, options.engine),
        databaseName: replicaDatabaseName(room, node),
        stored: claimed.nodes.some(each => each.node === node && each.stored),
        markStored: () => markStored(options, node),
        lock,
        release: () => {
          alive?.release()
          held.release()
        },
        lost: held.lost,
      }
    } catch (error) {
      held.release()
      throw error
    }
  })
}

/**
 * Calls `onReleased` once when replica `node` of this profile has died or let go: the fastest hint there is, though it says
 * nothing of a frozen tab. Does nothing for replicas of other profiles, and ends with `signal`.
 */
export function watchPeerLock(
  options: {
    readonly room: string
    readonly node: NodeId
    readonly signal: AbortSignal
    readonly locks?: LockManager
  },
  onReleased: () => void,
): void {
  const { room, node, signal } = options
  const watch = async () => {
    const locks = options.locks ?? navigator.locks
    const { held = [] } = await locks.query()
    const name = held.find(each => each.name?.startsWith(aliveLockPrefix(room, node)))?.name
    if (name === undefined) return
    await locks.request(name, { mode: 'shared', signal }, () => {})
    if (!signal.aborted) onReleased()
  }
  // Without locks there is no hint, and heartbeats tell.
  watch().catch(() => {})
}

/**
 * The way out of a storage that is Corrupt: deletes replica `node` of this profile for good. The next claim mints a new
 * member instead. Rejects with an IdentityError, `InUse` while a tab still is that replica.
 */
export function deleteReplica(
  room: string,
  node: NodeId,
  options: { readonly signal?: AbortSignal; readonly locks?: LockManager } = {},
): Promise<void> {
  const signal = options.signal ?? AbortSignal.timeout(foundingTimeoutMs)
  return underFoundingLock(room, signal, options.locks, async (registry, locks) => {
    const held = await takeLock(locks, nodeLock(room, node), { now: true })
    if (held === null) throw new IdentityError('InUse', `replica ${node} of room ${room} is running in another tab`)
    try {
      const record = await registry.read()
      // Forgotten before it is deleted: an identity without its promises must never be claimed again.
      if (record !== null)
        await registry.write({
          ...record,
          founder: record.founder === node ? null : record.founder,
          nodes: record.nodes.filter(each => each.node !== node),
        })
      await deleteDatabase(replicaDatabaseName(room, node))
    } finally {
      held.release()
    }
  })
}

/** Long enough for every tab that a browser restores at once to claim its identity. */
const foundingTimeoutMs = 10_000

async function underFoundingLock<T>(
  room: string,
  signal: AbortSignal,
  ownLocks: LockManager | undefined,
  work: (registry: Registry, locks: LockManager) => Promise<T>,
): Promise<T> {
  let lock: HeldLock | null = null
  let registry: Registry | null = null
  try {
    const locks = ownLocks ?? browserLocks()
    lock = await takeLock(locks, foundingLock(room), { signal })
    registry = await openRegistry(room)
    return await work(registry, locks)
  } catch (cause) {
    throw identityErrorOf(cause, room, signal)
  } finally {
    registry?.close()
    lock?.release()
  }
}

function browserLocks(): LockManager {
  const { locks } = navigator as { readonly locks?: LockManager }
  if (locks === undefined)
    throw new IdentityError('Unsupported', 'there are no Web Locks here: serve the app over https, or from localhost')
  return locks
}

async function isAnyAlive(locks: LockManager, room: string): Promise<boolean> {
  const { held = [] } = await locks.query()
  return held.some(({ name }) => name?.startsWith(allNodeLocksPrefix(room)))
}

/** What the profile takes part in: as registered, else founded or joined now. Throws where that is not what is asked. */
function recordFor(stored: RoomRecord | null, options: ClaimOptions, alive: boolean): RoomRecord {
  const { room, engine, founding, ephemeral } = options
  const diedOut = ephemeral === true && !alive && stored?.nodes.length === 0
  if (founding === 'found-or-join') {
    if (stored === null || diedOut) {
      const founder = nodeId(mintId())
      const nodes = ephemeral === true ? [] : [{ node: founder, stored: false }]
      return { ensemble: ensembleId(mintId()), engine, founder, nodes }
    }
  } else {
    if (stored === null || diedOut) return { ensemble: founding.join, engine, founder: null, nodes: [] }
    if (stored.ensemble !== founding.join)
      throw new IdentityError(
        'ForeignEnsemble',
        `this browser takes part in ensemble ${stored.ensemble} of room ${room}, not in ${founding.join}. ` +
          `Join that one under another room name, or delete this browser's replicas of room ${room} first.`,
      )
  }
  if (stored.engine !== engine)
    throw new IdentityError('Mismatch', `room ${room} was founded with engine ${stored.engine}, not ${engine}`)
  return stored
}

/**
 * Who a replica is. Each tab claims one of the identities that its browser profile has minted, or mints another; a Web
 * Lock for each keeps two tabs from being the same replica. Founding an ensemble happens here, once for a profile, under
 * another lock. What an identity promised is in its own database, which this file names but never reads.
 */
import { type EnsembleId, ensembleId, type NodeId, nodeId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import type { Identity } from '../storage/contract.ts'
import type { RoomRecord } from '../storage/registry.ts'
import { type ReplaceEnsemble, settleFork } from './fork-record.ts'
import { foundingTimeoutMs, underFoundingLock } from './founding.ts'
import { IdentityError } from './identity-error.ts'
import { aliveLock, type HeldLock, isAnyAlive, nodeLock, stealLock, takeLock } from './locks.ts'
import { mintId, replicaDatabaseName } from './names.ts'

export { nodeLock, watchPeerLock } from './locks.ts'

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
   * had, which is not remembered. Where a room only ever had such replicas and none of them lives, it is founded anew.
   */
  readonly ephemeral?: boolean
  /**
   * The profile has one replica, and whoever asks hosts it now: its identity is taken from whoever holds it, who is frozen
   * or on its way out, and is stopped by `lost` and by its storage.
   */
  readonly takesOver?: boolean
  /** Where an arbiter decides for the room: settles a fork that was under way when a worker died. */
  readonly replace?: ReplaceEnsemble | undefined
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

/**
 * Claims an identity for this worker. At most one holder has it at any time, whatever was copied, duplicated or reloaded.
 * A crash at any point is safe: the next claim finds the same ensemble, and the founder's identity still founding it.
 * Rejects with an IdentityError.
 */
export function claimIdentity(options: ClaimOptions): Promise<Claim> {
  const { room, engine, signal } = options
  return underFoundingLock(room, signal, options.locks, async (registry, locks) => {
    const stored = await settleFork(
      { registry, room, locks, replace: options.replace },
      await registry.read(),
    )
    const record = await recordFor(stored, options, locks)
    const claimed = await claimNode(record, record !== stored, options, locks)
    const { node, held } = claimed
    let alive: HeldLock | null = null
    const release = () => {
      alive?.release()
      held.release()
    }
    try {
      const lock = aliveLock(room, node, mintId())
      alive = await takeLock(locks, lock, { signal })
      // Before use: an identity that is not remembered could be claimed by nobody, but its votes would count.
      if (claimed.record !== stored) await registry.write(claimed.record)
      return {
        identity: {
          node,
          ensemble: record.ensemble,
          engine,
          founders: record.founder === node ? [node] : [],
        },
        databaseName: replicaDatabaseName(room, node),
        stored: record.nodes.some(each => each.node === node && each.stored),
        markStored: () => markStored(options, node),
        lock,
        release,
        lost: held.lost,
      }
    } catch (cause) {
      release()
      throw cause
    }
  })
}

/** What the profile takes part in: as registered, else founded or joined now. Rejects where that is not what is asked. */
async function recordFor(
  stored: RoomRecord | null,
  { room, engine, founding, ephemeral = false }: ClaimOptions,
  locks: LockManager,
): Promise<RoomRecord> {
  const join = founding === 'found-or-join' ? null : founding.join
  const diedOut = stored?.ephemeral === true && !(await isAnyAlive(locks, room))
  if (stored === null || diedOut) {
    if (join !== null) return { ensemble: join, engine, founder: null, nodes: [], ephemeral }
    const founder = nodeId(mintId())
    return {
      ensemble: ensembleId(mintId()),
      engine,
      founder,
      nodes: [{ node: founder, stored: false }],
      ephemeral,
    }
  }
  if (join !== null && stored.ensemble !== join)
    throw new IdentityError(
      'ForeignEnsemble',
      `this browser takes part in ensemble ${stored.ensemble} of room ${room}, not in ${join}: ` +
        'open that one as a room of another name, or delete the data of this one first',
    )
  if (stored.engine !== engine)
    throw new IdentityError('Mismatch', `room ${room} runs on engine ${stored.engine}, not on ${engine}`)
  return stored
}

interface Claimed {
  readonly node: NodeId
  readonly held: HeldLock
  /** What the registry is to say from now on. */
  readonly record: RoomRecord
}

/** Takes the lock of a known node that nobody holds, else that of a new one. */
async function claimNode(
  record: RoomRecord,
  isNew: boolean,
  { room, ephemeral = false, takesOver = false }: ClaimOptions,
  locks: LockManager,
): Promise<Claimed> {
  if (ephemeral) {
    const node = (isNew ? record.founder : null) ?? nodeId(mintId())
    return { node, held: await takeNew(locks, room, node), record: isNew ? forgetful(record) : record }
  }
  for (const { node } of record.nodes) {
    const lock = nodeLock(room, node)
    const held =
      (await takeLock(locks, lock, { now: true })) ?? (takesOver ? await stealLock(locks, lock) : null)
    if (held !== null) return { node, held, record }
  }
  const node = nodeId(mintId())
  const held = await takeNew(locks, room, node)
  const nodes = [...record.nodes, { node, stored: false }]
  return { node, held, record: { ...record, nodes, ephemeral: false } }
}

async function takeNew(locks: LockManager, room: string, node: NodeId): Promise<HeldLock> {
  const held = await takeLock(locks, nodeLock(room, node), { now: true })
  if (held === null)
    throw new IdentityError('Failed', `the new identity ${node} of room ${room} is held already`)
  return held
}

const forgetful = (record: RoomRecord): RoomRecord => ({ ...record, founder: null, nodes: [] })

function markStored({ room, ephemeral, locks }: ClaimOptions, node: NodeId): Promise<void> {
  if (ephemeral) return Promise.resolve()
  const signal = AbortSignal.timeout(foundingTimeoutMs)
  return underFoundingLock(room, signal, locks, async registry => {
    const record = await registry.read()
    if (record === null) throw new IdentityError('Failed', `the registry of room ${room} was deleted`)
    const nodes = record.nodes.map(each => (each.node === node ? { node, stored: true } : each))
    await registry.write({ ...record, nodes })
  })
}

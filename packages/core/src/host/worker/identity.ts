/**
 * Who a replica is. Each tab claims one of the identities that its browser profile has minted, or mints another; a Web
 * Lock for each keeps two tabs from being the same replica. One whose database is gone is forgotten: what it promised was
 * there. This file looks whether a database is there, and never into it; which ensemble it is about says taking-part.ts.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import type { FoundingArbiter } from '../arbiter.ts'
import type { NodeKey } from '../identity-key.ts'
import type { Identity } from '../storage/contract.ts'
import { databaseExists } from '../storage/database.ts'
import type { Replicas, RoomRecord } from '../storage/registry.ts'
import { replaceBy } from './ask-arbiter.ts'
import { deleteDiscarded, settleFork } from './fork-record.ts'
import { foundingTimeoutMs, underFoundingLock } from './founding.ts'
import { IdentityError } from './identity-error.ts'
import { aliveLock, type HeldLock, nodeLock, stealLock, takeLock } from './locks.ts'
import { type MintedNode, mintId, mintNode, replicaDatabaseName } from './names.ts'
import { type Founding, takePart } from './taking-part.ts'

export { nodeLock, watchPeerLock } from './locks.ts'

export type { Founding } from './taking-part.ts'

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
   * `per-device`: the profile has one replica, and whoever asks hosts it now: its identity is taken from whoever holds it,
   * who is frozen or on its way out, and is stopped by `lost` and by its storage.
   */
  readonly replicas: Replicas
  /**
   * Where one decides for the room: who founds it, where this profile knows of no ensemble, and what became of a fork that
   * was under way when a worker died. Without one this profile founds by itself.
   */
  readonly arbiter?: FoundingArbiter | undefined
  /** The browser's, unless a test brings its own. */
  readonly locks?: LockManager
}

export interface Claim {
  readonly identity: Identity
  /** What the identity's node is derived from, to prove it with. */
  readonly key: NodeKey
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
  const { room, engine, arbiter, signal, ephemeral = false } = options
  return underFoundingLock(room, signal, options.locks, async (registry, locks) => {
    const place = { registry, room, locks, replace: arbiter && replaceBy(arbiter, room, signal) }
    const stored = await settleFork(place, await registry.read())
    const part = await takePart(stored, { ...options, ephemeral, registry, locks })
    const claimed = await claimNode(part, part !== stored, options, locks)
    const { node, key, held, record } = claimed
    let alive: HeldLock | null = null
    const release = () => {
      alive?.release()
      held.release()
    }
    try {
      const lock = aliveLock(room, node, mintId())
      alive = await takeLock(locks, lock, { signal })
      // Before use: an identity that is not remembered could be claimed by nobody, but its votes would count.
      if (record !== stored) await registry.write(record)
      if (record !== stored) await deleteDiscarded(place, record)
      return {
        identity: {
          node,
          ensemble: record.ensemble,
          engine,
          founders: part.founder === node ? [node] : [],
        },
        key,
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

interface Claimed extends MintedNode {
  readonly held: HeldLock
  /** What the registry is to say from now on. */
  readonly record: RoomRecord
}

/** Takes the lock of a known node that nobody holds, else that of a new one. Forgets those whose databases are gone. */
async function claimNode(
  part: RoomRecord,
  isNew: boolean,
  { room, replicas, ephemeral = false }: ClaimOptions,
  locks: LockManager,
): Promise<Claimed> {
  if (ephemeral) {
    const founder = isNew ? part.nodes.find(({ node }) => node === part.founder) : undefined
    const { node, key } = founder ?? (await mintNode())
    return { node, key, held: await takeNew(locks, room, node), record: isNew ? forgetful(part) : part }
  }
  let record = part
  for (const { node, key, stored } of part.nodes) {
    const lock = nodeLock(room, node)
    const held =
      (await takeLock(locks, lock, { now: true })) ??
      (replicas === 'per-device' ? await stealLock(locks, lock) : null)
    if (held === null) continue
    try {
      if (!stored || (await databaseExists(replicaDatabaseName(room, node))))
        return { node, key, held, record }
    } catch (cause) {
      held.release()
      throw cause
    }
    held.release()
    record = without(record, node)
  }
  const { node, key } = await mintNode()
  const held = await takeNew(locks, room, node)
  const nodes = [...record.nodes, { node, key, stored: false }]
  return { node, key, held, record: { ...record, nodes, ephemeral: false } }
}

async function takeNew(locks: LockManager, room: string, node: NodeId): Promise<HeldLock> {
  const held = await takeLock(locks, nodeLock(room, node), { now: true })
  if (held === null)
    throw new IdentityError('Failed', `the new identity ${node} of room ${room} is held already`)
  return held
}

/** `record` once `node` is forgotten: nobody claims it again, and it founds nothing. */
export const without = (record: RoomRecord, node: NodeId): RoomRecord => ({
  ...record,
  founder: record.founder === node ? null : record.founder,
  nodes: record.nodes.filter(each => each.node !== node),
})

const forgetful = (record: RoomRecord): RoomRecord => ({ ...record, founder: null, nodes: [] })

function markStored({ room, ephemeral, locks }: ClaimOptions, node: NodeId): Promise<void> {
  if (ephemeral) return Promise.resolve()
  const signal = AbortSignal.timeout(foundingTimeoutMs)
  return underFoundingLock(room, signal, locks, async registry => {
    const record = await registry.read()
    if (record?.state !== 'member')
      throw new IdentityError('Failed', `the registry of room ${room} was deleted`)
    const nodes = record.nodes.map(each => (each.node === node ? { ...each, stored: true } : each))
    await registry.write({ ...record, nodes })
  })
}

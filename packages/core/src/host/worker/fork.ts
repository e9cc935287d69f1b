/**
 * A fork, on a person's word: a new ensemble of one new replica, which begins with what one replica of this profile holds. The old replica stops first, for good; the new one's database is complete before the profile takes part in it.
 * A crash at any point leaves the profile in the old ensemble or in the new one: see fork-record.ts.
 *
 * Does not know whether a majority is lost; whoever asks says so.
 */
import type { Codec } from '../../logic/base/codec.ts'
import { type EnsembleId, ensembleId } from '../../logic/base/ids.ts'
import type { AnyEngineKind, Persist } from '../../logic/consensus/engine.ts'
import { forkState } from '../../logic/state/fork.ts'
import type { Identity, Storage } from '../storage/contract.ts'
import { type ReplaceEnsemble, settleFork } from './fork-record.ts'
import { underFoundingLock } from './founding.ts'
import { IdentityError } from './identity-error.ts'
import { mintId, mintNode, replicaDatabaseName } from './names.ts'

export interface ForkOptions {
  readonly room: string
  readonly codec: Codec
  /** The replica to begin from. */
  readonly old: Identity
  /** Its engine, and the new one's. */
  readonly engine: AnyEngineKind
  /** Ends the wait for other tabs that found or claim. */
  readonly signal: AbortSignal
  /** Stops that replica for good, closes its storage, and gives all that it holds, as a snapshot. */
  stop(): Promise<Uint8Array>
  /** The new replica's. */
  storage(databaseName: string): Storage
  /** Where an arbiter decides for the room. */
  readonly replace?: ReplaceEnsemble | undefined
  /** The browser's, unless a test brings its own. */
  readonly locks?: LockManager | undefined
}

/**
 * Forks, and resolves with the new ensemble: the next claim of this profile is of its one replica. Rejects with an
 * IdentityError: `Forked` where the profile, or the arbiter, is in another ensemble by now. The old replica may have stopped
 * all the same; it is what it was, and can be started again.
 */
export function forkReplica(options: ForkOptions): Promise<EnsembleId> {
  const { room, codec, old, engine, signal, replace } = options
  return underFoundingLock(room, signal, options.locks, async (registry, locks) => {
    const record = await registry.read()
    if (record?.state !== 'member') throw forkedBefore(room, old.ensemble, null)
    if (record.ensemble !== old.ensemble) throw forkedBefore(room, old.ensemble, record.ensemble)
    const bytes = await options.stop()
    const { node, key } = await mintNode()
    const next = { ...old, node, ensemble: ensembleId(mintId()), founders: [] }
    const persist = beginningOf(engine, codec, next, bytes)
    const plan = { ensemble: next.ensemble, node, key, isWritten: false }
    await registry.write({ ...record, fork: plan })
    await fill(options.storage(replicaDatabaseName(room, next.node)), next, persist)
    const planned = { ...record, fork: { ...plan, isWritten: true } }
    await registry.write(planned)
    let standing = next.ensemble
    const asked: ReplaceEnsemble | undefined =
      replace && (async (current, mine) => (standing = await replace(current, mine)))
    await settleFork({ registry, room, locks, replace: asked, own: old.node }, planned)
    if (standing !== next.ensemble) throw forkedBefore(room, old.ensemble, standing)
    return next.ensemble
  })
}

/** The first write of `next`, which begins with the state that `bytes` are a snapshot of. Throws an IdentityError. */
export function beginningOf(kind: AnyEngineKind, codec: Codec, next: Identity, bytes: Uint8Array): Persist {
  const { node } = next
  const forked = forkState(codec, bytes, { members: [{ id: node, role: 'voter' }] })
  if (!forked.ok) throw new IdentityError('Failed', `no fork: ${forked.error.message}`)
  const membership = { voters: [node], observers: [] }
  return kind.genesis({ ...forked.value, membership })
}

/** Durable, and closed, when it resolves. */
export async function fill(storage: Storage, identity: Identity, persist: Persist): Promise<void> {
  try {
    await storage.open(identity)
    await storage.write(persist)
  } finally {
    await storage.close()
  }
}

const forkedBefore = (room: string, old: EnsembleId, standing: EnsembleId | null) =>
  new IdentityError(
    'Forked',
    `room ${room} is ensemble ${standing ?? 'none'} by now, in place of ${old}: connect to that one instead`,
  )

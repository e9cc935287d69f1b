/**
 * Where a replica keeps what it must not forget. One storage is one replica's identity: empty storage is a new member.
 * Knows records and bytes; knows nothing of what they mean to a protocol.
 */

import type { EnsembleId, Incarnation, NodeId } from '../../logic/base/ids.ts'
import type { EngineName, Persist, Recovered } from '../../logic/consensus/engine.ts'

/** Minted once, together with the storage. */
export interface Identity {
  readonly node: NodeId
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  /** This replica alone at a founder, nobody at one that joined. */
  readonly founders: readonly NodeId[]
}

export interface Opened {
  readonly identity: Identity
  /** Of this opening: higher than that of every opening before. */
  readonly incarnation: Incarnation
  readonly recovered: Recovered
}

export interface Storage {
  /**
   * Opens what is there, or mints `identity` in an empty storage. Raises the incarnation, durably, before it resolves.
   * Rejects with a {@link StorageError}; a storage that cannot be read in full is never opened in part.
   */
  open(identity: Identity): Promise<Opened>
  /**
   * Writes all of `persist` or nothing. Resolves when it is durable. Rejects with a {@link StorageError}, after which
   * the replica stops: what is on disk is then unknown until the next opening. One write at a time.
   */
  write(persist: Persist): Promise<void>
  /** Resolves while this opening still owns the storage; rejects with a {@link StorageError} (`Fenced`) once a later one does. */
  check(): Promise<void>
  /**
   * Fires when the store was taken away, between writes too: by the browser, or by someone who deletes it. Its reason is a
   * {@link StorageError}. What was promised may be gone: the replica stops, and must not wait for its next write to hear so.
   */
  readonly lost: AbortSignal
  /** Lets go of the underlying store. Idempotent; a write under way is completed first. */
  close(): Promise<void>
}

export type StorageErrorCode =
  /** There was a storage and there is none: wiped or evicted. What it promised is lost, and nobody may be that replica again. */
  | 'Missing'
  /** A row is missing, or is not what was written. */
  | 'Corrupt'
  /** The stored replica belongs to another ensemble, node or engine. */
  | 'Mismatch'
  | 'QuotaExceeded'
  /** A later opening owns this storage: this one must not write again. */
  | 'Fenced'
  /** The store itself failed, or was closed or deleted. */
  | 'Failed'

export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * The registry of a room in one browser profile: which ensemble the profile takes part in, by which engine, and which
 * replicas were minted here; or, before that, which ensemble it would found. One row; who changes it holds the founding
 * lock, of which nothing is known here.
 *
 *   nothing ──> founding ──> member      founding: an arbiter is being asked, or was when the worker died
 *      └────────────────────────^        without an arbiter, or by invitation
 */
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { withDeadline } from '../deadline.ts'
import type { NodeKey } from '../identity-key.ts'
import { StorageError } from './contract.ts'
import {
  type Database,
  type DBSchema,
  defaultTimeoutMs,
  openDatabase,
  storageErrorOf,
  writeStrictly,
} from './database.ts'
import { parseRegistered } from './parse-registered.ts'

export type Registered = FoundingRecord | RoomRecord

/**
 * What the arbiter of the room is asked for. Written before it is asked and kept until it has answered: whoever asks again
 * asks for the same. Invariant: nobody has used these ids, but for the arbiter, which may know the ensemble's.
 */
export interface FoundingRecord {
  readonly state: 'founding'
  readonly candidate: EnsembleId
  /** Which replica of this profile founds it, if it is the one. */
  readonly founder: NodeId
  readonly key: NodeKey
}

export interface RoomRecord {
  readonly state: 'member'
  readonly ensemble: EnsembleId
  readonly engine: string
  /** Whether each tab of the profile is a replica, or all of them together. */
  readonly replicas: Replicas
  /** Which replica of this profile founded the ensemble; null when the profile joined, or when that one is deleted. */
  readonly founder: NodeId | null
  readonly nodes: readonly RegisteredNode[]
  /** All replicas so far kept nothing on disk: the ensemble is gone when none of them is alive. */
  readonly ephemeral: boolean
  /** A fork that was begun, on a person's word, and is to be settled before anything else. Absent where there is none. */
  readonly fork?: PlannedFork
  /** Replicas whose databases are to be deleted when no tab runs them. Absent where there are none. */
  readonly discarded?: readonly NodeId[]
}

/** A new ensemble that begins with one replica of this profile. */
export interface PlannedFork {
  readonly ensemble: EnsembleId
  readonly node: NodeId
  readonly key: NodeKey
  /** Its database holds all that it begins with. */
  readonly isWritten: boolean
}

export interface RegisteredNode {
  readonly node: NodeId
  /** What `node` is derived from. It stands here because an identity is told to others before its database exists. */
  readonly key: NodeKey
  /** Its database was opened once: from then on an empty one means a loss. */
  readonly stored: boolean
}

/** `per-tab`: one of several of this profile. `per-device`: its only one, at which the other tabs have seats. */
export type Replicas = 'per-tab' | 'per-device'

interface RegistrySchema extends DBSchema {
  readonly room: { key: 'room'; value: Registered }
}

export interface Registry {
  /** What is registered; null when nothing was ever. Rejects with a StorageError, `Corrupt` when it makes no sense. */
  read(): Promise<Registered | null>
  /** Replaces it, durably when it resolves. */
  write(record: Registered): Promise<void>
  close(): void
}

export const registryName = (room: string): string => `peerkeeper:${room}:registry`

/** Opens the registry of `room`. Rejects with a StorageError `Failed`, in bounded time. */
export async function openRegistry(room: string, timeoutMs = defaultTimeoutMs): Promise<Registry> {
  const name = registryName(room)
  const database: Database<RegistrySchema> = await openDatabase<RegistrySchema>({
    name,
    create: created => {
      created.createObjectStore('room')
    },
    onLost: () => {},
    timeoutMs,
  })
  const bounded = async <T>(work: Promise<T>, doing: string): Promise<T> => {
    try {
      return await withDeadline(
        work,
        timeoutMs,
        () => new StorageError('Failed', `could not ${doing} in ${timeoutMs} ms`),
      )
    } catch (cause) {
      throw storageErrorOf(cause, doing)
    }
  }
  return {
    read: async () => {
      const stored: unknown = await bounded(database.get('room', 'room'), `read ${name}`)
      if (stored === undefined) return null
      const record = await parseRegistered(stored)
      if (typeof record === 'string') throw new StorageError('Corrupt', `database ${name} ${record}`)
      return record
    },
    write: record =>
      bounded(
        writeStrictly(database, ['room'], (transaction, track) =>
          track(transaction.objectStore('room').put(record, 'room')),
        ),
        `write ${name}`,
      ),
    close: () => database.close(),
  }
}

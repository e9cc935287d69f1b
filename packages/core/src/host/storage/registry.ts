/**
 * The registry of a room in one browser profile: which ensemble the profile takes part in, by which engine, and which
 * replicas were minted here. One row; who changes it holds the founding lock, of which nothing is known here.
 */
import { type EnsembleId, ensembleId, isId, type NodeId, nodeId } from '../../logic/base/ids.ts'
import { withDeadline } from '../deadline.ts'
import { StorageError } from './contract.ts'
import {
  type Database,
  type DBSchema,
  defaultTimeoutMs,
  openDatabase,
  storageErrorOf,
  writeStrictly,
} from './database.ts'

export interface RoomRecord {
  readonly ensemble: EnsembleId
  readonly engine: string
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
  /** Its database holds all that it begins with. */
  readonly isWritten: boolean
}

export interface RegisteredNode {
  readonly node: NodeId
  /** Its database was opened once: from then on an empty one means a loss. */
  readonly stored: boolean
}

interface RegistrySchema extends DBSchema {
  readonly room: { key: 'room'; value: RoomRecord }
}

export interface Registry {
  /** What is registered; null when nothing was ever. Rejects with a StorageError, `Corrupt` when it makes no sense. */
  read(): Promise<RoomRecord | null>
  /** Replaces it, durably when it resolves. */
  write(record: RoomRecord): Promise<void>
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
      const record = parseRecord(stored)
      if (record === null)
        throw new StorageError('Corrupt', `database ${name} does not hold what was written`)
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

function parseRecord(value: unknown): RoomRecord | null {
  if (typeof value !== 'object' || value === null) return null
  const {
    ensemble,
    engine,
    founder,
    nodes,
    ephemeral,
    fork,
    discarded = [],
  } = value as Partial<Record<string, unknown>>
  if (!isId(ensemble) || typeof engine !== 'string' || !Array.isArray(nodes)) return null
  if (typeof ephemeral !== 'boolean') return null
  if (founder !== null && !isId(founder)) return null
  const planned = fork === undefined ? null : parsePlannedFork(fork)
  if (fork !== undefined && planned === null) return null
  if (!Array.isArray(discarded) || !discarded.every(isId)) return null
  const parsed: RegisteredNode[] = []
  for (const each of nodes as unknown[]) {
    if (typeof each !== 'object' || each === null) return null
    const { node, stored } = each as Partial<Record<string, unknown>>
    if (!isId(node) || typeof stored !== 'boolean') return null
    parsed.push({ node: nodeId(node), stored })
  }
  return {
    ensemble: ensembleId(ensemble),
    engine,
    founder: founder === null ? null : nodeId(founder),
    nodes: parsed,
    ephemeral,
    ...(planned === null ? {} : { fork: planned }),
    ...(discarded.length === 0 ? {} : { discarded: discarded.map(nodeId) }),
  }
}

function parsePlannedFork(value: unknown): PlannedFork | null {
  if (typeof value !== 'object' || value === null) return null
  const { ensemble, node, isWritten } = value as Partial<Record<string, unknown>>
  if (!isId(ensemble) || !isId(node) || typeof isWritten !== 'boolean') return null
  return { ensemble: ensembleId(ensemble), node: nodeId(node), isWritten }
}

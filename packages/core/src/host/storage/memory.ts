/**
 * A storage in memory, for tests: what is written stays on a {@link MemoryDisk}, so a replica can crash and come back by
 * opening another storage on the same disk. Fences and refuses as the one in IndexedDB does; nothing here survives the page.
 */
import { type Incarnation, incarnation, type Slot } from '../../logic/base/ids.ts'
import type { LogWrite, Persist, Snapshot } from '../../logic/consensus/engine.ts'
import { type Identity, type Opened, type Storage, StorageError } from './contract.ts'
import { identityMismatch } from './identity-check.ts'
import { maxSlotOf, rowsCovered } from './rows.ts'

export interface MemoryDisk {
  /** Null while nothing was ever opened on this disk. */
  content: MemoryContent | null
  /** When set, every write is refused with it and changes nothing: a full or broken disk. */
  failure: StorageError | null
}

export interface MemoryContent {
  readonly identity: Identity
  /** Of the latest opening; a write by an earlier one is refused. */
  readonly incarnation: Incarnation
  readonly hardState: unknown
  readonly rows: readonly { readonly writes: readonly LogWrite[]; readonly maxSlot: Slot }[]
  readonly snapshot: Snapshot | null
}

export const createMemoryDisk = (): MemoryDisk => ({ content: null, failure: null })

/** A storage on `disk`, opened once. Writes are there when `write` resolves, and not before the caller's turn ends. */
export function createMemoryStorage(disk: MemoryDisk = createMemoryDisk()): Storage {
  let own: Incarnation | null = null
  let stopped: StorageError | null = null

  const write = (persist: Persist) => {
    if (own === null || disk.content === null) throw new StorageError('Failed', 'the storage is not open')
    if (stopped !== null) throw stopped
    if (disk.failure !== null) throw disk.failure
    if (disk.content.incarnation !== own) throw fencedBy(disk.content.incarnation, own)
    disk.content = written(disk.content, structuredClone(persist))
  }

  return {
    async open(wanted): Promise<Opened> {
      if (own !== null || stopped !== null) throw new StorageError('Failed', 'a storage is opened once')
      await Promise.resolve()
      const mismatch = disk.content && identityMismatch(disk.content.identity, wanted)
      if (mismatch !== null) throw new StorageError('Mismatch', mismatch)
      const before = disk.content ?? fresh(wanted)
      own = incarnation(before.incarnation + 1)
      disk.content = { ...before, incarnation: own }
      const { identity, hardState, rows, snapshot } = structuredClone(disk.content)
      return {
        identity,
        incarnation: own,
        recovered: { hardState, log: rows.flatMap(row => row.writes), snapshot },
      }
    },
    async write(persist) {
      await Promise.resolve()
      try {
        write(persist)
      } catch (error) {
        const failure = error instanceof StorageError ? error : new StorageError('Failed', String(error))
        if (own !== null) stopped ??= failure
        throw failure
      }
    },
    async check() {
      await Promise.resolve()
      if (own === null || disk.content === null) throw new StorageError('Failed', 'the storage is not open')
      if (stopped !== null) throw stopped
      if (disk.content.incarnation === own) return
      stopped = fencedBy(disk.content.incarnation, own)
      throw stopped
    },
    // Nobody takes memory away.
    lost: new AbortController().signal,
    async close() {
      await Promise.resolve()
      stopped ??= new StorageError('Failed', 'the storage is closed')
    },
  }
}

const fencedBy = (owner: Incarnation, own: Incarnation): StorageError =>
  new StorageError('Fenced', `opening ${owner} owns this storage, not ${own}`)

const fresh = (identity: Identity): MemoryContent => ({
  identity: structuredClone(identity),
  incarnation: incarnation(0),
  hardState: null,
  rows: [],
  snapshot: null,
})

function written(content: MemoryContent, { hardState, log, snapshot }: Persist): MemoryContent {
  let rows = content.rows
  if (log.length > 0) rows = [...rows, { writes: log, maxSlot: maxSlotOf(log) }]
  if (snapshot !== null) {
    const maxSlots = rows.map(row => row.maxSlot)
    rows = rows.slice(rowsCovered(maxSlots, snapshot.through))
  }
  return { ...content, hardState, rows, snapshot: snapshot ?? content.snapshot }
}

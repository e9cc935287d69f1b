/**
 * A storage in memory, for tests: what is written stays on a {@link MemoryDisk}, so a replica can crash and come back by
 * opening another storage on the same disk. Fences and refuses as the one in IndexedDB does; nothing here survives the page.
 */
import { type Incarnation, incarnation, type Slot } from '../../logic/base/ids.ts'
import type { LogWrite, Persist, Snapshot } from '../../logic/consensus/engine.ts'
import { type Identity, type Storage, StorageError } from './contract.ts'
import { identityMismatch } from './identity-check.ts'
import { openedOnce } from './opened-once.ts'
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
export const createMemoryStorage = (disk: MemoryDisk = createMemoryDisk()): Storage =>
  openedOnce<Incarnation>({
    place: 'the storage in memory',
    timeouts: null,
    errorOf: cause => (cause instanceof StorageError ? cause : new StorageError('Failed', String(cause))),
    // Nobody takes memory away.
    async open(wanted) {
      await Promise.resolve()
      const mismatch = disk.content && identityMismatch(disk.content.identity, wanted)
      if (mismatch !== null) throw new StorageError('Mismatch', mismatch)
      const before = disk.content ?? fresh(wanted)
      const own = incarnation(before.incarnation + 1)
      disk.content = { ...before, incarnation: own }
      const { identity, hardState, rows, snapshot } = structuredClone(disk.content)
      const recovered = { hardState, log: rows.flatMap(row => row.writes), snapshot }
      return { opened: { identity, incarnation: own, recovered }, open: own }
    },
    async write(own, persist) {
      await Promise.resolve()
      const content = contentOf(disk, own)
      if (disk.failure !== null) throw disk.failure
      disk.content = written(content, structuredClone(persist))
      return own
    },
    async check(own) {
      await Promise.resolve()
      contentOf(disk, own)
    },
    release: () => undefined,
  })

/** What is on `disk`, which opening `own` owns. */
function contentOf({ content }: MemoryDisk, own: Incarnation): MemoryContent {
  if (content?.incarnation !== own)
    throw new StorageError(
      'Fenced',
      `opening ${content?.incarnation ?? 'none'} owns this storage, not ${own}`,
    )
  return content
}

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

/**
 * A replica's storage in IndexedDB: one database, one strict transaction a write. A write is on the path of every commit,
 * so it encodes first and then queues all its requests at once: a look for the fence, the meta row, one row of the log.
 * After a failure nothing is retried: only a new opening knows what is on disk. The layout is in replica-database.ts, the order
 * of calls in opened-once.ts.
 */
import type { Codec } from '../../logic/base/codec.ts'
import type { Incarnation, Slot } from '../../logic/base/ids.ts'
import type { Persist } from '../../logic/consensus/engine.ts'
import { withDeadline } from '../deadline.ts'
import { type Storage, StorageError } from './contract.ts'
import { type Database, defaultTimeoutMs, openDatabase, storageErrorOf, writeStrictly } from './database.ts'
import { openedOnce } from './opened-once.ts'
import { createStores, type ReplicaSchema, readReplica } from './replica-database.ts'
import { type Meta, maxSlotOf, rowsCovered, seal, sealSnapshot } from './rows.ts'

export interface IndexedDbOptions {
  /** The database: one for each replica, for nothing else. */
  readonly name: string
  readonly codec: Codec
  /** A replica was stored here before: its state is lost where there is no database (`Missing`), or an empty one (`Corrupt`). */
  readonly mustExist?: boolean
  /** `open` fails after this long, as when another tab holds the database. */
  readonly openTimeoutMs?: number
  /** A write that the browser does not answer for this long has failed. */
  readonly writeTimeoutMs?: number
}

interface OpenState {
  readonly database: Database<ReplicaSchema>
  readonly incarnation: Incarnation
  /** As the last completed write left it. */
  readonly meta: Meta
  /** The highest slot that each log row from `meta.firstRow` on touches. */
  readonly maxSlots: Slot[]
}

/** A storage in database `options.name`, opened once. Every rejection is a StorageError. */
export function createIndexedDbStorage(options: IndexedDbOptions): Storage {
  const { name, codec, mustExist = false } = options
  const { openTimeoutMs = defaultTimeoutMs, writeTimeoutMs = 3 * defaultTimeoutMs } = options
  return openedOnce<OpenState>({
    place: `database ${name}`,
    timeouts: { writeMs: writeTimeoutMs, checkMs: openTimeoutMs },
    errorOf: storageErrorOf,
    async open(wanted, taken) {
      const create = mustExist ? null : createStores
      const database = await openDatabase({ name, create, onLost: taken, timeoutMs: openTimeoutMs })
      try {
        const { incarnation, meta, maxSlots, ...read } = await withDeadline(
          readReplica(database, codec, wanted, mustExist),
          openTimeoutMs,
          () => new StorageError('Failed', `database ${name} was not read within ${openTimeoutMs} ms`),
        )
        return { opened: { ...read, incarnation }, open: { database, incarnation, meta, maxSlots } }
      } catch (cause) {
        database.close()
        throw cause
      }
    },
    write: async (open, persist) => ({ ...open, meta: await writePersist(open, codec, persist) }),
    check: async ({ database, incarnation }) =>
      checkFence(name, incarnation, await database.getKey('meta', incarnation)),
    // At once: transactions under way are completed all the same, and who wants to delete it waits for this.
    release: ({ database }) => database.close(),
  })
}

/** Writes all of `persist` in one transaction and hands back what `meta` says from then on. */
async function writePersist(open: OpenState, codec: Codec, persist: Persist): Promise<Meta> {
  const { database, incarnation, maxSlots } = open
  const { hardState, log, snapshot } = persist
  const row = open.meta.lastRow + 1
  const logRow = log.length === 0 ? null : seal(codec, log, row)
  // Changed before the write is done: if it fails, nobody asks again.
  if (logRow !== null) maxSlots.push(maxSlotOf(log))
  const covered = snapshot === null ? 0 : rowsCovered(maxSlots, snapshot.through)
  maxSlots.splice(0, covered)
  const meta: Meta = {
    identity: open.meta.identity,
    firstRow: open.meta.firstRow + covered,
    lastRow: logRow === null ? open.meta.lastRow : row,
    snapshotThrough: snapshot === null ? open.meta.snapshotThrough : snapshot.through,
    hardState,
  }
  const sealedMeta = seal(codec, meta, incarnation)
  const chunks = snapshot === null ? [] : sealSnapshot(codec, snapshot)
  await writeStrictly(database, ['meta', 'log', 'snapshot'], (transaction, track) => {
    const stores = { meta: transaction.objectStore('meta'), log: transaction.objectStore('log') }
    track(stores.meta.getKey(incarnation).then(key => checkFence(database.name, incarnation, key)))
    track(stores.meta.put(sealedMeta, incarnation))
    if (logRow !== null) track(stores.log.add(logRow, row))
    if (snapshot === null) return
    const { firstRow } = open.meta
    if (covered > 0) track(stores.log.delete(IDBKeyRange.bound(firstRow, meta.firstRow - 1)))
    track(transaction.objectStore('snapshot').clear())
    for (const [place, chunk] of chunks.entries())
      track(transaction.objectStore('snapshot').put(chunk, place))
  })
  return meta
}

/** The meta row stands under the incarnation of the latest opening, and nowhere else. */
function checkFence(name: string, own: Incarnation, key: number | undefined): void {
  if (key !== own)
    throw new StorageError(
      'Fenced',
      `a later opening than ${own} owns database ${name}, or its rows are gone`,
    )
}

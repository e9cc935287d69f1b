/**
 * The one file that imports idb: opening and deleting databases with a deadline, and the one way they are written, a
 * strict transaction whose failure is known by name. Knows no store and no row.
 */
import {
  type DBSchema,
  deleteDB,
  type IDBPDatabase,
  type IDBPTransaction,
  openDB,
  type StoreNames,
} from 'idb'
import { withDeadline } from '../deadline.ts'
import { StorageError } from './contract.ts'

export type { DBSchema } from 'idb'
export type Database<Schema extends DBSchema> = IDBPDatabase<Schema>
export type WriteTransaction<Schema extends DBSchema> = IDBPTransaction<
  Schema,
  StoreNames<Schema>[],
  'readwrite'
>

/** Reads and deletes that another connection holds up end after this long. */
export const defaultTimeoutMs = 10_000

/**
 * Opens database `name`, made by `create` where there is none; with `create` null it must be there, and none is made.
 * `onLost` is called once when the browser closes it or someone wants to delete it; it is closed then. Rejects with a
 * StorageError: `Missing`, or `Failed` after `timeoutMs` at the latest.
 */
export async function openDatabase<Schema extends DBSchema>(options: {
  readonly name: string
  readonly create: ((database: Database<Schema>) => void) | null
  readonly onLost: (reason: string) => void
  readonly timeoutMs: number
}): Promise<Database<Schema>> {
  const { name, create, onLost, timeoutMs } = options
  let inTime = true
  let isMissing = false
  const opening = openDB<Schema>(name, 1, {
    upgrade: (database, _from, _to, transaction) => {
      if (create !== null) return create(database)
      isMissing = true
      abort(transaction)
    },
    blocking: (_from, _to, event) => {
      const database = event.target as IDBDatabase
      database.close()
      onLost(`database ${name} is being deleted`)
    },
    terminated: () => onLost(`the browser closed database ${name}`),
  }).then(database => {
    if (!inTime) database.close()
    return database
  })
  try {
    return await withDeadline(
      opening,
      timeoutMs,
      () => new StorageError('Failed', `database ${name} could not be opened within ${timeoutMs} ms`),
    )
  } catch (cause) {
    inTime = false
    if (isMissing) throw new StorageError('Missing', `database ${name} is gone`, { cause })
    throw storageErrorOf(cause, `open database ${name}`)
  }
}

/** Whether there is a database `name`, whatever is in it. Rejects with a StorageError `Failed`. */
export async function databaseExists(name: string, timeoutMs = defaultTimeoutMs): Promise<boolean> {
  try {
    const database = await openDatabase({ name, create: null, onLost: () => undefined, timeoutMs })
    database.close()
    return true
  } catch (cause) {
    if (cause instanceof StorageError && cause.code === 'Missing') return false
    throw cause
  }
}

/** All databases of this origin; none where the browser does not tell. Rejects with a StorageError `Failed`. */
export async function databaseNames(timeoutMs = defaultTimeoutMs): Promise<readonly string[]> {
  const factory: Partial<Pick<IDBFactory, 'databases'>> = indexedDB
  if (factory.databases === undefined) return []
  try {
    const late = () => new StorageError('Failed', `databases were not listed within ${timeoutMs} ms`)
    const listed = await withDeadline(indexedDB.databases(), timeoutMs, late)
    return listed.flatMap(({ name }) => (name === undefined ? [] : [name]))
  } catch (cause) {
    throw storageErrorOf(cause, 'list databases')
  }
}

/** Deletes database `name`, if there is one. Rejects with a StorageError `Failed` while somebody keeps it open. */
export async function deleteDatabase(name: string, timeoutMs = defaultTimeoutMs): Promise<void> {
  try {
    await withDeadline(
      deleteDB(name),
      timeoutMs,
      () => new StorageError('Failed', `database ${name} is in use and was not deleted in ${timeoutMs} ms`),
    )
  } catch (cause) {
    throw storageErrorOf(cause, `delete database ${name}`)
  }
}

/**
 * One atomic, durable write. `queue` issues all requests at once and passes each to `track`; one that fails, or whose
 * promise was made to reject by a check, ends the transaction. Resolves when it is complete, that is on disk as far as the
 * browser can promise it. Rejects with what went wrong first; then nothing of the write is there.
 *
 * It is left to commit by itself: after an early `commit()` Firefox (153) completes a transaction whose first request has
 * failed, and applies the others.
 */
export async function writeStrictly<Schema extends DBSchema>(
  database: Database<Schema>,
  stores: StoreNames<Schema>[],
  queue: (transaction: WriteTransaction<Schema>, track: (request: Promise<unknown>) => void) => void,
): Promise<void> {
  const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' })
  const failures: unknown[] = []
  const done = transaction.done.catch((cause: unknown) => {
    failures.push(cause)
  })
  const fail = (cause: unknown) => {
    failures.push(cause)
    abort(transaction)
  }
  try {
    queue(transaction, request => {
      request.catch(fail)
    })
  } catch (cause) {
    // A request that was refused at once leaves the others standing: nothing of them must be written.
    fail(cause)
  }
  await done
  // An abort reaches requests and transaction as AbortError too: the reason is the one failure with another name.
  const reason = failures.find(cause => !hasName(cause, 'AbortError')) ?? failures[0]
  if (reason !== undefined) throw reason
}

/** Ends a transaction without a trace. */
export function abort(transaction: { abort(): void; readonly done: Promise<void> }): void {
  transaction.done.catch(() => {})
  try {
    transaction.abort()
  } catch {
    // It ended by itself.
  }
}

/** Whether `cause` is a DOMException of this name. */
export const hasName = (cause: unknown, name: string): boolean =>
  typeof cause === 'object' && cause !== null && (cause as { name?: unknown }).name === name

/** What a failed attempt to `doing` means to the storage: `QuotaExceeded` or `Failed`, with the cause kept. */
export function storageErrorOf(cause: unknown, doing: string): StorageError {
  if (cause instanceof StorageError) return cause
  if (hasName(cause, 'QuotaExceededError'))
    return new StorageError('QuotaExceeded', `no room left to ${doing}`, { cause })
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new StorageError('Failed', `could not ${doing}: ${reason}`, { cause })
}

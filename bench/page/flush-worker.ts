/** Strict IndexedDB transactions of one row each, one after another: what making one batch durable costs at least. */
import { type LoadResult, load } from '../shared/load.mjs'

export interface FlushRequest {
  readonly database: string
  readonly bytes: number
  readonly ms: number
  readonly startAt: number
}

export type FlushAnswer = { readonly result: LoadResult } | { readonly error: string }

addEventListener('message', (event: MessageEvent<FlushRequest>) => {
  measure(event.data).then(
    result => postMessage({ result } satisfies FlushAnswer),
    (error: unknown) => postMessage({ error: String(error) } satisfies FlushAnswer),
  )
})

async function measure({ database: name, bytes, ms, startAt }: FlushRequest): Promise<LoadResult> {
  const database = await open(name)
  const row = crypto.getRandomValues(new Uint8Array(bytes))
  try {
    return await load(index => write(database, row, index), { inFlight: 1, ms, startAt })
  } finally {
    database.close()
    indexedDB.deleteDatabase(name)
  }
}

const open = (name: string): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => request.result.createObjectStore('rows')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const write = (database: IDBDatabase, row: Uint8Array, key: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction('rows', 'readwrite', { durability: 'strict' })
    transaction.objectStore('rows').add(row, key)
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })

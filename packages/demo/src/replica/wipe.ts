/** Deletes what a replica has stored while it runs, as a browser does that clears a site's data or runs short of space. */
import { wipeMs } from '../limits.ts'

/** Rejects where the browser does not list its databases, or does not delete this one in time. */
export async function wipeReplica(node: string): Promise<void> {
  const databases = await indexedDB.databases()
  const names = databases.flatMap(({ name }) => (name?.endsWith(node) ? [name] : []))
  if (names.length === 0) throw new Error('this replica has no storage in this browser')
  for (const name of names) await deleteDatabase(name)
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
    AbortSignal.timeout(wipeMs).addEventListener('abort', () =>
      reject(new Error('the browser does not delete the storage now')),
    )
  })
}

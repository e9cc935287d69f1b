/** Reaches behind a replica's back into its database, as a disk that rots, a browser that tidies up, or a person does. */

const databaseName = (room: string, node: string) => `peerkeeper:${room}:replica:${node}`

/** Changes one byte of the last row of the log, or removes the row. The replica must not be running. */
export async function damageLog(room: string, node: string, how: 'flip' | 'remove'): Promise<void> {
  const database = await settled(indexedDB.open(databaseName(room, node)))
  const store = database.transaction('log', 'readwrite').objectStore('log')
  const cursor = await settled(store.openCursor(null, 'prev'))
  if (cursor === null) throw new Error('the log is empty')
  if (how === 'remove') await settled(cursor.delete())
  else {
    const row: { readonly bytes: Uint8Array } = cursor.value
    const at = row.bytes.length >> 1
    row.bytes[at] = (row.bytes[at] ?? 0) ^ 1
    await settled(cursor.update(row))
  }
  database.close()
}

/** Deletes the database of a replica, running or not. */
export async function deleteDatabase(room: string, node: string): Promise<void> {
  await settled(indexedDB.deleteDatabase(databaseName(room, node)))
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

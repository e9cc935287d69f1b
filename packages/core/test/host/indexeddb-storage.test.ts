import 'fake-indexeddb/auto'
import { serialize } from 'node:v8'
import { forceCloseDatabase } from 'fake-indexeddb'
import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { createIndexedDbStorage } from '../../src/host/storage/indexeddb.ts'
import { noop } from '../../src/logic/consensus/value.ts'
import {
  append,
  command,
  type Disk,
  identity,
  persist,
  snapshotOf,
  storageContract,
  storageError,
} from './storage-contract.ts'

const codec = createCodec()
let count = 0

function createDisk(): Disk & { readonly name: string } {
  const name = `disk-${++count}`
  return {
    name,
    storage: () => createIndexedDbStorage({ name, codec, openTimeoutMs: 2_000 }),
    fill: () => {
      // As browsers do it: requests succeed, then the transaction aborts, and its error says why.
      const put = IDBObjectStore.prototype.put
      vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
        const request = put.apply(this, args)
        const abort = Reflect.get(this.transaction, '_abort') as (name: string) => void
        request.addEventListener('success', () => abort.call(this.transaction, 'QuotaExceededError'))
        return request
      })
    },
  }
}

afterEach(() => vi.restoreAllMocks())

storageContract('indexeddb', createDisk)

describe('indexeddb storage', () => {
  /** A disk with three log rows (2, 3, 4: row 1 is compacted away) and a snapshot of three chunks. */
  async function filledDisk() {
    const disk = createDisk()
    const storage = disk.storage()
    await storage.open(identity)
    await storage.write(persist({ log: [append(1, noop)] }))
    await storage.write(persist({ snapshot: snapshotOf(1, new Uint8Array(600_000).fill(3)) }))
    for (const at of [2, 3, 4])
      await storage.write(persist({ hardState: at, log: [append(at, command(at))] }))
    await storage.close()
    return disk
  }

  /** Everything but the incarnation, as bytes. */
  const allRows = async (name: string) => {
    const database = await openDB(name)
    const all: unknown[] = []
    for (const store of ['log', 'snapshot'])
      all.push(await database.getAllKeys(store), await database.getAll(store))
    database.close()
    return serialize(all)
  }

  const damages: [string, RegExp, (database: Awaited<ReturnType<typeof openDB>>) => Promise<unknown>][] = [
    ['a lost meta row', /meta row/, db => db.clear('meta')],
    ['a damaged meta row', /meta row/, db => damage(db, 'meta', 1)],
    ['a meta row of another incarnation', /meta row/, db => move(db, 'meta', 1, 9)],
    ['a second meta row', /meta row/, async db => db.put('meta', await db.get('meta', 1), 2)],
    ['a lost first log row', /row 2 of the log/, db => db.delete('log', 2)],
    ['a lost log row', /row 3 of the log/, db => db.delete('log', 3)],
    ['a lost last log row', /row 4 of the log/, db => db.delete('log', 4)],
    ['a lost log', /row 2 of the log/, db => db.clear('log')],
    ['a damaged log row', /row 3 of the log/, db => damage(db, 'log', 3)],
    [
      'a log row in the place of another',
      /row 4 of the log/,
      async db => db.put('log', await db.get('log', 3), 4),
    ],
    ['a log row from nowhere', /beyond 2 to 4/, async db => db.put('log', await db.get('log', 4), 5)],
    ['a log row that is no row', /row 3 of the log/, db => db.put('log', 'text', 3)],
    ['a lost snapshot', /row 0 of the snapshot/, db => db.clear('snapshot')],
    ['a damaged snapshot header', /row 0 of the snapshot/, db => damage(db, 'snapshot', 0)],
    ['a lost chunk', /snapshot has 3 rows instead of 4/, db => db.delete('snapshot', 2)],
    ['a damaged chunk', /row 3 of the snapshot/, db => damage(db, 'snapshot', 3)],
    [
      'a moved chunk',
      /row 1 of the snapshot/,
      async db => db.put('snapshot', await db.get('snapshot', 2), 1),
    ],
  ]

  async function damage(database: Awaited<ReturnType<typeof openDB>>, store: string, key: number) {
    const row = await database.get(store, key)
    row.bytes[row.bytes.length - 1] ^= 1
    await database.put(store, row, key)
  }

  async function move(database: Awaited<ReturnType<typeof openDB>>, store: string, from: number, to: number) {
    const row = await database.get(store, from)
    await database.delete(store, from)
    await database.put(store, row, to)
  }

  it.each(damages)(
    'STORE-11 %s is Corrupt, said in words, and rows are left alone',
    async (_, words, harm) => {
      const disk = await filledDisk()
      const database = await openDB(disk.name)
      await harm(database)
      database.close()
      const before = await allRows(disk.name)
      const opening = disk.storage().open(identity)
      await expect(opening).rejects.toEqual(storageError('Corrupt'))
      await expect(opening).rejects.toThrow(words)
      await expect(opening).rejects.toThrow(`Call deleteReplica(room, '${identity.node}'), then connect`)
      expect(before.equals(await allRows(disk.name))).toBe(true)
    },
  )

  it('STORE-11 rows with a right checksum that say nothing sensible are Corrupt', async () => {
    const { sealBytes } = await import('../../src/host/storage/rows.ts')
    for (const value of [[], [{ type: 'append', run: {} }], [{ type: 'truncate', from: -1 }], 'text']) {
      const disk = await filledDisk()
      const database = await openDB(disk.name)
      await database.put('log', sealBytes(codec.encode(value), 3), 3)
      database.close()
      await expect(disk.storage().open(identity)).rejects.toEqual(storageError('Corrupt'))
    }
  })

  it('STORE-12 an empty database where a replica must have been is Corrupt, and stays empty; where there is none it is Missing, and none is made', async () => {
    const disk = createDisk()
    const mustExist = () => createIndexedDbStorage({ name: disk.name, codec, mustExist: true })
    const isThere = async () => (await indexedDB.databases()).some(({ name }) => name === disk.name)
    await expect(mustExist().open(identity)).rejects.toEqual(storageError('Missing'))
    expect(await isThere()).toBe(false)
    const database = await openDB(disk.name, 1, {
      upgrade: created => {
        for (const name of ['meta', 'log', 'snapshot']) created.createObjectStore(name)
      },
    })
    database.close()
    await expect(mustExist().open(identity)).rejects.toEqual(storageError('Corrupt'))
    await expect(mustExist().open(identity)).rejects.toEqual(storageError('Corrupt'))
    await disk.storage().open(identity)
    expect((await mustExist().open(identity)).incarnation).toBe(2)
  })

  it('STORE-13 every transaction that writes asks for strict durability', async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const storage = createDisk().storage()
    await storage.open(identity)
    await storage.write(persist({ log: [append(1, noop)], snapshot: snapshotOf(1, command(1)) }))
    const asked = transaction.mock.calls.map(([, mode, options]) => [mode, options])
    const strict = ['readwrite', { durability: 'strict' }]
    expect(asked.filter(([mode]) => mode !== 'versionchange')).toStrictEqual([strict, strict])
  })

  it('STORE-13 a write is one transaction that adds one row to the log, whatever it holds, and reads a key only', async () => {
    const disk = createDisk()
    const storage = disk.storage()
    await storage.open(identity)
    const add = vi.spyOn(IDBObjectStore.prototype, 'add')
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    const getKey = vi.spyOn(IDBObjectStore.prototype, 'getKey')
    const commit = vi.spyOn(IDBTransaction.prototype, 'commit')
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const values = Array.from({ length: 256 }, (_, index) => command(index))
    await storage.write(persist({ log: [append(1, ...values), append(257, noop)] }))
    expect([transaction, getKey, put, add].map(spy => spy.mock.calls.length)).toStrictEqual([1, 1, 1, 1])
    // See writeStrictly: an early commit costs atomicity in Firefox.
    expect(commit).not.toHaveBeenCalled()
  })

  it('STORE-14 a write is answered only when its transaction is complete', async () => {
    const disk = createDisk()
    const storage = disk.storage()
    await storage.open(identity)
    const order: string[] = []
    const start = IDBDatabase.prototype.transaction
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
      const transaction = start.apply(this, args)
      transaction.addEventListener('complete', () => order.push('complete'))
      return transaction
    })
    await storage.write(persist({ hardState: 1 })).then(() => order.push('answered'))
    expect(order).toStrictEqual(['complete', 'answered'])
  })

  it('STORE-15 a database that is deleted under a storage is let go of, and later writes are Failed', async () => {
    const disk = createDisk()
    const storage = disk.storage()
    await storage.open(identity)
    expect(storage.lost.aborted).toBe(false)
    await deleteDB(disk.name)
    expect(storage.lost.reason).toEqual(storageError('Failed'))
    await expect(storage.write(persist({ hardState: 1 }))).rejects.toEqual(storageError('Failed'))
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(disk.name)
  })

  it('STORE-15 a database that the browser closes is Failed from then on', async () => {
    const disk = createDisk()
    const storage = disk.storage()
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await storage.open(identity)
    const [database] = transaction.mock.contexts
    forceCloseDatabase(database as unknown as Parameters<typeof forceCloseDatabase>[0])
    await vi.waitFor(() => expect(storage.lost.reason).toEqual(storageError('Failed')))
    await expect(storage.write(persist({ hardState: 1 }))).rejects.toEqual(storageError('Failed'))
  })

  it('STORE-16 an opening that another connection holds up fails in time and leaves nothing open', async () => {
    const name = `disk-${++count}`
    const holder = await openDB(name, 1)
    const deleting = deleteDB(name)
    const storage = createIndexedDbStorage({ name, codec, openTimeoutMs: 40 })
    const opening = storage.open(identity)
    await expect(opening).rejects.toEqual(storageError('Failed'))
    await expect(opening).rejects.toThrow(/within 40 ms/)
    holder.close()
    await deleting
    await deleteDB(name)
  })

  it('STORE-16 a write that is never answered fails in time', async () => {
    const name = `disk-${++count}`
    const storage = createIndexedDbStorage({ name, codec, writeTimeoutMs: 40 })
    await storage.open(identity)
    const holder = await openDB(name)
    const transaction = holder.transaction('log', 'readwrite')
    let holding = true
    const hold = async () => {
      while (holding) await transaction.store.get(0)
    }
    const held = hold()
    await expect(storage.write(persist({ hardState: 1 }))).rejects.toEqual(storageError('Failed'))
    await expect(storage.write(persist({ hardState: 2 }))).rejects.toEqual(storageError('Failed'))
    holding = false
    await held
    holder.close()
  })

  it('STORE-17 a request that is refused at once leaves nothing of its write', async () => {
    const disk = createDisk()
    const storage = disk.storage()
    await storage.open(identity)
    await storage.write(persist({ hardState: 1 }))
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementationOnce(() => {
      throw new DOMException('cannot be cloned', 'DataCloneError')
    })
    const write = persist({ hardState: 2, log: [append(1, noop)] })
    await expect(storage.write(write)).rejects.toEqual(storageError('Failed'))
    expect((await disk.storage().open(identity)).recovered.hardState).toBe(1)
  })

  it('STORE-18 one write at a time: a second one is refused, and so are those after it', async () => {
    const disk = createDisk()
    const storage = disk.storage()
    await storage.open(identity)
    const first = storage.write(persist({ hardState: 1 }))
    await expect(storage.write(persist({ hardState: 2 }))).rejects.toEqual(storageError('Failed'))
    await first
    await expect(storage.write(persist({ hardState: 3 }))).rejects.toEqual(storageError('Failed'))
    expect((await disk.storage().open(identity)).recovered.hardState).toBe(1)
  })
})

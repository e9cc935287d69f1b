/**
 * The layout of a replica's database, and reading all of it: in one strict transaction that also raises the incarnation.
 * Nothing is taken on trust and nothing is repaired: a defect anywhere refuses the whole. Rows are described in rows.ts.
 *
 * The fence: `meta` holds one row, its key the incarnation of the latest opening, which moves it. A write looks for the
 * key of its own opening first, in its own transaction, and is aborted when it is not there any more.
 */
import type { Codec } from '../../logic/base/codec.ts'
import { type Incarnation, incarnation, isCounter, nodeId, noSlot, type Slot } from '../../logic/base/ids.ts'
import type { LogWrite, Recovered, Snapshot } from '../../logic/consensus/engine.ts'
import { type Identity, StorageError } from './contract.ts'
import { abort, type Database, type DBSchema } from './database.ts'
import { identityMismatch } from './identity-check.ts'
import {
  aMeta,
  aSnapshotHeader,
  chunkCount,
  type Meta,
  maxSlotOf,
  type Sealed,
  seal,
  someLogWrites,
  unseal,
  unsealBytes,
} from './rows.ts'

export interface ReplicaSchema extends DBSchema {
  readonly meta: { key: number; value: Sealed }
  readonly log: { key: number; value: Sealed }
  readonly snapshot: { key: number; value: Sealed }
}

/** For a new database. */
export function createStores(database: Database<ReplicaSchema>): void {
  database.createObjectStore('meta')
  database.createObjectStore('log')
  database.createObjectStore('snapshot')
}

export interface ReadReplica {
  readonly meta: Meta
  readonly identity: Identity
  readonly incarnation: Incarnation
  readonly recovered: Recovered
  /** The highest slot that each log row touches, in row order. */
  readonly maxSlots: Slot[]
}

/**
 * Reads everything and raises the incarnation, or mints `wanted` where all is empty and `mustExist` is false. Rejects with
 * StorageError `Corrupt` or `Mismatch`, and then has changed nothing but perhaps the incarnation.
 */
export async function readReplica(
  database: Database<ReplicaSchema>,
  codec: Codec,
  wanted: Identity,
  mustExist: boolean,
): Promise<ReadReplica> {
  const corrupt = (defect: string) =>
    new StorageError(
      'Corrupt',
      `database ${database.name}: ${defect}. Call deleteReplica(room, '${wanted.node}'), then connect: a new member takes its ` +
        'place. Where nobody else is in its ensemble call deleteRoom(room), and the room begins anew.',
    )
  const transaction = database.transaction(['meta', 'log', 'snapshot'], 'readwrite', { durability: 'strict' })
  const stores = {
    meta: transaction.objectStore('meta'),
    log: transaction.objectStore('log'),
    snapshot: transaction.objectStore('snapshot'),
  }
  const raise = async (): Promise<{ meta: Meta; own: Incarnation; rows: Rows }> => {
    const [metaKeys, metaRows, logKeys, logRows, snapshotKeys, snapshotRows] = await Promise.all([
      stores.meta.getAllKeys(),
      stores.meta.getAll(),
      stores.log.getAllKeys(),
      stores.log.getAll(),
      stores.snapshot.getAllKeys(),
      stores.snapshot.getAll(),
    ])
    const rows: Rows = { logKeys, logRows, snapshotKeys, snapshotRows }
    const before = metaKeys[0] ?? 0
    let meta: Meta | undefined
    if (metaKeys.length === 0 && logKeys.length === 0 && snapshotKeys.length === 0) {
      if (mustExist) throw corrupt('it is empty, though a replica was stored here')
      meta = freshMeta(wanted)
    } else {
      meta =
        metaKeys.length === 1 && isCounter(before) ? aMeta(unseal(codec, metaRows[0], before)) : undefined
      if (meta === undefined)
        throw corrupt('its meta row is missing, not the only one, or not what was written')
    }
    const mismatch = identityMismatch(meta.identity, wanted)
    if (mismatch !== null) throw new StorageError('Mismatch', `database ${database.name}: ${mismatch}`)
    const own = incarnation(before + 1)
    // What may be refused at once comes first: nothing else is under way then.
    await Promise.all([stores.meta.put(seal(codec, meta, own), own), stores.meta.delete(before)])
    return { meta, own, rows }
  }
  let raised: Awaited<ReturnType<typeof raise>>
  try {
    raised = await raise()
    await transaction.done
  } catch (cause) {
    abort(transaction)
    throw cause
  }
  const { meta, own, rows } = raised
  const { log, maxSlots } = readLog(codec, meta, rows, corrupt)
  return {
    meta,
    identity: { ...wanted, founders: meta.identity.founders.map(nodeId) },
    incarnation: own,
    recovered: { hardState: meta.hardState, log, snapshot: readSnapshot(codec, meta, rows, corrupt) },
    maxSlots,
  }
}

/** As the browser gave them back: keys and values of one store in the same order. */
interface Rows {
  readonly logKeys: readonly unknown[]
  readonly logRows: readonly unknown[]
  readonly snapshotKeys: readonly unknown[]
  readonly snapshotRows: readonly unknown[]
}

const freshMeta = ({ node, ensemble, engine, founders }: Identity): Meta => ({
  identity: { node, ensemble, engine, founders: [...founders] },
  firstRow: 1,
  lastRow: 0,
  snapshotThrough: noSlot,
  hardState: null,
})

function readLog(
  codec: Codec,
  { firstRow, lastRow }: Meta,
  { logKeys, logRows }: Rows,
  corrupt: (defect: string) => StorageError,
): { log: LogWrite[]; maxSlots: Slot[] } {
  const log: LogWrite[] = []
  const maxSlots: Slot[] = []
  for (let row = firstRow; row <= lastRow; row++) {
    const at = row - firstRow
    if (logKeys[at] !== row) throw corrupt(`row ${row} of the log (${firstRow} to ${lastRow}) is missing`)
    const writes = someLogWrites(unseal(codec, logRows[at], row))
    if (writes === undefined) throw corrupt(`row ${row} of the log is not what was written`)
    log.push(...writes)
    maxSlots.push(maxSlotOf(writes))
  }
  if (logKeys.length !== maxSlots.length)
    throw corrupt(`the log holds rows beyond ${firstRow} to ${lastRow}, which no write left there`)
  return { log, maxSlots }
}

function readSnapshot(
  codec: Codec,
  { snapshotThrough }: Meta,
  { snapshotKeys, snapshotRows }: Rows,
  corrupt: (defect: string) => StorageError,
): Snapshot | null {
  if (snapshotThrough === noSlot && snapshotKeys.length === 0) return null
  const header = aSnapshotHeader(unseal(codec, snapshotRows[0], 0))
  if (header === undefined || snapshotKeys[0] !== 0 || header.through !== snapshotThrough)
    throw corrupt('row 0 of the snapshot is missing or not what was written')
  if (snapshotKeys.length !== chunkCount(header.stateBytes) + 1)
    throw corrupt(
      `the snapshot has ${snapshotKeys.length} rows instead of ${chunkCount(header.stateBytes) + 1}`,
    )
  const state = new Uint8Array(header.stateBytes)
  let filled = 0
  for (let place = 1; place < snapshotKeys.length; place++) {
    const bytes = unsealBytes(snapshotRows[place], place)
    if (bytes === null || snapshotKeys[place] !== place || filled + bytes.length > state.length)
      throw corrupt(`row ${place} of the snapshot is missing or not what was written`)
    state.set(bytes, filled)
    filled += bytes.length
  }
  if (filled !== state.length) throw corrupt(`the snapshot has ${filled} bytes instead of ${state.length}`)
  return { through: header.through, membership: header.membership, state }
}

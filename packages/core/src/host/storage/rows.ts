/**
 * The rows of a replica's database: what they say, and how they are sealed with a checksum and parsed again. A row's
 * checksum depends on its place, so one that was put elsewhere is found as well. Knows nothing of IndexedDB.
 *
 *   meta      one row, its key the incarnation     {@link Meta}
 *   log       rows firstRow .. lastRow             the log writes of one persist each
 *   snapshot  row 0, then chunks 1, 2, 3 ...       {@link SnapshotHeader}, then the bytes of the state
 */
import type { Codec } from '../../logic/base/codec.ts'
import { hashBytes } from '../../logic/base/hash.ts'
import { noSlot, type Slot } from '../../logic/base/ids.ts'
import {
  aCounter,
  anId,
  anything,
  aSlot,
  aText,
  listOf,
  record,
  union,
  where,
} from '../../logic/base/shape.ts'
import type { LogWrite, Snapshot } from '../../logic/consensus/engine.ts'
import { aMembership, type Membership } from '../../logic/consensus/membership.ts'
import { aRun, lastSlotOf } from '../../logic/consensus/value.ts'
import type { Identity } from './contract.ts'

/** Bytes of a value, or of a chunk, and the hash of them. */
export interface Sealed {
  readonly bytes: Uint8Array
  readonly checksum: number
}

export interface Meta {
  /** Never changes. The names are parsed as far as ids go: only a comparison shows whether they are the right ones. */
  readonly identity: StoredIdentity
  /** Of the log; `lastRow + 1` when it is empty. Both only grow. */
  readonly firstRow: number
  readonly lastRow: number
  /** Of the stored snapshot; 0 when there is none. */
  readonly snapshotThrough: Slot
  readonly hardState: unknown
}

export type StoredIdentity = {
  readonly [Key in keyof Identity]: Key extends 'founders' ? readonly string[] : string
}

export interface SnapshotHeader {
  readonly through: Slot
  readonly membership: Membership
  readonly stateBytes: number
}

/** A snapshot's state is stored in pieces of this size: rows that browsers handle well. */
export const chunkBytes = 256 * 1_024

export const chunkCount = (stateBytes: number): number => Math.ceil(stateBytes / chunkBytes)

export const sealBytes = (bytes: Uint8Array, place: number): Sealed => ({
  bytes,
  checksum: hashBytes(bytes, place),
})

export const seal = (codec: Codec, value: unknown, place: number): Sealed =>
  sealBytes(codec.encode(value), place)

/** Bytes as they were sealed for `place`, or null. */
export function unsealBytes(row: unknown, place: number): Uint8Array | null {
  if (typeof row !== 'object' || row === null) return null
  const { bytes, checksum } = row as { bytes?: unknown; checksum?: unknown }
  if (!(bytes instanceof Uint8Array) || checksum !== hashBytes(bytes, place)) return null
  return bytes
}

/** What was sealed for `place`, still to be parsed, or undefined. */
export function unseal(codec: Codec, row: unknown, place: number): unknown {
  const bytes = unsealBytes(row, place)
  return bytes === null ? undefined : codec.decode(bytes)
}

/** The snapshot as rows, to be stored at 0, 1, 2 ... Each owns its buffer: a view would be stored with all of it. */
export function sealSnapshot(codec: Codec, { through, membership, state }: Snapshot): Sealed[] {
  const header: SnapshotHeader = { through, membership, stateBytes: state.length }
  const rows = [seal(codec, header, 0)]
  for (let place = 1; place <= chunkCount(state.length); place++)
    rows.push(sealBytes(state.slice((place - 1) * chunkBytes, place * chunkBytes), place))
  return rows
}

export const aStoredIdentity = record<StoredIdentity>({
  node: anId,
  ensemble: anId,
  engine: aText,
  founders: listOf(anId),
})

export const aMeta = where(
  record<Meta>({
    identity: aStoredIdentity,
    firstRow: aCounter,
    lastRow: aCounter,
    snapshotThrough: aSlot,
    hardState: anything,
  }),
  ({ firstRow, lastRow }) => firstRow >= 1 && firstRow <= lastRow + 1,
)

/** The log writes of one persist. */
export const someLogWrites = where(
  listOf(union<LogWrite>({ append: record({ run: aRun }), truncate: record({ from: aSlot }) })),
  writes => writes.length > 0,
)

export const aSnapshotHeader = record<SnapshotHeader>({
  through: aSlot,
  membership: aMembership,
  stateBytes: aCounter,
})

/** The highest slot that `writes` touch; a truncation touches the slot it begins at. */
export function maxSlotOf(writes: readonly LogWrite[]): Slot {
  let max = noSlot
  for (const write of writes) {
    const touched = write.type === 'append' ? lastSlotOf(write.run) : write.from
    if (touched > max) max = touched
  }
  return max
}

/**
 * How many rows may go once a snapshot holds everything up to `through`: those of the longest prefix that lies wholly
 * before or at it. Rows are replayed in order, so one from the middle, whose slots a later row may have rewritten or cut
 * off, stays until all before it can go.
 */
export function rowsCovered(maxSlots: readonly Slot[], through: Slot): number {
  const first = maxSlots.findIndex(maxSlot => maxSlot > through)
  return first === -1 ? maxSlots.length : first
}

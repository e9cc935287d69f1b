/**
 * What the records of a replica's file say, and how they are put together again to what the replica had. The first records are
 * the base, written as one with the whole file; each later one is an opening or a write.
 *
 *     base     {identity, hardState, snapshot}, then the snapshot's bytes in pieces
 *     opening  {opening}                      from here on records of earlier incarnations count for nothing
 *     write    {hardState, log}               one persist
 *     row      {log}                          the log of a persist before the base, kept because the snapshot does not cover it
 */

import type { Identity } from '../../host/storage/contract.ts'
import {
  aSnapshotHeader,
  aStoredIdentity,
  chunkBytes,
  chunkCount,
  maxSlotOf,
  type SnapshotHeader,
  type StoredIdentity,
  someLogWrites,
} from '../../host/storage/rows.ts'
import type { Codec } from '../../logic/base/codec.ts'
import { nodeId, type Slot } from '../../logic/base/ids.ts'
import { anything, orNull, record } from '../../logic/base/shape.ts'
import type { LogWrite, Persist, Recovered, Snapshot } from '../../logic/consensus/engine.ts'
import { type Entry, encodeRecord, magic, readRecords } from './records.ts'

/** One persist's changes of the log, where they stand in the file. */
export interface StoredRow {
  readonly from: number
  readonly bytes: number
  readonly maxSlot: Slot
}

export interface Content {
  readonly identity: StoredIdentity
  /** Of the latest opening. */
  readonly incarnation: number
  readonly recovered: Recovered
  readonly rows: readonly StoredRow[]
  readonly nextNumber: number
  /** Where what was written ends. */
  readonly end: number
}

/** What `file` holds, or a sentence that says what is damaged. */
export function readContent(codec: Codec, file: Uint8Array): Content | string {
  const read = readRecords(file)
  if (typeof read === 'string') return read
  const { entries, end } = read
  const [first, ...others] = entries
  const base = first && aBase(codec.decode(first.body))
  if (first === undefined || base === undefined) return 'record 1 says nothing of a replica'
  const pieces = others.slice(0, base.snapshot === null ? 0 : chunkCount(base.snapshot.stateBytes))
  const snapshot = base.snapshot === null ? null : joinSnapshot(base.snapshot, pieces)
  if (snapshot === undefined) return 'its snapshot is not whole'
  let { incarnation } = first
  let { hardState } = base
  const log: LogWrite[] = []
  const rows: StoredRow[] = []
  for (const [index, entry] of others.slice(pieces.length).entries()) {
    const parsed = parseLater(codec.decode(entry.body))
    if (parsed === null) return `record ${index + 2 + pieces.length} says nothing that is known`
    // One of two openings at the same moment, or the last word of one that was fenced meanwhile.
    if (parsed.isOpening ? entry.incarnation <= incarnation : entry.incarnation < incarnation) continue
    if (parsed.isOpening) incarnation = entry.incarnation
    else if (entry.incarnation > incarnation) return 'it was written to by an opening that is not recorded'
    if (parsed.hardState !== undefined) hardState = parsed.hardState
    if (parsed.log.length === 0) continue
    log.push(...parsed.log)
    rows.push({ from: entry.from, bytes: entry.bytes, maxSlot: maxSlotOf(parsed.log) })
  }
  return {
    identity: base.identity,
    incarnation,
    recovered: { hardState, log, snapshot },
    rows,
    nextNumber: entries.length + 1,
    end,
  }
}

export const encodeOpening = (codec: Codec): Uint8Array => codec.encode({ opening: true })

export const encodeWrite = (codec: Codec, { hardState, log }: Persist): Uint8Array =>
  codec.encode({ hardState, log })

export interface NewFile {
  readonly identity: StoredIdentity
  readonly incarnation: number
  readonly hardState: unknown
  readonly snapshot: Snapshot | null
  /** The logs of earlier writes, each as it was encoded in its record. */
  readonly rows: readonly Uint8Array[]
}

export interface EncodedFile {
  readonly parts: readonly Uint8Array[]
  readonly rows: StoredRow[]
  readonly nextNumber: number
  readonly end: number
}

/** A whole file. */
export function encodeContent(codec: Codec, file: NewFile): EncodedFile {
  const { incarnation, snapshot } = file
  const parts: Uint8Array[] = [magic]
  let end = magic.length
  const add = (body: Uint8Array) => {
    const record = encodeRecord(parts.length, incarnation, body)
    parts.push(record)
    end += record.length
    return record.length
  }
  const header = snapshot && { ...snapshot, state: undefined, stateBytes: snapshot.state.length }
  add(codec.encode({ identity: file.identity, hardState: file.hardState, snapshot: header }))
  for (let at = 0; snapshot !== null && at < snapshot.state.length; at += chunkBytes)
    add(snapshot.state.subarray(at, at + chunkBytes))
  const rows: StoredRow[] = []
  for (const body of file.rows) {
    const log = parseLater(codec.decode(body))?.log ?? []
    const from = end
    rows.push({ from, bytes: add(codec.encode({ log })), maxSlot: maxSlotOf(log) })
  }
  return { parts, rows, nextNumber: parts.length, end }
}

/** What is stored of an identity, for a new file. */
export const storedIdentity = ({ node, ensemble, engine, founders }: Identity): StoredIdentity => ({
  node,
  ensemble,
  engine,
  founders: [...founders],
})

/** The identity of an opening that found `stored` to be the wanted one. */
export const openedIdentity = (wanted: Identity, stored: StoredIdentity): Identity => ({
  ...wanted,
  founders: stored.founders.map(nodeId),
})

const aBase = record<{
  readonly identity: StoredIdentity
  readonly hardState: unknown
  readonly snapshot: SnapshotHeader | null
}>({ identity: aStoredIdentity, hardState: anything, snapshot: orNull(aSnapshotHeader) })

interface Later {
  readonly isOpening: boolean
  /** Undefined where it says nothing of it. */
  readonly hardState: unknown
  readonly log: readonly LogWrite[]
}

function parseLater(value: unknown): Later | null {
  if (typeof value !== 'object' || value === null) return null
  const { opening, hardState, log } = value as Partial<Record<string, unknown>>
  if (opening === true) return { isOpening: true, hardState: undefined, log: [] }
  if (!Array.isArray(log)) return null
  const writes = log.length === 0 ? [] : someLogWrites(log)
  return writes === undefined ? null : { isOpening: false, hardState, log: writes }
}

/** The snapshot that `pieces` make, or undefined when they make none. */
function joinSnapshot(
  { through, membership, stateBytes }: SnapshotHeader,
  pieces: readonly Entry[],
): Snapshot | undefined {
  const state = new Uint8Array(stateBytes)
  let filled = 0
  for (const { body } of pieces) {
    if (filled + body.length > stateBytes) return undefined
    state.set(body, filled)
    filled += body.length
  }
  return filled === stateBytes ? { through, membership, state } : undefined
}

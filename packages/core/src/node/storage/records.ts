/**
 * The records of a replica's file, and the one question about them that matters after a crash: where does what was written end?
 * Knows nothing of what records say.
 *
 *     file   = "peerkeeper-replica 1\n" record*
 *     record = length:u32, number:f64, incarnation:f64, sum of the body:f64, sum of the head:f64, body
 *
 * Records are numbered 1, 2, 3 ... so that one that is missing or repeated is found. A record that the file's end cuts short was
 * being written when the process or the machine died: nobody was answered for it. Whatever else is wrong is damage.
 */
import { hashBytes } from '../../logic/base/hash.ts'
import { isCounter } from '../../logic/base/ids.ts'

export const magic: Uint8Array = new TextEncoder().encode('peerkeeper-replica 1\n')
export const headBytes = 36
/** Where the head's own sum stands. */
const sumAt = 28

export interface Entry {
  /** Of the opening that wrote it. */
  readonly incarnation: number
  /** A view. */
  readonly body: Uint8Array
  /** Where in the file it begins, and its size with its head. */
  readonly from: number
  readonly bytes: number
}

export interface Entries {
  readonly entries: readonly Entry[]
  /** Where the last whole record ends; what follows was cut short. */
  readonly end: number
}

export function encodeRecord(number: number, incarnation: number, body: Uint8Array): Uint8Array {
  const record = new Uint8Array(headBytes + body.length)
  const view = new DataView(record.buffer)
  view.setUint32(0, body.length)
  view.setFloat64(4, number)
  view.setFloat64(12, incarnation)
  view.setFloat64(20, hashBytes(body, number))
  view.setFloat64(sumAt, hashBytes(record.subarray(0, sumAt)))
  record.set(body, headBytes)
  return record
}

/** All records in `file`, or a sentence that says which is damaged. */
export function readRecords(file: Uint8Array): Entries | string {
  if (!magic.every((byte, at) => file[at] === byte)) return 'it does not begin like a replica'
  const entries: Entry[] = []
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let from = magic.length
  while (from + headBytes <= file.length) {
    const number = entries.length + 1
    const incarnation = view.getFloat64(from + 12)
    const isHead =
      view.getFloat64(from + sumAt) === hashBytes(file.subarray(from, from + sumAt)) &&
      view.getFloat64(from + 4) === number &&
      isCounter(incarnation)
    if (!isHead) return `the head of record ${number} is not what was written`
    const end = from + headBytes + view.getUint32(from)
    if (end > file.length) break
    const body = file.subarray(from + headBytes, end)
    if (view.getFloat64(from + 20) !== hashBytes(body, number))
      return `record ${number} is not what was written`
    entries.push({ incarnation, body, from, bytes: end - from })
    from = end
  }
  return { entries, end: from }
}

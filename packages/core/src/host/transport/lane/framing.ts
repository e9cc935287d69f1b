/**
 * Turns frames into channel messages: several small frames share one, a large frame is spread over many. Knows nothing of
 * channels or of what waits; reassembly.ts is its mirror.
 *
 *     message = record+                                  at most messageBytesMax
 *     record  = 1, length:u16, bytes                     a whole frame
 *             | 2, total:u32, length:u16, bytes          the first part of a frame of `total` bytes
 *             | 3, length:u16, bytes                     its next part; it is whole once `total` is reached
 *
 * Numbers are big-endian. Parts follow one another directly: the channel is ordered, so a frame needs no id.
 */
import { messageBytesMax } from '../../../logic/base/limits.ts'

export const recordWhole = 1
export const recordFirst = 2
export const recordNext = 3

export const wholeHeadBytes = 3
export const firstHeadBytes = 7

/** The largest frame that still goes as one record. */
export const wholeBytesMax = messageBytesMax - wholeHeadBytes

/** Stands where a sent frame stood, so that its bytes can be collected. */
const gone = new Uint8Array(0)

/** Frames that wait, first in, first out. */
export interface FrameQueue {
  /** Bytes that wait; each frame counts its head too, so that empty frames are bounded as well. */
  readonly bytes: number
  readonly isEmpty: boolean
  /** Whether a large frame is partly sent. */
  readonly isAmidFrame: boolean
  push(frame: Uint8Array): void
  /**
   * Takes as much as fits into one message. The result is valid until the next call (one buffer is used over and over);
   * it has no bytes when nothing waits.
   */
  nextMessage(): Uint8Array<ArrayBuffer>
  clear(): void
}

export function createFrameQueue(): FrameQueue {
  const message = new Uint8Array(messageBytesMax)
  const view = new DataView(message.buffer)
  let frames: Uint8Array[] = []
  /** Index in `frames` of the one to go next; those before it are gone. */
  let head = 0
  /** How much of the head frame has gone. */
  let headSent = 0
  let bytes = 0

  function shift(): void {
    frames[head] = gone
    bytes -= wholeHeadBytes
    head += 1
    headSent = 0
    if (head === frames.length) {
      frames = []
      head = 0
    }
  }

  /** Writes one record of the head frame at `at`. Returns where the next may go, or `at` when this message is full. */
  function writeRecord(frame: Uint8Array, at: number): number {
    const space = messageBytesMax - at
    if (headSent === 0 && wholeHeadBytes + frame.length <= space) {
      view.setUint8(at, recordWhole)
      view.setUint16(at + 1, frame.length)
      message.set(frame, at + wholeHeadBytes)
      bytes -= frame.length
      shift()
      return at + wholeHeadBytes + frame.length
    }
    if (at > 0) return at
    return headSent === 0 ? writeFirst(frame) : writeNext(frame)
  }

  function writeFirst(frame: Uint8Array): number {
    const length = Math.min(frame.length, messageBytesMax - firstHeadBytes)
    view.setUint8(0, recordFirst)
    view.setUint32(1, frame.length)
    view.setUint16(5, length)
    return writePart(frame, firstHeadBytes, length)
  }

  function writeNext(frame: Uint8Array): number {
    const length = Math.min(frame.length - headSent, wholeBytesMax)
    view.setUint8(0, recordNext)
    view.setUint16(1, length)
    return writePart(frame, wholeHeadBytes, length)
  }

  function writePart(frame: Uint8Array, at: number, length: number): number {
    message.set(frame.subarray(headSent, headSent + length), at)
    headSent += length
    bytes -= length
    if (headSent === frame.length) shift()
    return at + length
  }

  return {
    get bytes() {
      return bytes
    },
    get isEmpty() {
      return head === frames.length
    },
    get isAmidFrame() {
      return headSent > 0
    },
    push(frame) {
      frames.push(frame)
      bytes += wholeHeadBytes + frame.length
    },
    nextMessage() {
      let at = 0
      for (let frame = frames[head]; frame !== undefined; frame = frames[head]) {
        const next = writeRecord(frame, at)
        if (next === at) break
        at = next
      }
      return message.subarray(0, at)
    },
    clear() {
      frames = []
      head = 0
      headSent = 0
      bytes = 0
    },
  }
}

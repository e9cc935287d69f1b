/**
 * Turns channel messages back into frames: the door for bytes from a peer. Whatever framing.ts would not have written is
 * garbage, and the caller is expected to drop the connection. Never holds more than one frame of frameBytesMax.
 */
import { frameBytesMax, messageBytesMax } from '../../../logic/base/limits.ts'
import { firstHeadBytes, recordFirst, recordNext, recordWhole, wholeHeadBytes } from './framing.ts'

export interface Reassembly {
  /**
   * Takes one message as the channel gave it and calls `frame` with each frame that is now whole; its bytes belong to the
   * callee. Returns what is wrong with the message, or undefined; after a fault nothing more may be given.
   */
  take(data: unknown, frame: (bytes: Uint8Array) => void): string | undefined
}

/** A frame of which some parts are still to come. */
interface PartialFrame {
  readonly bytes: Uint8Array
  filled: number
}

export function createReassembly(): Reassembly {
  let partial: PartialFrame | undefined

  function fill(
    target: PartialFrame,
    part: Uint8Array,
    frame: (bytes: Uint8Array) => void,
  ): string | undefined {
    if (part.length === 0) return 'an empty part'
    if (target.filled + part.length > target.bytes.length) return 'a part beyond the end of its frame'
    target.bytes.set(part, target.filled)
    target.filled += part.length
    if (target.filled < target.bytes.length) {
      partial = target
    } else {
      partial = undefined
      frame(target.bytes)
    }
    return undefined
  }

  return {
    take(data, frame) {
      if (!(data instanceof ArrayBuffer)) return 'a message that is not binary'
      if (data.byteLength === 0 || data.byteLength > messageBytesMax) return 'a message of a wrong size'
      const view = new DataView(data)
      let at = 0
      while (at < data.byteLength) {
        const kind = view.getUint8(at)
        const headBytes = kind === recordFirst ? firstHeadBytes : wholeHeadBytes
        const body = at + headBytes
        if (body > data.byteLength) return 'a record cut short'
        const length = view.getUint16(body - 2)
        const end = body + length
        if (end > data.byteLength) return 'a record beyond the end of its message'
        const part = new Uint8Array(data, body, length)
        let fault: string | undefined
        if (kind === recordNext) {
          fault = partial === undefined ? 'a part of no frame' : fill(partial, part, frame)
        } else if (partial !== undefined) {
          fault = 'a frame inside another'
        } else if (kind === recordFirst) {
          const total = view.getUint32(at + 1)
          fault =
            total > frameBytesMax
              ? 'a frame that is too large'
              : fill({ bytes: new Uint8Array(total), filled: 0 }, part, frame)
        } else if (kind === recordWhole) {
          // The only record of its message may keep the message's memory; those that share it are copied out.
          frame(at === 0 && end === data.byteLength ? part : part.slice())
        } else {
          fault = 'a record of an unknown kind'
        }
        if (fault !== undefined) return fault
        at = end
      }
      return undefined
    },
  }
}

/**
 * What goes by the relay, as bytes. A letter is a head and what the sender sealed for it; inside, the first byte says which of the
 * connection's channels it is for.
 *
 *     letter = attempt:u32, stream:u8, counter:f64, sealed                    the head is authenticated too
 *     plain  = 0 control | 1 bulk, a channel's message | 2 credit, bytes of control:f64, of bulk:f64
 *
 * Streams count for themselves: `frames` 0, 1, 2 ... without a gap; `words`, made ready beforehand, of which the last is said at
 * most; `end`, one.
 */
import type { Bytes } from './keys.ts'

export const headBytes = 13

export const streams = { frames: 0, words: 1, end: 2 } as const
export type Stream = keyof typeof streams

export interface Letter {
  readonly attempt: number
  readonly stream: Stream
  readonly counter: number
  readonly head: Bytes
  readonly sealed: Bytes
}

export function encodeHead(attempt: number, stream: Stream, counter: number): Bytes {
  const head = new Uint8Array(headBytes)
  const view = new DataView(head.buffer)
  view.setUint32(0, attempt)
  view.setUint8(4, streams[stream])
  view.setFloat64(5, counter)
  return head
}

/** The letter in `bytes`, or undefined when it is none. */
export function parseLetter(bytes: Uint8Array): Letter | undefined {
  if (bytes.length <= headBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stream = streamOf(view.getUint8(4))
  const counter = view.getFloat64(5)
  if (stream === undefined || !Number.isSafeInteger(counter) || counter < 0) return undefined
  const head = bytes.slice(0, headBytes)
  return { attempt: view.getUint32(0), stream, counter, head, sealed: bytes.slice(headBytes) }
}

const streamOf = (code: number): Stream | undefined =>
  code === 0 ? 'frames' : code === 1 ? 'words' : code === 2 ? 'end' : undefined

export type Plain =
  | { readonly type: 'control' | 'bulk'; readonly message: Bytes }
  /** How many bytes of each channel's messages the sender of this has received so far. */
  | { readonly type: 'credit'; readonly control: number; readonly bulk: number }

const creditBytes = 17

export function encodePlain(plain: Plain): Bytes {
  if (plain.type === 'credit') {
    const bytes = new Uint8Array(creditBytes)
    const view = new DataView(bytes.buffer)
    view.setUint8(0, 2)
    view.setFloat64(1, plain.control)
    view.setFloat64(9, plain.bulk)
    return bytes
  }
  const bytes = new Uint8Array(1 + plain.message.length)
  bytes[0] = plain.type === 'control' ? 0 : 1
  bytes.set(plain.message, 1)
  return bytes
}

export function parsePlain(bytes: Bytes): Plain | undefined {
  switch (bytes[0]) {
    case 0:
      return { type: 'control', message: bytes.slice(1) }
    case 1:
      return { type: 'bulk', message: bytes.slice(1) }
    case 2: {
      if (bytes.length !== creditBytes) return undefined
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return { type: 'credit', control: view.getFloat64(1), bulk: view.getFloat64(9) }
    }
    default:
      return undefined
  }
}

export function join(head: Uint8Array, sealed: Uint8Array): Bytes {
  const letter = new Uint8Array(head.length + sealed.length)
  letter.set(head)
  letter.set(sealed, head.length)
  return letter
}

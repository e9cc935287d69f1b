/**
 * A binary message of a signaling socket: bytes for another socket of the room, or from one. The server reads whom it is for and
 * puts there whom it is from; the bytes are nobody's business but theirs.
 *
 *     to the server     length:u8, instance of the receiver (ASCII), bytes
 *     from the server   length:u8, instance of the sender (ASCII), bytes
 */
import { isServerId } from './server-protocol.ts'

export interface RelayMessage {
  /** The other one: who is to get it, or who sent it. */
  readonly instance: string
  /** A view into the message. */
  readonly bytes: Uint8Array
}

/** Throws nothing: `instance` must be one (see `isServerId`). */
export function encodeRelayMessage(instance: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(1 + instance.length + bytes.length)
  message[0] = instance.length
  for (let at = 0; at < instance.length; at += 1) message[1 + at] = instance.charCodeAt(at)
  message.set(bytes, 1 + instance.length)
  return message
}

/** The message in `data`, or undefined when it is none; one without bytes is none. */
export function parseRelayMessage(data: Uint8Array): RelayMessage | undefined {
  const length = data[0] ?? 0
  if (data.length <= 1 + length) return undefined
  const instance = String.fromCharCode(...data.subarray(1, 1 + length))
  return isServerId(instance) ? { instance, bytes: data.subarray(1 + length) } : undefined
}

/** What the page says over a port, parsed: a page is another program, and passes on what strangers sent. */
import { ensembleId, isCounter, isId, nodeId } from '../../logic/base/ids.ts'
import { frameBytesMax } from '../../logic/base/limits.ts'
import type { TransportEvent } from './contract.ts'

/** A transport event from outside, or null when it is none or its frame is too large. */
export function parseTransportEvent(value: unknown): TransportEvent | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, peer, connection, bytes, ensemble } = value as Partial<Record<string, unknown>>
  if (!isId(peer)) return null
  if (type === 'foreign')
    return isId(ensemble) ? { type, peer: nodeId(peer), ensemble: ensembleId(ensemble) } : null
  if (!isCounter(connection)) return null
  const of = { peer: nodeId(peer), connection }
  switch (type) {
    case 'up':
    case 'down':
      return { type, ...of }
    case 'frame':
      return isFrame(bytes) ? { type, ...of, bytes } : null
    default:
      return null
  }
}

/** Whether `value` are bytes that may be a frame: at most `frameBytesMax`. */
export const isFrame = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length <= frameBytesMax

/** `bytes` in a buffer of their own: themselves where they have one already, else a copy. */
export const ownBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  ownsBuffer(bytes) ? bytes : bytes.slice()

const ownsBuffer = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength

/** What the page says over a port, parsed: a page is another program, and passes on what strangers sent. */
import { ensembleId, isCounter, isId, nodeId } from '../../logic/base/ids.ts'
import { frameBytesMax } from '../../logic/base/limits.ts'
import type { TransportEvent } from './contract.ts'
import type { Channel } from './lane/channel.ts'
import type { ChannelsToWorker, PageToWorker } from './port-protocol.ts'

type Parsed = TransportEvent | ChannelsToWorker<Channel> | Extract<PageToWorker, { type: 'ended' }>

/** What the page says, or null when it is nothing; `channelOf` knows the channels that it hands over. */
export function parsePageToWorker(
  value: unknown,
  channelOf: (value: unknown) => Channel | null,
): Parsed | null {
  if (typeof value !== 'object' || value === null) return null
  // By name: to copy what else is there would cost as much as a stranger likes.
  const fields = value as Partial<Record<string, unknown>>
  const { type, peer, connection } = fields
  if (type === 'ended') return isCounter(connection) ? { type, connection } : null
  if (type !== 'channels') return parseTransportEvent(value)
  if (!isId(peer) || !isCounter(connection)) return null
  const control = channelOf(fields['control'])
  const bulk = channelOf(fields['bulk'])
  const peerWords = channelOf(fields['peerWords'])
  if (control === null || bulk === null || peerWords === null) return null
  return { type, peer: nodeId(peer), connection, control, bulk, peerWords }
}

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

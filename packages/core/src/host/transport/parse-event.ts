/** What the page says over a port, parsed: a page is another program, and passes on what strangers sent. */
import { frameBytesMax } from '../../logic/base/limits.ts'
import { aCounter, aNodeId, anEnsembleId, known, record, type Shape, union } from '../../logic/base/shape.ts'
import type { TransportEvent } from './contract.ts'
import type { Channel } from './lane/channel.ts'
import type { ChannelsToWorker, PageToWorker } from './port-protocol.ts'

type Parsed = TransportEvent | ChannelsToWorker<Channel> | Extract<PageToWorker, { type: 'ended' }>

const connection = { peer: aNodeId, connection: aCounter }

/** What the page says; `channelOf` knows the channels that it hands over. */
export function pageToWorker(channelOf: (value: unknown) => Channel | null): Shape<Parsed> {
  const aChannel: Shape<Channel> = value => channelOf(value) ?? undefined
  return union<Parsed>({
    up: record(connection),
    down: record(connection),
    frame: record({ ...connection, bytes: known(isFrame) }),
    foreign: record({ peer: aNodeId, ensemble: anEnsembleId }),
    channels: record({ ...connection, control: aChannel, bulk: aChannel, peerWords: aChannel }),
    ended: record({ connection: aCounter }),
  })
}

/** Whether `value` are bytes that may be a frame: at most `frameBytesMax`. */
export const isFrame = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length <= frameBytesMax

/** `bytes` in a buffer of their own: themselves where they have one already, else a copy. */
export const ownBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  ownsBuffer(bytes) ? bytes : bytes.slice()

const ownsBuffer = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength

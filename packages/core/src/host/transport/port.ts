/**
 * The worker's half of a transport that lives in the page: speaks port-protocol.ts over a MessagePort. Frames go through the
 * page, or over channels that the page has handed over. Knows nothing of how the page reaches anybody.
 */

import { ownClock } from '../time/clock.ts'
import { type Carried, createCarried } from './carried.ts'
import type { Transport } from './contract.ts'
import type { Channel } from './lane/channel.ts'
import { rtcChannel } from './lane/rtc-channel.ts'
import { isFrame, ownBuffer, pageToWorker } from './parse-event.ts'
import type { WorkerToPage } from './port-protocol.ts'
import { joinConnections } from './standing.ts'

/** How channels are taken over: in browsers as they are, in tests as something that Node can transfer. */
export interface ChannelTaker {
  /** Whether channels can live here at all. */
  readonly takesChannels: boolean
  /** What was handed over as a channel, or null when it is none. */
  channelOf(value: unknown): Channel | null
}

/** Takes data channels where workers have them. */
const takeDataChannels: ChannelTaker = {
  get takesChannels() {
    return typeof RTCDataChannel === 'function'
  },
  channelOf: value =>
    typeof RTCDataChannel === 'function' && value instanceof RTCDataChannel ? rtcChannel(value) : null,
}

/**
 * A transport over `port`, whose other end a PageTransport is attached to. Frames are transferred: without a copy where
 * the bytes own their buffer, as those of the codec do. Frames over `frameBytesMax` are dropped, both ways.
 */
export function portTransport(port: MessagePort, taker: ChannelTaker = takeDataChannels): Transport {
  let closed = false
  let carried: Carried | null = null
  const post = (message: WorkerToPage, transfer: Transferable[] = []) => {
    try {
      port.postMessage(message, transfer)
    } catch {
      // Bytes that were transferred before: the caller broke its word, and a transport may lose frames.
    }
  }
  return {
    start({ node, key, ensemble }, sink) {
      if (closed || carried !== null) return
      const tell = joinConnections(sink)
      carried = createCarried({
        timers: ownClock,
        afterTask: queueMicrotask,
        sink: event => {
          if (!closed) tell(event)
        },
        post,
      })
      const connections = carried
      const aMessage = pageToWorker(taker.channelOf)
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = aMessage(data)
        if (message === undefined || closed) return
        switch (message.type) {
          case 'channels':
            return connections.take(message)
          case 'ended':
            return connections.ended(message.connection)
          case 'up':
          case 'down':
          case 'frame':
          case 'foreign':
            return tell(message)
        }
      }
      post({ type: 'start', node, key, ensemble, takesChannels: taker.takesChannels })
    },
    want(wanted) {
      if (!closed) post({ type: 'want', ...wanted })
    },
    send(peer, lane, bytes) {
      if (closed || !isFrame(bytes)) return
      if (carried?.send(peer, lane, bytes)) return
      const own = ownBuffer(bytes)
      post({ type: 'send', peer, lane, bytes: own }, [own.buffer])
    },
    lastWords(peer, bytes) {
      if (!closed && isFrame(bytes)) post({ type: 'lastWords', peer, bytes })
    },
    close() {
      if (closed) return
      closed = true
      carried?.close()
      post({ type: 'close' })
      port.onmessage = null
      port.close()
    },
  }
}

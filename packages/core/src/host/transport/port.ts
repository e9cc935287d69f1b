/**
 * The worker's half of a transport that lives in the page: speaks port-protocol.ts over a MessagePort. Knows nothing of
 * how the page reaches anybody; the page says who is up, and holds back or drops what it cannot send.
 */
import type { Transport } from './contract.ts'
import { isFrame, ownBuffer, parseTransportEvent } from './parse-event.ts'
import type { WorkerToPage } from './port-protocol.ts'

/**
 * A transport over `port`, whose other end a PageTransport is attached to. Frames are transferred: without a copy where
 * the bytes own their buffer, as those of the codec do. Frames over `frameBytesMax` are dropped, both ways.
 */
export function portTransport(port: MessagePort): Transport {
  let closed = false
  const post = (message: WorkerToPage, transfer: Transferable[] = []) => {
    try {
      port.postMessage(message, transfer)
    } catch {
      // Bytes that were transferred before: the caller broke its word, and a transport may lose frames.
    }
  }
  return {
    start({ node, ensemble }, sink) {
      if (closed) return
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        const event = parseTransportEvent(data)
        if (event !== null && !closed) sink(event)
      }
      post({ type: 'start', node, ensemble })
    },
    send(peer, lane, bytes) {
      if (closed || !isFrame(bytes)) return
      const own = ownBuffer(bytes)
      post({ type: 'send', peer, lane, bytes: own }, [own.buffer])
    },
    lastWords(peer, bytes) {
      if (!closed && isFrame(bytes)) post({ type: 'lastWords', peer, bytes })
    },
    close() {
      if (closed) return
      closed = true
      post({ type: 'close' })
      port.onmessage = null
      port.close()
    },
  }
}

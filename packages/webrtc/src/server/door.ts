/**
 * Who may open a socket: by number, by the page's origin, by address. Whoever may not is let in for as long as it takes to
 * tell it why, because a browser hides every other answer from its page; when those are many too, it gets a bare 503.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CloseReason } from '../wire/server-protocol.ts'
import { type Addresses, addressOf, type Visitor } from './addresses.ts'
import { dismiss } from './dismiss.ts'
import type { House } from './house.ts'
import { closeTimeoutMs, refusalsMax } from './limits.ts'
import { serveSocket } from './socket.ts'

export interface DoorOptions {
  /** Pages of these origins may come; undefined: of all. Who names no origin is no page of a browser, and may. */
  readonly origins: readonly string[] | undefined
  readonly trustsProxy: boolean
}

export interface Door {
  readonly sockets: ReadonlySet<WebSocket>
  /** For Node's `upgrade` event. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  /** Lets nobody in any more. */
  shut(): void
}

export function createDoor(options: DoorOptions, addresses: Addresses, house: House): Door {
  const { limits, tally } = house
  let isShut = false
  // In a variable, because the types of ws do not know `closeTimeout` yet.
  const settings = {
    noServer: true,
    maxPayload: limits.messageBytesMax,
    // No honest client sends a message in so many pieces.
    maxFragments: 1_024,
    perMessageDeflate: false,
    // Answered in socket.ts, where they are counted: ws would answer any number of them.
    autoPong: false,
    closeTimeout: closeTimeoutMs,
  }
  const server = new WebSocketServer(settings)

  /** Its share for one who may come in, or why it may not. */
  function admit(request: IncomingMessage): Visitor | CloseReason {
    if (server.clients.size > limits.socketsMax) return 'tooManySockets'
    const { origin } = request.headers
    if (origin !== undefined && options.origins?.includes(origin) === false) return 'originRefused'
    return addresses.enter(addressOf(request, options.trustsProxy)) ?? 'tooManyFromAddress'
  }

  return {
    sockets: server.clients,
    upgrade(request, stream, head) {
      stream.on('error', () => {})
      if (isShut || server.clients.size >= limits.socketsMax + refusalsMax) {
        stream.once('finish', () => stream.destroy())
        stream.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
        return
      }
      server.handleUpgrade(request, stream, head, socket => {
        const admitted = admit(request)
        if (typeof admitted === 'object') return serveSocket(socket, admitted, house)
        socket.on('error', () => {})
        dismiss(socket, admitted, tally)
      })
    },
    shut() {
      isShut = true
    },
  }
}

/** The signaling server as a function: puts its parts together, listens, stops. Rooms and messages are others' business. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAddresses } from './addresses.ts'
import { createDoor } from './door.ts'
import { openDesk } from './foundings/desk.ts'
import type { House } from './house.ts'
import { createListener } from './http.ts'
import {
  backlogMax,
  closeTimeoutMs,
  defaultLimits,
  refusalsMax,
  requestTimeoutMs,
  type SignalingLimits,
} from './limits.ts'
import { metricsText } from './metrics.ts'
import { createRooms } from './rooms.ts'
import { createTally } from './tally.ts'
import { createTokenCheck } from './token.ts'

export interface SignalingServerOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** The address to listen on. Default 127.0.0.1: this machine only. */
  readonly host?: string
  /** Those that are absent have their defaults. */
  readonly limits?: Partial<SignalingLimits>
  /**
   * Where foundings are kept; this process owns the file. Default: in memory. Then a room whose devices are all away while the
   * server starts anew can be founded a second time.
   */
  readonly dataFile?: string
  /** Clients must send this. Default: everybody may use the server. */
  readonly token?: string
  /** Only pages of these origins (`https://app.example`) may use the server. Default: of all. */
  readonly origins?: readonly string[]
  /** The server stands behind one proxy, which names the client in X-Forwarded-For. Default false. */
  readonly trustsProxy?: boolean
  /**
   * Brings replicas' frames to each other where they cannot connect, sealed by them. Default true; false saves its bandwidth,
   * and leaves those behind strict firewalls alone.
   */
  readonly relay?: boolean
  /** How long `close` says 503 at /health and lets nobody new in, before it sends clients away. Milliseconds, default 0. */
  readonly drainMs?: number
}

export interface SignalingServer {
  readonly port: number
  /** `ws://host:port`, as clients on this machine would write it. */
  readonly url: string
  /**
   * Stops: after `drainMs` tells all clients that the server goes away (1001), at which they look for it again by themselves,
   * and resolves once they are gone, in two seconds at most, and all foundings are written. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Starts a server. Rejects when it cannot listen (with Node's error: EADDRINUSE, EACCES ...) or cannot use its file (with a
 * FoundingsError or Node's error).
 */
export async function startSignalingServer(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const { port = 0, host = '127.0.0.1', drainMs = 0, relay: relays = true } = options
  const limits: SignalingLimits = { ...defaultLimits, ...options.limits }
  const desk = await openDesk(options.dataFile, limits.foundingsMax)
  const tally = createTally()
  const rooms = createRooms(limits, relays)
  const addresses = createAddresses(limits, () => performance.now())
  const mayEnter = createTokenCheck(options.token)
  const house: House = { limits, rooms, desk, tally, relays, mayEnter }
  const door = createDoor(
    { origins: options.origins, trustsProxy: options.trustsProxy ?? false },
    addresses,
    house,
  )
  let isStopping = false

  const http = createServer(
    {
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: requestTimeoutMs / 2,
    },
    createListener({
      trouble: () => (isStopping ? 'stopping' : desk.failure),
      metrics: () =>
        metricsText(tally, {
          sockets: door.sockets.size,
          rooms: rooms.size,
          foundings: desk.size,
          addresses: addresses.size,
        }),
    }),
  )
  // Connections that have not become sockets yet, or never will, may be as many again.
  http.maxConnections = 2 * (limits.socketsMax + refusalsMax)
  http.on('upgrade', door.upgrade)
  http.listen({ port, host, backlog: backlogMax })
  try {
    await once(http, 'listening')
  } catch (error) {
    await desk.close()
    throw error
  }
  http.on('error', () => {})

  const address = http.address()
  const bound = address !== null && typeof address === 'object' ? address.port : port
  let stopped: Promise<void> | undefined

  async function stop(): Promise<void> {
    isStopping = true
    door.shut()
    if (drainMs > 0) await new Promise(resolve => setTimeout(resolve, drainMs))
    const closed = once(http, 'close')
    http.close()
    for (const socket of door.sockets) socket.close(1001, 'the server stops')
    const cut = setTimeout(() => {
      for (const socket of door.sockets) socket.terminate()
      http.closeAllConnections()
    }, closeTimeoutMs)
    await closed
    clearTimeout(cut)
    await desk.close()
  }

  return {
    port: bound,
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** The signaling server as a function: listens, lets sockets in, stops. Rooms and messages are others' business. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { defaultLimits, type SignalingLimits } from './limits.ts'
import { createRooms } from './rooms.ts'
import { dismiss, serveSocket } from './socket.ts'

export interface SignalingServerOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** The address to listen on. Default 127.0.0.1: this machine only. */
  readonly host?: string
  /** Those that are absent have their defaults. */
  readonly limits?: Partial<SignalingLimits>
}

export interface SignalingServer {
  readonly port: number
  /** `ws://host:port`, as clients on this machine would write it. */
  readonly url: string
  /** Tells all clients that the server goes away (1001) and resolves once they are gone, in two seconds at most. Idempotent. */
  close(): Promise<void>
}

const stopGraceMs = 2_000

/** Starts a server. Rejects when it cannot listen (with Node's error: EADDRINUSE, EACCES ...). */
export async function startSignalingServer(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const { port = 0, host = '127.0.0.1' } = options
  const limits: SignalingLimits = { ...defaultLimits, ...options.limits }
  const rooms = createRooms(limits)
  // A server of our own, because one that ws makes waits on close for connections that never become WebSockets.
  const http = createServer((_, response) => response.writeHead(426, { connection: 'close' }).end())
  const server = new WebSocketServer({
    server: http,
    maxPayload: limits.messageBytesMax,
    perMessageDeflate: false,
  })
  server.on('connection', socket => {
    if (server.clients.size <= limits.socketsMax) return serveSocket(socket, rooms, limits)
    socket.on('error', () => {})
    dismiss(socket, 'tooManySockets')
  })
  // What befalls the listening socket is heard on `http` itself.
  server.on('error', () => {})
  http.listen(port, host)
  await once(http, 'listening')
  http.on('error', () => {})

  const address = http.address()
  const bound = address !== null && typeof address === 'object' ? address.port : port
  let stopped: Promise<void> | undefined

  async function stop(): Promise<void> {
    const closed = once(http, 'close')
    http.close()
    server.close()
    for (const socket of server.clients) socket.close(1001, 'the server stops')
    const cut = setTimeout(() => {
      for (const socket of server.clients) socket.terminate()
      http.closeAllConnections()
    }, stopGraceMs)
    await closed
    clearTimeout(cut)
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

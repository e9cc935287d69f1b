/** A signaling server and bare clients of it, for tests; all that is started here ends with the test. */
import { once } from 'node:events'
import { type ClientRequestArgs, get } from 'node:http'
import { afterEach, expect, vi } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import {
  type SignalingServer,
  type SignalingServerOptions,
  startSignalingServer,
} from '../src/server/index.ts'

let ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  ends = []
})

/** Has `end` run when the test is over, the latest first. */
export const atEnd = (end: () => unknown): void => void ends.push(end)

/** Resolves when `check` no longer throws. A machine with other work may take its time. */
export const eventually = <T>(check: () => T | Promise<T>, timeout = 10_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 10 })

export async function start(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const server = await startSignalingServer(options)
  atEnd(() => server.close())
  return server
}

export interface Client {
  readonly socket: WebSocket
  readonly heard: readonly unknown[]
  /** The close code; never settles when the socket does not close. */
  readonly closed: Promise<number>
  say(message: unknown): void
}

/** A client with an open socket. */
export async function client(server: { readonly url: string }, options: ClientOptions = {}): Promise<Client> {
  const socket = new WebSocket(server.url, options)
  const heard: unknown[] = []
  socket.on('message', (data, isBinary) => {
    if (!isBinary) heard.push(JSON.parse(String(data)))
  })
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(([code]) => Number(code))
  await once(socket, 'open')
  atEnd(() => socket.terminate())
  return { socket, heard, closed, say: message => socket.send(JSON.stringify(message)) }
}

/** A client that has joined. */
export async function member(
  server: { readonly url: string },
  instance: string,
  room = 'room',
  options: ClientOptions = {},
): Promise<Client> {
  const joined = await client(server, options)
  joined.say({ type: 'join', room, instance, card: `card of ${instance}` })
  await eventually(() => expect(joined.heard[0]).toMatchObject({ type: 'welcome' }))
  return joined
}

/** What the server answers to a GET over HTTP. */
export async function ask(server: { readonly port: number }, path: string, options: ClientRequestArgs = {}) {
  const request = get({ host: '127.0.0.1', port: server.port, path, agent: false, ...options })
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { code: Number(response.statusCode), text, type: String(response.headers['content-type']) }
}

/** One figure of /metrics. */
export async function metric(server: { readonly port: number }, name: string): Promise<number> {
  const { text } = await ask(server, '/metrics')
  const line = text.split('\n').find(each => each.startsWith(`peerkeeper_signaling_${name} `))
  return Number(line?.split(' ').at(-1))
}

/** How a connection asks to become a WebSocket, as bytes. */
export const upgradeRequest =
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

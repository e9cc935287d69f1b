/**
 * The page that browser tests drive: a transport whose "worker" is the page itself, at the other end of a MessageChannel.
 * Everything hangs on `window.probe`.
 */
import {
  ensembleId,
  type Lane,
  nodeId,
  type PageToWorker,
  type WorkerToPage,
} from '@peerkeeper/core/transport'
import { broadcastSignaling, type ForeignPeer, webrtc, webSocketSignaling } from '../../src/page/index.ts'

export interface ProbeOptions {
  readonly node: string
  readonly ensemble: string
  readonly room: string
  /** Signaling server; without one, BroadcastChannel. */
  readonly url?: string
}

/** First byte of a frame: what the receiver does with it. */
const ping = 1
const pong = 2
const keep = 3

export function createProbe(options: ProbeOptions) {
  const { room, url } = options
  const foreign: ForeignPeer[] = []
  const transport = webrtc({
    signaling: url === undefined ? broadcastSignaling({ room }) : webSocketSignaling({ url, room }),
    onForeign: peer => foreign.push(peer),
  })
  const { port1, port2 } = new MessageChannel()
  const ups: { peer: string; connection: number }[] = []
  const downs: { peer: string; connection: number; at: number }[] = []
  const kept: { peer: string; bytes: number; sum: number }[] = []
  let awaitPong: (() => void) | undefined
  let pings = 0

  const tell = (message: WorkerToPage) => port2.postMessage(message)
  const send = (peer: string, lane: Lane, bytes: Uint8Array) =>
    tell({ type: 'send', peer: nodeId(peer), lane, bytes })

  port2.onmessage = (message: MessageEvent<PageToWorker>) => {
    const event = message.data
    switch (event.type) {
      case 'up':
        return void ups.push({ peer: event.peer, connection: event.connection })
      case 'down':
        return void downs.push({
          peer: event.peer,
          connection: event.connection,
          at: performance.timeOrigin + performance.now(),
        })
      case 'frame':
        if (event.bytes[0] === ping) {
          pings += 1
          return send(event.peer, 'control', event.bytes.fill(pong, 0, 1))
        }
        if (event.bytes[0] === pong) return awaitPong?.()
        kept.push({ peer: event.peer, bytes: event.bytes.length, sum: sum(event.bytes) })
    }
  }
  transport.attach(port1)
  addEventListener('pagehide', () => transport.close())
  tell({ type: 'start', node: nodeId(options.node), ensemble: ensembleId(options.ensemble) })

  return {
    ups: () => ups,
    downs: () => downs,
    kept: () => kept,
    foreign: () => foreign,
    pings: () => pings,
    links: () => transport.links(),
    /** Sends `count` frames of `bytes` bytes. Returns the checksum of each. */
    send(peer: string, lane: Lane, bytes: number, count = 1) {
      const frame = new Uint8Array(bytes)
        .map((_, index) => (index * 31 + (index >> 8)) & 255)
        .fill(keep, 0, 1)
      for (let sent = 0; sent < count; sent += 1) send(peer, lane, frame)
      return sum(frame)
    },
    /** Round trips of a 100-byte control frame, one after another, in milliseconds, sorted. */
    async roundTrips(peer: string, count: number) {
      const times: number[] = []
      for (let round = 0; round < count; round += 1) {
        const answered = new Promise<void>(resolve => {
          awaitPong = resolve
        })
        const from = performance.now()
        send(peer, 'control', new Uint8Array(100).fill(ping, 0, 1))
        await answered
        times.push(performance.now() - from)
      }
      return times.sort((a, b) => a - b)
    },
    close: () => transport.close(),
  }
}

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => (total * 33 + byte) % 1_000_003, 0)

declare global {
  interface Window {
    start: (options: ProbeOptions) => void
    probe: ReturnType<typeof createProbe>
  }
}

window.start = options => {
  window.probe = createProbe(options)
}

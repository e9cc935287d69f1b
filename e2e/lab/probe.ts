/**
 * A page in a room's mesh that is no replica: the transport is the real one, but the "worker" behind it is this page, or one
 * that does nothing by itself. Sends any bytes to anybody, and notes what comes.
 */
import {
  ensembleId,
  type Lane,
  type NodeKey,
  nodeId,
  type PageToWorker,
  type WorkerToPage,
} from '@peerkeeper/core/transport'
import { broadcastSignaling, webrtc, webSocketSignaling } from '@peerkeeper/webrtc'

/** Who a probe is. Its key is bytes here, so that another page can be the same probe later. */
export interface ProbeIdentity {
  readonly node: string
  readonly publicKey: readonly number[]
  /** PKCS #8. */
  readonly privateKey: readonly number[]
}

export interface ProbeOptions {
  readonly room: string
  readonly identity: ProbeIdentity
  /** Only those of the same ensemble connect. */
  readonly ensemble: string
  /** The signaling server; without one, BroadcastChannel. */
  readonly signaling?: string
  /** Of the room, at the server. */
  readonly secret?: string
  /** Where frames go: through this page, where nothing is said. */
  readonly channels?: 'page' | 'worker'
}

/** First byte of a frame among probes: what the receiver does with it. */
const ping = 1
const pong = 2
const keep = 3

export type Probe = Awaited<ReturnType<typeof startProbe>>

export async function startProbe({
  room,
  identity,
  ensemble,
  signaling,
  secret,
  channels = 'page',
}: ProbeOptions) {
  const sealed = secret === undefined ? {} : { secret }
  const transport = webrtc({
    signaling:
      signaling === undefined
        ? broadcastSignaling({ room })
        : webSocketSignaling({ url: signaling, room, ...sealed }),
  })
  const { port1, port2 } = new MessageChannel()
  const worker = channels === 'page' ? port2 : startWorker(port2)
  const ups: { peer: string; connection: number; at: number }[] = []
  const downs: { peer: string; at: number }[] = []
  const kept: { peer: string; bytes: number; sum: number }[] = []
  let awaitPong: (() => void) | undefined

  const tell = (message: WorkerToPage) => worker.postMessage(message)
  const sendBytes = (peer: string, lane: Lane, bytes: Uint8Array) =>
    tell({ type: 'send', peer: nodeId(peer), lane, bytes })

  worker.onmessage = ({ data: event }: MessageEvent<PageToWorker>) => {
    switch (event.type) {
      case 'up':
        return void ups.push({ peer: event.peer, connection: event.connection, at: now() })
      case 'down':
        return void downs.push({ peer: event.peer, at: now() })
      case 'frame':
        if (event.bytes[0] === ping) return sendBytes(event.peer, 'control', event.bytes.fill(pong, 0, 1))
        if (event.bytes[0] === pong) return awaitPong?.()
        if (event.bytes[0] === keep)
          kept.push({ peer: event.peer, bytes: event.bytes.length, sum: sum(event.bytes) })
    }
  }
  transport.attach(port1)
  addEventListener('pagehide', () => transport.close())
  tell({
    type: 'start',
    node: nodeId(identity.node),
    key: await keyOf(identity),
    ensemble: ensembleId(ensemble),
    takesChannels: false,
  })

  return {
    ups,
    downs,
    kept,
    worker,
    links: () => transport.links(),
    refused: () => transport.refused(),
    sendBytes,
    /** Sends `count` frames of `bytes` bytes. Returns the checksum of each. */
    send(peer: string, lane: Lane, bytes: number, count = 1) {
      const frame = new Uint8Array(bytes)
        .map((_, index) => (index * 31 + (index >> 8)) & 255)
        .fill(keep, 0, 1)
      for (let sent = 0; sent < count; sent++) sendBytes(peer, lane, frame)
      return sum(frame)
    },
    /** Round trips of a 100-byte control frame, one after another, in milliseconds, sorted. */
    async roundTrips(peer: string, count: number) {
      const times: number[] = []
      for (let round = 0; round < count; round++) {
        const answered = new Promise<void>(resolve => {
          awaitPong = resolve
        })
        const from = performance.now()
        sendBytes(peer, 'control', new Uint8Array(100).fill(ping, 0, 1))
        await answered
        times.push(performance.now() - from)
      }
      return times.sort((a, b) => a - b)
    },
  }
}

async function keyOf({ publicKey, privateKey }: ProbeIdentity): Promise<NodeKey> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  return {
    publicKey: Uint8Array.from(publicKey),
    privateKey: await crypto.subtle.importKey('pkcs8', Uint8Array.from(privateKey), algorithm, false, [
      'sign',
    ]),
  }
}

function startWorker(port: MessagePort): Worker {
  const worker = new Worker(new URL('./probe-worker.ts', import.meta.url), { type: 'module' })
  worker.postMessage(port, [port])
  return worker
}

const now = () => performance.timeOrigin + performance.now()

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => (total * 33 + byte) % 1_000_003, 0)

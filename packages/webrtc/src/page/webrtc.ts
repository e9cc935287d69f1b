/**
 * The page's half of the WebRTC transport: joins a worker's port to a mesh. WebRTC exists only in pages, hence this half;
 * what is in the frames is the worker's business.
 */
import {
  ensembleId,
  isId,
  type Lane,
  type NodeId,
  nodeId,
  type PageLink,
  type PageTransport,
  type WorkerToPage,
} from '@peerkeeper/core/transport'
import { isRecord } from '../wire/guards.ts'
import { simplePeerDial } from './link/simple-peer.ts'
import { createMesh, type Mesh, type MeshOptions } from './mesh.ts'
import type { Signaling } from './signaling/contract.ts'
import { pageTimers, randomId } from './timers.ts'

export interface WebRtcOptions {
  /** How peers find each other. Belongs to this transport from now on. */
  readonly signaling: Signaling
  /**
   * STUN and TURN servers, as RTCPeerConnection takes them. Default none: then only peers on one machine or one network
   * find each other.
   */
  readonly iceServers?: readonly RTCIceServer[]
}

export interface WebRtcLink extends PageLink {
  /** Frames that were dropped because too much waited, or because they were too large. */
  readonly framesDropped: number
  /** Attempts to connect that failed since the last good one. */
  readonly failures: number
  /** Why the last connection or attempt ended, for people; undefined when none did. */
  readonly lastReason: string | undefined
}

export interface WebRtcTransport extends PageTransport {
  links(): readonly WebRtcLink[]
}

/**
 * Makes a transport for one replica: pass it to `connect`. It begins when the worker says `start` and connects to every
 * replica of the same ensemble that signaling announces.
 */
export function webrtc(options: WebRtcOptions): WebRtcTransport {
  return createPageTransport({
    signaling: options.signaling,
    dial: simplePeerDial(options.iceServers ?? []),
    timers: pageTimers,
    random: Math.random,
    afterTask: queueMicrotask,
    newInstance: randomId,
  })
}

export interface PageTransportOptions extends Omit<MeshOptions, 'self' | 'sink'> {
  readonly newInstance: () => string
}

/** `webrtc` with the world passed in. */
export function createPageTransport(options: PageTransportOptions): WebRtcTransport {
  let attached: MessagePort | undefined
  let mesh: Mesh | undefined
  let isClosed = false

  function serve(port: MessagePort, message: WorkerToPage): void {
    switch (message.type) {
      case 'start': {
        if (mesh !== undefined) return
        const self = { node: message.node, ensemble: message.ensemble, instance: options.newInstance() }
        mesh = createMesh({
          ...options,
          self,
          sink: event => port.postMessage(event, event.type === 'frame' ? [event.bytes.buffer] : []),
        })
        return
      }
      case 'send':
        return mesh?.send(message.peer, message.lane, message.bytes)
      case 'lastWords':
        return mesh?.lastWords(message.peer, message.bytes)
      case 'close':
        return close()
    }
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    if (attached) attached.onmessage = null
    attached?.close()
    mesh?.close()
  }

  return {
    attach(port) {
      if (attached !== undefined) throw new Error('a transport serves one worker; make another for another')
      attached = port
      if (isClosed) return port.close()
      port.onmessage = event => {
        const message = parseWorkerToPage(event.data)
        if (message !== undefined) serve(port, message)
      }
    },
    links: () => Array.from(mesh?.links() ?? [], ([peer, link]) => linkFacts(peer, link)),
    close,
    farewell() {
      mesh?.farewell()
      close()
    },
  }
}

const linkFacts = (peer: NodeId, link: Omit<WebRtcLink, 'peer'>): WebRtcLink => ({
  peer,
  state: link.state,
  framesDropped: link.framesDropped,
  failures: link.failures,
  lastReason: link.lastReason,
})

const isLane = (value: unknown): value is Lane => value === 'control' || value === 'bulk'

/** The worker's message in `value`, or undefined when it is none. */
function parseWorkerToPage(value: unknown): WorkerToPage | undefined {
  if (!isRecord(value)) return undefined
  const { type, node, ensemble, peer, lane, bytes } = value
  if (type === 'start' && isId(node) && isId(ensemble)) {
    return { type, node: nodeId(node), ensemble: ensembleId(ensemble) }
  }
  if (type === 'send' && isId(peer) && isLane(lane) && bytes instanceof Uint8Array) {
    return { type, peer: nodeId(peer), lane, bytes }
  }
  if (type === 'lastWords' && isId(peer) && bytes instanceof Uint8Array) {
    return { type, peer: nodeId(peer), bytes }
  }
  return type === 'close' ? { type } : undefined
}

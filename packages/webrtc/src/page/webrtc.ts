/** The transport over WebRTC, as apps make it. Wiring only: page-transport.ts is what it does. */
import type { NodeId, PageLink, PageTransport } from '@peerkeeper/core/transport'
import { handsChannelsOver } from './link/handing-over.ts'
import type { IceServers } from './link/ice-servers.ts'
import type { MeasuredPath } from './link/measure-path.ts'
import type { ReasonCode } from './link/reason.ts'
import { pageHints } from './network-hints.ts'
import { createPageTransport } from './page-transport.ts'
import type { Signaling } from './signaling/contract.ts'
import type { Refusals } from './signaling/refusals.ts'
import { pageTimers, randomId } from './timers.ts'

export interface WebRtcOptions {
  /** How peers find each other. Belongs to this transport from now on. */
  readonly signaling: Signaling
  /**
   * STUN and TURN servers, as RTCPeerConnection takes them, or a function that gives them: it is asked at each attempt to
   * connect, so that credentials may expire; one that fails or takes longer than 5 s leaves the servers that it gave before.
   * Default none: then only peers on one machine or one network find each other. docs/NETWORK.md tells who needs which.
   */
  readonly iceServers?: IceServers
  /** `'relay'` goes through TURN servers alone, so that peers do not see each other's addresses. Default `'all'`. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy
  /**
   * Where frames go: `'worker'` hands the data channels to the replica's worker, so that a busy page delays nobody; `'page'`
   * passes frames through the page, as browsers do that hand over no channel. Default `'auto'`: the worker where browser and
   * worker can. `'worker'` elsewhere connects to nobody; it is for tests.
   */
  readonly channels?: 'auto' | 'page' | 'worker'
}

export interface WebRtcLink extends PageLink {
  /** Frames that were dropped because too much waited, or because they were too large. */
  readonly framesDropped: number
  /** Attempts to connect that failed since the last good one. */
  readonly failures: number
  /** Why the last connection or attempt ended, for people; undefined when none did. */
  readonly lastReason: string | undefined
  /** Whether this replica wants the link; else it is there because the peer does, or for a short while yet. */
  readonly isWanted: boolean
  /** The same for programs. Codes may be added, never change their meaning. */
  readonly reasonCode: ReasonCode | undefined
  /** Which way frames go: from peer to peer, or sealed through the signaling server; undefined while the link is not up. */
  readonly path: 'webrtc' | 'relay' | undefined
  /** Where the frames of this link go when they go by WebRTC. */
  readonly channels: 'page' | 'worker'
}

/** How a link goes that stands by WebRTC: from host to host, through NATs, or through a TURN server. */
export interface WebRtcPath extends MeasuredPath {
  readonly peer: NodeId
}

export interface WebRtcTransport extends PageTransport {
  links(): readonly WebRtcLink[]
  /**
   * Asks the browser how each link goes that stands by WebRTC, and how long it takes there and back. One that it does not tell
   * of is left out. Never rejects.
   */
  measure(): Promise<readonly WebRtcPath[]>
  /**
   * What came by signaling and was refused so far, by reason: strangers, forgeries, what came twice. `dropped` is what this side could
   * not send.
   */
  refused(): Refusals
}

/**
 * Makes a transport for one replica: pass it to `connect`. It begins when the worker says `start` and connects to every
 * replica of the same ensemble that signaling announces.
 */
export function webrtc(options: WebRtcOptions): WebRtcTransport {
  const { iceServers = [], iceTransportPolicy = 'all' } = options
  return createPageTransport({
    signaling: options.signaling,
    async loadMesh() {
      const { browserMesh } = await import('./browser-mesh.ts')
      return browserMesh({ iceServers, iceTransportPolicy, timers: pageTimers })
    },
    hints: pageHints,
    timers: pageTimers,
    random: Math.random,
    afterTask: queueMicrotask,
    newInstance: randomId,
    channels: options.channels ?? 'auto',
    handsChannelsOver,
  })
}

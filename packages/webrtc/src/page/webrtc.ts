/**
 * The page's half of the WebRTC transport: joins a worker's port to a mesh. WebRTC exists only in pages, hence this half;
 * what is in the frames is the worker's business, and where it can the page never sees them.
 */
import type { NodeId, PageLink, PageToWorker, PageTransport, WorkerToPage } from '@peerkeeper/core/transport'
import { hearOutMs } from '../wire/limits.ts'
import { handsChannelsOver } from './link/handing-over.ts'
import type { IceServers } from './link/ice-servers.ts'
import { lanesInPage, lanesInWorker, type WorkerLanes } from './link/lanes.ts'
import type { MeasuredPath } from './link/path-facts.ts'
import type { ReasonCode } from './link/reason.ts'
import { simplePeerDial } from './link/simple-peer.ts'
import { createMesh, type Mesh, type MeshOptions } from './mesh.ts'
import { type NetworkHints, pageHints } from './network-hints.ts'
import { parseWorkerToPage } from './parse-worker.ts'
import type { Signaling } from './signaling/contract.ts'
import { type ProvenSignaling, provenSignaling } from './signaling/proven.ts'
import { countRefusals, type Refusals } from './signaling/refusals.ts'
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
  return createPageTransport({
    signaling: options.signaling,
    dial: simplePeerDial({
      iceServers: options.iceServers ?? [],
      iceTransportPolicy: options.iceTransportPolicy ?? 'all',
      timers: pageTimers,
    }),
    hints: pageHints,
    timers: pageTimers,
    random: Math.random,
    afterTask: queueMicrotask,
    newInstance: randomId,
    channels: options.channels ?? 'auto',
    handsChannelsOver,
  })
}

export interface PageTransportOptions
  extends Omit<MeshOptions, 'self' | 'sink' | 'openLanes' | 'lanesHere' | 'onPathLost'> {
  /** Signs that the network changed. Default: none ever. */
  readonly hints?: NetworkHints
  /** Runs its argument when the current task is over: `queueMicrotask`. */
  readonly afterTask: (run: () => void) => void
  readonly newInstance: () => string
  readonly channels: 'auto' | 'page' | 'worker'
  /** Whether the browser can do it. Asked where `channels` leaves it open and the worker takes them. */
  readonly handsChannelsOver: () => boolean
}

export interface OwnedTransport extends WebRtcTransport {
  /** Resolves when it was closed and all that was handed over before has left, as far as there was a way. */
  readonly ended: Promise<void>
}

/** `webrtc` with the world passed in. */
export function createPageTransport(options: PageTransportOptions): OwnedTransport {
  let attached: MessagePort | undefined
  let mesh: Mesh | undefined
  let signaling: ProvenSignaling | undefined
  /** Where the lanes run, if not in this page. Fixed when the worker starts. */
  let workerLanes: WorkerLanes | undefined
  let stopListening = () => {}
  let cancelHearing = () => {}
  let isClosed = false
  let hasEnded: () => void
  const ended = new Promise<void>(resolve => {
    hasEnded = resolve
  })

  function start(port: MessagePort, { node, key, ensemble, takesChannels }: Start): void {
    if (mesh !== undefined || isClosed) return
    const post = (message: PageToWorker, transfer: Transferable[]) => port.postMessage(message, transfer)
    const { channels } = options
    const isInWorker =
      channels === 'worker' || (channels === 'auto' && takesChannels && options.handsChannelsOver())
    workerLanes = isInWorker ? lanesInWorker(options, post) : undefined
    stopListening = options.hints?.listen(hint => mesh?.wake(hint)) ?? stopListening
    signaling = provenSignaling(options.signaling, key)
    mesh = createMesh({
      ...options,
      signaling,
      onPathLost: () => options.hints?.lost(),
      self: { node, ensemble, instance: options.newInstance() },
      openLanes: workerLanes?.open ?? lanesInPage(options),
      lanesHere: lanesInPage(options),
      sink(event, way) {
        // Who is up by WebRTC is for the worker to say where the channels are there.
        if (!isInWorker || way !== 'webrtc') post(event, event.type === 'frame' ? [event.bytes.buffer] : [])
      },
    })
  }

  function serve(port: MessagePort, message: WorkerToPage): void {
    switch (message.type) {
      case 'start':
        return start(port, message)
      case 'opened':
      case 'broken':
      case 'dropped':
        return workerLanes?.hear(message)
      case 'want':
        return mesh?.want(message)
      case 'send':
        return mesh?.send(message.peer, message.lane, message.bytes)
      case 'lastWords':
        return mesh?.lastWords(message.peer, message.bytes)
      case 'close':
        return end()
    }
  }

  /** What the worker handed over is on its way through the port, and its own `close` behind it, which ends it at once. */
  function close(): void {
    if (isClosed) return
    if (mesh === undefined) return end()
    isClosed = true
    cancelHearing = options.timers.after(hearOutMs, end)
  }

  function end(): void {
    isClosed = true
    cancelHearing()
    stopListening()
    if (attached) attached.onmessage = null
    attached?.close()
    void (mesh?.close() ?? Promise.resolve()).then(hasEnded)
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
    links() {
      const channels = workerLanes === undefined ? 'page' : 'worker'
      const isWanted = (peer: NodeId) => mesh?.isWanted(peer) ?? false
      return Array.from(mesh?.links() ?? [], ([peer, link]) =>
        linkFacts(peer, link, { channels, isWanted: isWanted(peer) }),
      )
    },
    async measure() {
      const asked = Array.from(mesh?.links() ?? [], async ([peer, link]) => {
        const path = await link.measure().catch(() => undefined)
        return path === undefined ? [] : [{ peer, ...path }]
      })
      return (await Promise.all(asked)).flat()
    },
    refused: () => signaling?.refused() ?? countRefusals().all(),
    close,
    farewell() {
      mesh?.farewell()
      end()
    },
    ended,
  }
}

type Start = Extract<WorkerToPage, { type: 'start' }>

const linkFacts = (
  peer: NodeId,
  link: Omit<WebRtcLink, 'peer' | 'channels' | 'isWanted'>,
  { channels, isWanted }: Pick<WebRtcLink, 'channels' | 'isWanted'>,
): WebRtcLink => ({
  peer,
  state: link.state,
  framesDropped: link.framesDropped,
  failures: link.failures,
  lastReason: link.lastReason,
  isWanted,
  reasonCode: link.reasonCode,
  path: link.path,
  channels,
})

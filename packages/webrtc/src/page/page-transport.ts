/**
 * The page's half of the WebRTC transport: joins a worker's port to a mesh. WebRTC exists only in pages, hence this half;
 * what is in the frames is the worker's business, and where it can the page never sees them.
 */
import type { PageToWorker, WorkerToPage } from '@peerkeeper/core/transport'
import { hearOutMs } from '../wire/limits.ts'
import { lateMesh } from './late-mesh.ts'
import type { NetworkHints } from './network-hints.ts'
import type { PageMesh, PageMeshOptions } from './page-mesh.ts'
import { parseWorkerToPage } from './parse-worker.ts'
import type { Signaling } from './signaling/contract.ts'
import { type ProvenSignaling, provenSignaling } from './signaling/proven.ts'
import { countRefusals } from './signaling/refusals.ts'
import type { WebRtcTransport } from './webrtc.ts'

export interface PageTransportOptions extends Pick<PageMeshOptions, 'timers' | 'random' | 'afterTask'> {
  /** How peers find each other. Belongs to this transport from now on. */
  readonly signaling: Signaling
  /** The mesh that is made when somebody is there: with WebRTC, or without it. */
  readonly loadMesh: () => Promise<(options: PageMeshOptions) => PageMesh>
  /** Signs that the network changed. Default: none ever. */
  readonly hints?: NetworkHints
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
  const { hints } = options
  let attached: MessagePort | undefined
  let mesh: PageMesh | undefined
  let signaling: ProvenSignaling | undefined
  let stopListening = () => {}
  let cancelHearing = () => {}
  let isClosed = false
  let hasEnded: () => void
  const ended = new Promise<void>(resolve => {
    hasEnded = resolve
  })

  function start(port: MessagePort, { node, key, ensemble, takesChannels }: Start): void {
    if (mesh !== undefined || isClosed) return
    const { channels } = options
    signaling = provenSignaling(options.signaling, key)
    const of = {
      ...options,
      signaling,
      self: { node, ensemble, instance: options.newInstance() },
      isInWorker:
        channels === 'worker' || (channels === 'auto' && takesChannels && options.handsChannelsOver()),
      post: (message: PageToWorker, transfer: Transferable[]) => port.postMessage(message, transfer),
      onPathLost: () => hints?.lost(),
    }
    mesh = lateMesh(of, options.loadMesh)
    stopListening = hints?.listen(hint => mesh?.wake(hint)) ?? stopListening
  }

  function serve(port: MessagePort, message: WorkerToPage): void {
    switch (message.type) {
      case 'start':
        return start(port, message)
      case 'opened':
      case 'broken':
      case 'dropped':
        return mesh?.hear(message)
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

  /**
   * Where the relay carries, what the worker handed over is on its way through the port, and its own `close` behind it, which ends it
   * at once. Else it ends in this task, which may be the page's last.
   */
  function close(): void {
    if (isClosed) return
    if (!mesh?.links().some(({ path }) => path === 'relay')) return end()
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
    links: () => mesh?.links() ?? [],
    measure: async () => mesh?.measure() ?? [],
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

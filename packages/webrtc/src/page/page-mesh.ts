/**
 * The mesh of a page, with all that its links are made of: the dial, lanes here or in the worker, the relay. Does not know the
 * worker's port.
 */
import type { NodeId, PageToWorker, Timers } from '@peerkeeper/core/transport'
import { loadQuietlyMs } from '../wire/limits.ts'
import type { Dial } from './link/dial.ts'
import { type ChannelNews, type LaneWorld, lanesInWorker } from './link/lanes.ts'
import type { Link } from './link/link.ts'
import { createMesh, type Mesh, type MeshOptions } from './mesh.ts'
import type { WebRtcLink, WebRtcPath } from './webrtc.ts'

export interface PageMeshOptions
  extends LaneWorld,
    Pick<MeshOptions, 'self' | 'signaling' | 'random' | 'onPathLost'> {
  readonly timers: Timers
  /** Absent where there is no WebRTC, as in Node. */
  readonly dial?: Dial | undefined
  /** Whether channels are handed to the worker. */
  readonly isInWorker: boolean
  /** Tells the worker. */
  readonly post: (message: PageToWorker, transfer: Transferable[]) => void
}

export interface PageMesh extends Omit<Mesh, 'links' | 'isWanted'> {
  links(): readonly WebRtcLink[]
  measure(): Promise<readonly WebRtcPath[]>
  /** What the worker says of the channels that it was given. */
  hear(news: ChannelNews): void
}

export function createPageMesh(options: PageMeshOptions): PageMesh {
  const { dial, isInWorker, post } = options
  const workerLanes = isInWorker ? lanesInWorker(post) : undefined
  const openLanes = workerLanes?.open
  let parts: typeof import('./link/in-page.ts') | undefined
  const load = async () => {
    parts = await import('./link/in-page.ts')
    return parts
  }
  /** At once where it was loaded before: whoever lost a way does not wait for the next one. */
  const inPage = <T>(use: (loaded: typeof import('./link/in-page.ts')) => T): T | Promise<T> =>
    parts === undefined ? load().then(use) : use(parts)
  // A network in which the relay is needed may be one in which it cannot be loaded any more.
  const cancelQuiet = options.timers.after(loadQuietlyMs, () => void load().catch(() => undefined))
  const mesh = createMesh({
    ...options,
    rtcMeans:
      dial &&
      (() =>
        openLanes
          ? { dial, openLanes }
          : inPage(({ lanesInPage }) => ({ dial, openLanes: lanesInPage(options) }))),
    relayMeans: of => inPage(({ relayMeans }) => relayMeans(options, of)),
    sink(event, way) {
      // Who is up by WebRTC is for the worker to say where the channels are there.
      if (!isInWorker || way !== 'webrtc') post(event, event.type === 'frame' ? [event.bytes.buffer] : [])
    },
  })

  const factsOf = (peer: NodeId, link: Link): WebRtcLink => ({
    peer,
    state: link.state,
    framesDropped: link.framesDropped,
    failures: link.failures,
    lastReason: link.lastReason,
    isWanted: mesh.isWanted(peer),
    reasonCode: link.reasonCode,
    path: link.path,
    channels: isInWorker ? 'worker' : 'page',
  })

  return {
    ...mesh,
    links: () => Array.from(mesh.links(), ([peer, link]) => factsOf(peer, link)),
    async measure() {
      const asked = Array.from(mesh.links(), async ([peer, link]) => {
        const path = await link.measure().catch(() => undefined)
        return path === undefined ? [] : [{ peer, ...path }]
      })
      return (await Promise.all(asked)).flat()
    },
    hear: news => workerLanes?.hear(news),
    farewell() {
      cancelQuiet()
      mesh.farewell()
    },
    close() {
      cancelQuiet()
      return mesh.close()
    },
  }
}

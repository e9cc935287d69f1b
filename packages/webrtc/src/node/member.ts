/**
 * A member of an ensemble that lives in Node, where there is no WebRTC: signaling and relay of a `peerkeeper-signaling` server are
 * its way to the others. Wiring only: the replica is core's, the mesh is the pages' own.
 */
import { type NodeReplica, startNodeReplica } from '@peerkeeper/core/node'
import { createPageMesh } from '../page/page-mesh.ts'
import { createPageTransport } from '../page/page-transport.ts'
import { webSocketArbiter } from '../page/signaling/founding/arbiter.ts'
import type { SignalingStatus } from '../page/signaling/web-socket.ts'
import { webSocketSignaling } from '../page/signaling/web-socket.ts'
import { pageTimers, randomId } from '../page/timers.ts'
import type { WebRtcLink } from '../page/webrtc.ts'
import { createSockets } from './sockets.ts'

export interface MemberOptions {
  /** The signaling server, `wss://...`. It must relay. */
  readonly url: string
  /** The room, as the app names it. */
  readonly room: string
  /** What the server asks of those who use it. */
  readonly token?: string
  /** The room's secret, where the app's pages have one (`createSecret`): without it nobody hears this member. */
  readonly secret?: string
  /** Where the member keeps who it is and what it promised: one folder for each member, and for nothing else. */
  readonly folder: string
  /** Join this ensemble. Without it the server's arbiter says which the room has, and this member founds it where there is none. */
  readonly ensemble?: string
  readonly engine?: 'multi-paxos' | 'paxos' | 'raft' | 'zab'
  /** Told whenever the server is reached or lost. */
  readonly onStatus?: (status: SignalingStatus) => void
  /** Told once of each other ensemble that somebody in the room takes part in. */
  readonly onForeign?: (ensemble: string) => void
}

/** A server answers the closing of a socket in a round trip; one that does not is not waited for. */
const socketCloseMs = 1_000

export interface Member extends NodeReplica {
  links(): readonly WebRtcLink[]
}

/**
 * Starts a member, or the one whose folder it is: it comes back with all that it promised, whatever ended it. Rejects with a
 * KeeperError `OpenFailed` that says why.
 */
export async function startMember(options: MemberOptions): Promise<Member> {
  const { url, room, token, secret, folder, ensemble, engine, onStatus, onForeign } = options
  const sockets = createSockets()
  const server = {
    url,
    room,
    openSocket: sockets.open,
    ...(token === undefined ? {} : { token }),
    ...(secret === undefined ? {} : { secret }),
  }
  const transport = createPageTransport({
    signaling: webSocketSignaling({ ...server, ...(onStatus === undefined ? {} : { onStatus }) }),
    loadMesh: async () => createPageMesh,
    timers: pageTimers,
    random: Math.random,
    afterTask: queueMicrotask,
    newInstance: randomId,
    channels: 'page',
    handsChannelsOver: () => false,
  })
  const replica = await startNodeReplica({
    room,
    folder,
    transports: [transport],
    arbiter: webSocketArbiter(server),
    ...(ensemble === undefined ? {} : { ensemble }),
    ...(engine === undefined ? {} : { engine }),
    ...(onForeign === undefined ? {} : { onForeign }),
  })
  return {
    ...replica,
    links: () => transport.links(),
    // Whoever closes a member may end the process then: what it said last must have left.
    async close(how) {
      await replica.close(how)
      await transport.ended
      await sockets.closed(socketCloseMs)
    },
  }
}

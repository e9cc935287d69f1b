/**
 * A world for meshes: signaling and WebRTC in memory, under a fake clock. Signals travel when the clock settles, in order,
 * unless the test loses them.
 */
import { ensembleId, nodeId, type TransportEvent } from '@peerkeeper/core/transport'
import { createFakeTime, type FakeTime } from '../../core/test/host/fake-time.ts'
import type { Attempt, Dial } from '../src/page/link/dial.ts'
import { lanesInPage, relayMeans } from '../src/page/link/in-page.ts'
import { createMesh, type Mesh } from '../src/page/mesh.ts'
import type { Peer, Signaling, SignalingEvent } from '../src/page/signaling/contract.ts'
import { type FakeChannels, fakeChannels, joinChannels } from './fake-page-channel.ts'

export interface FakeAttempt extends FakeChannels, Omit<Attempt, keyof FakeChannels> {
  readonly node: string
  readonly initiator: boolean
  readonly startedMs: number
  isOver: boolean
  /** What was heard over its path: rises only where a test lets it. */
  heard: number
  /** The browser says that nothing is heard at this end, or something again. */
  silent(isSilent: boolean): void
  /** The browser reports that this end has failed; the other end hears nothing of it. */
  fail(reason: string): void
}

export interface Replica {
  readonly peer: Peer
  readonly mesh: Mesh
  /** The events as text: `up b`, `down b`, `frame b 1,2,3`. */
  readonly log: string[]
  readonly events: readonly TransportEvent[]
  readonly foreign: readonly TransportEvent[]
  /** How often the mesh told that a path was lost. */
  readonly pathsLost: () => number
}

export interface JoinOptions {
  readonly instance?: string
  readonly ensemble?: string
  /** Default true; false as in Node. */
  readonly hasRtc?: boolean
}

export type RelayMeans = ReturnType<typeof relayMeans>

export interface World {
  readonly time: FakeTime
  /** All attempts that were ever begun, oldest first. */
  readonly attempts: readonly FakeAttempt[]
  /** All signals that were ever sent, lost ones too. */
  readonly sent: readonly { readonly from: Peer; readonly to: string; readonly data: string }[]
  /** Set it, and signals are lost. */
  losesSignals: boolean
  /** Set it, and offers and answers travel but no connection comes of them. */
  blocksConnections: boolean
  /** Set it, and signaling brings bytes too. */
  relays: boolean
  /** Every message that the relay brought, or lost; a test may change what is brought by putting a function here. */
  readonly relayed: { readonly from: string; readonly to: string; readonly bytes: Uint8Array }[]
  tamper: (bytes: Uint8Array) => readonly Uint8Array[]
  /** What the relay needs is there at once; a test may have it loaded first, or not. */
  loadRelay: (means: RelayMeans) => RelayMeans | Promise<RelayMeans>
  /** What the dice show. */
  dice: number
  join(node: string, options?: JoinOptions): Replica
  /** Delivers an event of signaling to the tab `instance` once time settles. */
  tell(instance: string, event: SignalingEvent): void
  /** The tab dies without a word; signaling notices. Its channels stay as they are. */
  kill(replica: Replica): void
}

export function createWorld(): World {
  const time = createFakeTime()
  const tabs = new Map<string, { readonly peer: Peer; readonly sink: (event: SignalingEvent) => void }>()
  const attempts: FakeAttempt[] = []
  const sent: { from: Peer; to: string; data: string }[] = []

  function tell(instance: string, event: SignalingEvent): void {
    time.afterTask(() => tabs.get(instance)?.sink(event))
  }

  function leave(instance: string): void {
    if (!tabs.delete(instance)) return
    for (const other of tabs.keys()) tell(other, { type: 'left', instance })
  }

  const signalingOf = (self: Peer): Signaling => ({
    join(_, sink) {
      const others = [...tabs.values()]
      tabs.set(self.instance, { peer: self, sink })
      for (const other of others) {
        tell(self.instance, { type: 'peer', peer: other.peer })
        tell(other.peer.instance, { type: 'peer', peer: self })
      }
    },
    send(to, data) {
      sent.push({ from: self, to, data })
      if (!world.losesSignals) tell(to, { type: 'signal', from: self, data })
    },
    relay: {
      reaches: to => world.relays && tabs.has(self.instance) && tabs.has(to),
      send(to, bytes) {
        if (!world.relays || !tabs.has(self.instance)) return
        world.relayed.push({ from: self.instance, to, bytes: bytes.slice() })
        for (const each of world.tamper(bytes.slice()))
          tell(to, { type: 'relayed', instance: self.instance, bytes: each })
      },
      waiting: () => 0,
    },
    leave: () => leave(self.instance),
  })

  /** Session descriptions are places in `attempts`. */
  const dialOf =
    (node: string): Dial =>
    (initiator, events) => {
      const sdp = `attempt ${attempts.length}`
      const attempt: FakeAttempt = {
        node,
        initiator,
        startedMs: time.nowMs,
        ...fakeChannels(true),
        isOver: false,
        heard: 0,
        path: {
          explain: () => ({ code: 'Timeout', text: 'no connection in time' }),
          heard: async () => attempt.heard,
          measure: async () => ({ local: 'host', remote: 'srflx', roundTripMs: attempt.heard }),
        },
        silent: isSilent => events.silent(isSilent),
        signal(signal) {
          if (signal.type === 'offer') events.signal({ type: 'answer', sdp })
          if (signal.type !== 'answer' || world.blocksConnections) return
          const other = attempts[Number(signal.sdp.split(' ')[1])]
          if (other !== undefined && !other.isOver) joinChannels(attempt, other)
        },
        fail(reason) {
          attempt.isOver = true
          events.closed(reason)
        },
        destroy() {
          attempt.isOver = true
        },
      }
      attempts.push(attempt)
      if (initiator) time.afterTask(() => events.signal({ type: 'offer', sdp }))
      return attempt
    }

  let instances = 0
  const world: World = {
    time,
    attempts,
    sent,
    losesSignals: false,
    blocksConnections: false,
    relays: false,
    relayed: [],
    tamper: bytes => [bytes],
    loadRelay: means => means,
    dice: 1,
    tell,
    kill: replica => leave(replica.peer.instance),
    join(node, options = {}) {
      instances += 1
      const { instance = `${node}${instances}`, ensemble = 'ensemble', hasRtc = true } = options
      const peer: Peer = { node: nodeId(node), ensemble: ensembleId(ensemble), instance }
      const log: string[] = []
      const events: TransportEvent[] = []
      const foreign: TransportEvent[] = []
      let pathsLost = 0
      const dial = dialOf(node)
      const laneWorld = { timers: time, afterTask: time.afterTask }
      const mesh = createMesh({
        self: peer,
        signaling: signalingOf(peer),
        rtcMeans: hasRtc ? () => ({ dial, openLanes: lanesInPage(laneWorld) }) : undefined,
        relayMeans: of => world.loadRelay(relayMeans(laneWorld, of)),
        timers: time,
        random: () => world.dice,
        onPathLost: () => {
          pathsLost += 1
        },
        sink(event) {
          if (event.type === 'foreign') return void foreign.push(event)
          events.push(event)
          log.push(`${event.type} ${event.peer}${event.type === 'frame' ? ` ${event.bytes}` : ''}`)
        },
      })
      return { peer, mesh, log, events, foreign, pathsLost: () => pathsLost }
    },
  }
  return world
}

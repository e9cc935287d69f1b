/**
 * A transport between the tabs of one browser, over a BroadcastChannel. Who is there is known by hello and bye; nothing
 * here measures time, so a tab that is killed is `up` until something else notices (a released lock, heartbeats).
 *
 *   a   hello ------------------>  b        a opened; whoever hears it answers
 *   a  <------------------ hello   b        to a alone, and is not answered
 *   a  <----- frames -----------> b        seen by every tab, taken by the one they are for
 *   a   bye -------------------->  b
 *
 * Every opening of a transport is an instance with a random name. A hello of a node's new instance ends the connection
 * to its old one, and what was meant for an old instance does not reach the new.
 */
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { foreignEnsemblesMax, tabsMax } from '../../logic/base/limits.ts'
import { aNodeId, anEnsembleId, anId, known, orNull, record, union } from '../../logic/base/shape.ts'
import type { Endpoint, Transport, TransportEvent } from './contract.ts'
import { isFrame, ownBuffer } from './parse-event.ts'

export interface BroadcastOptions {
  /** Only transports of the same room hear each other; those of other ensembles in it are told of, and not connected. */
  readonly room: string
}

/** What crosses the channel. `from` and `to` are instances; no `to` means everybody. */
type Broadcast =
  | { readonly type: 'hello'; readonly from: string; readonly to: string | null }
  | { readonly type: 'bye'; readonly from: string }
  | { readonly type: 'frame'; readonly from: string; readonly to: string; readonly bytes: Uint8Array }

type Stamped = Broadcast & { readonly ensemble: EnsembleId; readonly node: NodeId }

interface Peer {
  readonly instance: string
  readonly connection: number
}

/** A transport to the other tabs that opened the same room. Lanes share one channel; frames over `frameBytesMax` are dropped. */
export function broadcastTransport({ room }: BroadcastOptions): Transport {
  const instance = crypto.randomUUID()
  /** Who was not heard longest first. */
  const peers = new Map<NodeId, Peer>()
  let running: { readonly channel: BroadcastChannel; readonly self: Endpoint } | null = null
  const foreign = new Set<EnsembleId>()
  let connections = 0
  let closed = false

  const post = (message: Broadcast) => {
    if (running === null) return
    const { channel, self } = running
    try {
      channel.postMessage({ ...message, ensemble: self.ensemble, node: self.node } satisfies Stamped)
    } catch {
      // A frame whose bytes were transferred away: lost, as a transport may.
    }
  }

  const heard = (node: NodeId, peer: Peer) => {
    peers.delete(node)
    peers.set(node, peer)
  }

  const receive = (message: Stamped, sink: (event: TransportEvent) => void) => {
    // What the sink is told may make it close the transport.
    const tell = (event: TransportEvent) => {
      if (!closed) sink(event)
    }
    const peer = peers.get(message.node)
    switch (message.type) {
      case 'hello':
        if (message.to !== null && message.to !== instance) return
        // The answer leaves before anything that the sink sends, so that the peer knows whom it hears.
        if (message.to === null) post({ type: 'hello', from: instance, to: message.from })
        if (peer?.instance === message.from) return
        if (peer !== undefined) tell({ type: 'down', peer: message.node, connection: peer.connection })
        connections++
        heard(message.node, { instance: message.from, connection: connections })
        tell({ type: 'up', peer: message.node, connection: connections })
        for (const [node, { connection }] of peers) {
          if (peers.size <= tabsMax) break
          peers.delete(node)
          tell({ type: 'down', peer: node, connection })
        }
        return
      case 'bye':
        if (peer?.instance !== message.from) return
        peers.delete(message.node)
        tell({ type: 'down', peer: message.node, connection: peer.connection })
        return
      case 'frame':
        if (message.to !== instance) return
        if (peer?.instance === message.from) {
          const { connection } = peer
          heard(message.node, peer)
          tell({ type: 'frame', peer: message.node, connection, bytes: message.bytes })
        } else post({ type: 'hello', from: instance, to: null })
        return
    }
  }

  /** Shows itself to a replica of another ensemble, as that one did, and tells of it. */
  const meetForeign = (message: Stamped, sink: (event: TransportEvent) => void) => {
    if (message.type !== 'hello' || (message.to !== null && message.to !== instance)) return
    if (message.to === null) post({ type: 'hello', from: instance, to: message.from })
    if (foreign.has(message.ensemble) || foreign.size >= foreignEnsemblesMax) return
    foreign.add(message.ensemble)
    sink({ type: 'foreign', peer: message.node, ensemble: message.ensemble })
  }

  return {
    start(self, sink) {
      if (closed || running !== null) return
      const channel = new BroadcastChannel(`peerkeeper:${room}`)
      running = { channel, self }
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = aStamped(data)
        if (closed || message === undefined) return
        if (message.ensemble !== self.ensemble) return meetForeign(message, sink)
        if (message.node === self.node) return
        receive(message, sink)
      }
      post({ type: 'hello', from: instance, to: null })
    },
    // Connections are names in a table here: all are connected.
    want: () => undefined,
    send(peer, _lane, bytes) {
      const to = peers.get(peer)?.instance
      if (closed || to === undefined || !isFrame(bytes)) return
      post({ type: 'frame', from: instance, to, bytes: ownBuffer(bytes) })
    },
    // It lives in the worker, whose end is not foretold.
    lastWords: () => undefined,
    close() {
      if (closed) return
      post({ type: 'bye', from: instance })
      closed = true
      running?.channel.close()
    },
  }
}

const stamp = { ensemble: anEnsembleId, node: aNodeId, from: anId }

/** A message of another tab. Tabs may run another version of the app. */
const aStamped = union<Stamped>({
  hello: record({ ...stamp, to: orNull(anId) }),
  bye: record(stamp),
  frame: record({ ...stamp, to: anId, bytes: known(isFrame) }),
})

/**
 * A link to every node of the same ensemble that signaling tells of. Owns the set of links and hands each event of signaling
 * to the link it is about. Does not know channels, attempts, or the worker.
 */
import {
  type EnsembleId,
  foreignEnsemblesMax,
  type Lane,
  type NodeId,
  type Timers,
  type TransportEvent,
} from '@peerkeeper/core/transport'
import { linksMax } from '../wire/limits.ts'
import { encodeLinkSignal, parseLinkSignal } from '../wire/link-signal.ts'
import type { Dial } from './link/dial.ts'
import type { OpenLanes } from './link/lanes.ts'
import { createLink, type Link, type LinkContext } from './link/link.ts'
import type { Peer, Signaling } from './signaling/contract.ts'

export interface MeshOptions {
  readonly self: Peer
  readonly signaling: Signaling
  readonly dial: Dial
  readonly openLanes: OpenLanes
  readonly timers: Timers
  readonly random: () => number
  readonly sink: (event: TransportEvent) => void
}

export interface Mesh {
  /** The links that are up, or that may come up. */
  links(): ReadonlyMap<NodeId, Link>
  /** Sends, or drops when there is no connection. Never throws. */
  send(peer: NodeId, lane: Lane, bytes: Uint8Array): void
  /** What `peer` is to hear last over its present connection. */
  lastWords(peer: NodeId, bytes: Uint8Array): void
  /** Says the last words to all peers, then closes. */
  farewell(): void
  /** Leaves signaling and closes all links; peers see their channels close. Idempotent; no event comes after it. */
  close(): void
}

export function createMesh(options: MeshOptions): Mesh {
  const { self, signaling, sink } = options
  const links = new Map<NodeId, Link>()
  const foreign = new Set<EnsembleId>()
  let lastNumber = 0
  let isClosed = false

  const context: LinkContext = {
    self: self.node,
    dial: options.dial,
    openLanes: options.openLanes,
    timers: options.timers,
    random: options.random,
    nextNumber() {
      lastNumber += 1
      return lastNumber
    },
    signal(instance, signal) {
      if (!isClosed) signaling.send(instance, encodeLinkSignal(signal))
    },
  }

  /** The link to `peer`, made when there is none; undefined when it is not one to connect to. */
  function linkTo(peer: Peer): Link | undefined {
    if (peer.node === self.node) return undefined
    if (peer.ensemble !== self.ensemble) {
      reportForeign(peer)
      return undefined
    }
    const known = links.get(peer.node)
    if (known !== undefined || links.size >= linksMax) return known
    const { node } = peer
    const link = createLink(context, node, {
      up: connection => sink({ type: 'up', peer: node, connection }),
      down(connection) {
        sink({ type: 'down', peer: node, connection })
      },
      frame: (connection, bytes) => sink({ type: 'frame', peer: node, connection, bytes }),
    })
    links.set(node, link)
    return link
  }

  function reportForeign(peer: Peer): void {
    if (foreign.has(peer.ensemble) || foreign.size >= foreignEnsemblesMax) return
    foreign.add(peer.ensemble)
    sink({ type: 'foreign', peer: peer.node, ensemble: peer.ensemble })
  }

  function forgetIdle(): void {
    for (const [node, link] of links) if (link.isIdle) links.delete(node)
  }

  signaling.join(self, event => {
    if (isClosed) return
    switch (event.type) {
      case 'peer':
        forgetIdle()
        return linkTo(event.peer)?.announced(event.peer.instance)
      case 'left':
        for (const link of links.values()) link.left(event.instance)
        return forgetIdle()
      case 'signal': {
        const signal = parseLinkSignal(event.data)
        if (signal !== undefined) linkTo(event.from)?.signalled(event.from.instance, signal)
        return
      }
      case 'relayed':
    }
  })

  function close(): void {
    if (isClosed) return
    isClosed = true
    signaling.leave()
    for (const link of links.values()) link.close()
    links.clear()
  }

  return {
    links() {
      forgetIdle()
      return links
    },
    send(peer, lane, bytes) {
      links.get(peer)?.send(lane, bytes)
    },
    lastWords(peer, bytes) {
      links.get(peer)?.lastWords(bytes)
    },
    farewell() {
      for (const link of links.values()) link.farewell()
      close()
    },
    close,
  }
}

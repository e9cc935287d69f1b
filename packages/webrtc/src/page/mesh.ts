/**
 * The links to nodes of the same ensemble that signaling tells of. Owns the set of links and hands each event of signaling
 * to the link it is about; which ones there are to be is for wishes.ts to say. Does not know channels, attempts, or the worker.
 */
import {
  type EnsembleId,
  foreignEnsemblesMax,
  type Lane,
  type NodeId,
  type TransportEvent,
  type Wanted,
} from '@peerkeeper/core/transport'
import { linksMax, relayFlushMs } from '../wire/limits.ts'
import {
  type AttemptSignal,
  encodeLinkSignal,
  type LinkSignal,
  parseLinkSignal,
} from '../wire/link-signal.ts'
import { createLink, type Link, type LinkContext, type Way } from './link/link.ts'
import type { NetworkHint } from './network-hints.ts'
import type { Peer, Signaling } from './signaling/contract.ts'
import { createWishes } from './wishes.ts'

export interface MeshOptions
  extends Pick<LinkContext, 'self' | 'rtcMeans' | 'relayMeans' | 'timers' | 'random'> {
  readonly signaling: Signaling
  /** `way` is that of the connection that the event is about. */
  readonly sink: (event: TransportEvent, way?: Way) => void
  /** Told when a path was lost that had stood. */
  readonly onPathLost?: () => void
}

export interface Mesh {
  /** The links that are up, or that may come up. */
  links(): ReadonlyMap<NodeId, Link>
  /** Whom the replica wants from now on; everybody until this is called first. */
  want(wanted: Wanted): void
  isWanted(peer: NodeId): boolean
  /** Sends, or drops when there is no connection. Never throws. */
  send(peer: NodeId, lane: Lane, bytes: Uint8Array): void
  /** What `peer` is to hear last over its present connection. */
  lastWords(peer: NodeId, bytes: Uint8Array): void
  /** The network may have changed: links that stand must show it, those that wait do so no longer. */
  wake(hint: NetworkHint): void
  /** Says the last words to all peers, then closes. */
  farewell(): void
  /**
   * Closes all links; peers see their channels close. Leaves signaling, at once or, where the relay has yet to bring what it was
   * given before, when that has left: relayFlushMs later at most. Resolves then. Idempotent; no event comes after it.
   */
  close(): Promise<void>
}

export function createMesh(options: MeshOptions): Mesh {
  const { self, signaling, sink } = options
  const links = new Map<NodeId, Link>()
  /** The connections that the sink was told of and that stand. */
  const standing = new Map<NodeId, Map<number, Way>>()
  const foreign = new Set<EnsembleId>()
  /** What the relay was given before it was given up, and that has not left yet. */
  const flushing = new Set<Promise<void>>()
  let closing: Promise<void> | undefined
  let lastNumber = 0
  let isClosed = false

  const context: LinkContext = {
    ...options,
    relay: signaling.relay,
    nextNumber() {
      lastNumber += 1
      return lastNumber
    },
    signal,
    flushing(until) {
      flushing.add(until)
      until.finally(() => flushing.delete(until)).catch(() => undefined)
    },
  }

  function signal(instance: string, about: LinkSignal): void {
    if (!isClosed) signaling.send(instance, encodeLinkSignal(about))
  }

  /** The link to `peer`, which is of this ensemble; made when there is none; undefined when there are too many. */
  function linkTo(peer: Peer): Link | undefined {
    const known = links.get(peer.node)
    if (known !== undefined || links.size >= linksMax) return known
    const { node } = peer
    const link = createLink(context, node, {
      up(connection, way) {
        standing.set(node, (standing.get(node) ?? new Map()).set(connection, way))
        sink({ type: 'up', peer: node, connection }, way)
        wishes.changed()
      },
      down(connection, way) {
        standing.get(node)?.delete(connection)
        sink({ type: 'down', peer: node, connection }, way)
        wishes.changed()
        if (link.reasonCode === 'PathLost') options.onPathLost?.()
      },
      frame: (connection, bytes, way) => sink({ type: 'frame', peer: node, connection, bytes }, way),
    })
    links.set(node, link)
    return link
  }

  function reportForeign(peer: Peer): void {
    if (foreign.has(peer.ensemble) || foreign.size >= foreignEnsemblesMax) return
    foreign.add(peer.ensemble)
    sink({ type: 'foreign', peer: peer.node, ensemble: peer.ensemble })
  }

  const wishes = createWishes({
    self: self.node,
    timers: options.timers,
    random: options.random,
    links,
    linkTo,
    end(node) {
      links.get(node)?.close()
      links.delete(node)
      const ended = standing.get(node) ?? []
      standing.delete(node)
      for (const [connection, way] of ended) sink({ type: 'down', peer: node, connection }, way)
    },
    signal,
  })

  function forgetIdle(): void {
    for (const [node, link] of links) if (link.isIdle) links.delete(node)
  }

  signaling.join(self, event => {
    if (isClosed) return
    switch (event.type) {
      case 'peer':
        forgetIdle()
        return announced(event.peer)
      case 'left':
        for (const link of links.values()) link.left(event.instance)
        wishes.left(event.instance)
        return forgetIdle()
      case 'signal':
        return signalled(event.from, parseLinkSignal(event.data))
      case 'relayed':
        for (const link of links.values()) link.relayed(event.instance, event.bytes)
    }
  })

  function announced(peer: Peer): void {
    if (peer.node === self.node) return
    if (peer.ensemble === self.ensemble) wishes.announced(peer)
    else reportForeign(peer)
  }

  function signalled(from: Peer, signal: LinkSignal | undefined): void {
    if (signal === undefined || from.node === self.node) return
    if (from.ensemble !== self.ensemble) return reportForeign(from)
    switch (signal.type) {
      case 'ask':
        // Its end does not stand. Where ours does, it may not for long.
        links.get(from.node)?.wake('lost')
        return wishes.heard(from, signal)
      case 'release':
        return wishes.heard(from, signal)
      case 'rtc':
      case 'relay':
      case 'gone':
        return aboutLink(from, signal)
    }
  }

  /** An offer makes a link where there is none; what else is said is late, or about one that is no more. */
  function aboutLink(from: Peer, signal: AttemptSignal): void {
    const isOffer = signal.type !== 'gone' && signal.signal.type === 'offer' && from.node < self.node
    const link = isOffer ? linkTo(from) : links.get(from.node)
    link?.signalled(from.instance, signal)
    if (isOffer) wishes.touched(from.node)
  }

  function close(): Promise<void> {
    if (!isClosed) end()
    closing ??= leave()
    return closing
  }

  async function leave(): Promise<void> {
    if (flushing.size > 0)
      await new Promise<void>(resolve => {
        const cancel = options.timers.after(relayFlushMs, resolve)
        void Promise.allSettled(flushing).then(() => {
          cancel()
          resolve()
        })
      })
    signaling.leave()
  }

  function end(): void {
    isClosed = true
    wishes.close()
    for (const link of links.values()) link.close()
    links.clear()
  }

  return {
    links() {
      forgetIdle()
      return links
    },
    want(wanted) {
      if (!isClosed) wishes.want(wanted)
    },
    isWanted: peer => wishes.isWanted(peer),
    send(peer, lane, bytes) {
      links.get(peer)?.send(lane, bytes)
    },
    lastWords(peer, bytes) {
      links.get(peer)?.lastWords(bytes)
    },
    wake(hint) {
      for (const link of links.values()) link.wake(hint)
    },
    farewell() {
      if (isClosed) return
      for (const link of links.values()) link.farewell()
      end()
      signaling.leave()
    },
    close,
  }
}

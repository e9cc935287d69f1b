/**
 * Several ways of signaling as one: a peer is there while any of them tells of it. So tabs find each other without a server,
 * and devices through one or several. Ways can come and go while it runs. Carries signals unread.
 */
import type { Peer, Relay, Signaling, SignalingEvent } from './contract.ts'
import { relayOf } from './late.ts'
import { sumOfRefusals } from './refusals.ts'

export interface CombinedSignaling extends Signaling {
  /** Joins by `way` too, from now on. It belongs to this signaling: it is left when this one is. Once for each way. */
  add(way: Signaling): void
  /** Leaves `way`, for good; whoever was there only by it counts as left. Nothing happens when it is none of the ways. */
  remove(way: Signaling): void
}

/**
 * Signaling by all `ways` at once. A peer that several tell of is the same peer, by its instance: it is announced whenever one
 * tells of it, and left when the last one lost it. It is written to by the way that told of it first, for as long as that one
 * does, so that messages keep their order; bytes go by the way that told of it first of those that bring them.
 */
export function combineSignaling(ways: readonly Signaling[]): CombinedSignaling {
  const all = new Set(ways)
  /** By which ways each instance can be reached, in the order in which they told of it. Invariant: no set is empty. */
  const reach = new Map<string, Set<Signaling>>()
  let joined: { readonly self: Peer; readonly sink: (event: SignalingEvent) => void } | undefined
  let isOver = false

  function heard(way: Signaling, event: SignalingEvent, sink: (event: SignalingEvent) => void): void {
    if (isOver || !all.has(way)) return
    switch (event.type) {
      case 'peer':
        reached(event.peer.instance, way)
        return sink(event)
      case 'left':
        return lost(event.instance, way)
      case 'signal':
        reached(event.from.instance, way)
        return sink(event)
      case 'relayed':
        return sink(event)
    }
  }

  function reached(instance: string, way: Signaling): void {
    const known = reach.get(instance)
    if (known === undefined) reach.set(instance, new Set([way]))
    else known.add(way)
  }

  function lost(instance: string, way: Signaling): void {
    const known = reach.get(instance)
    if (!known?.delete(way) || known.size > 0) return
    reach.delete(instance)
    joined?.sink({ type: 'left', instance })
  }

  function relayTo(instance: string): Relay | undefined {
    for (const { relay } of reach.get(instance) ?? []) if (relay?.reaches(instance)) return relay
    return undefined
  }

  function join(way: Signaling): void {
    if (joined === undefined) return
    const { self, sink } = joined
    way.join(self, event => heard(way, event, sink))
  }

  return {
    join(self, sink) {
      if (isOver || joined !== undefined) return
      joined = { self, sink }
      for (const way of [...all]) join(way)
    },
    send(instance, data) {
      for (const way of reach.get(instance) ?? []) return way.send(instance, data)
    },
    relay: relayOf(relayTo),
    add(way) {
      if (isOver || all.has(way)) return
      all.add(way)
      join(way)
    },
    remove(way) {
      if (isOver || !all.has(way)) return
      way.leave()
      for (const instance of [...reach.keys()]) lost(instance, way)
      all.delete(way)
    },
    refused: () => sumOfRefusals([...all].map(way => way.refused?.())),
    leave() {
      if (isOver) return
      isOver = true
      for (const way of all) way.leave()
      reach.clear()
    },
  }
}

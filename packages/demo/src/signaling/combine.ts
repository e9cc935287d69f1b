/**
 * Several ways of signaling as one: a peer is there while any of them tells of it, and is written to by the first that
 * does. So tabs find each other without a server, and devices through one.
 */
import type { Signaling, SignalingEvent } from '@peerkeeper/webrtc'

export function combineSignaling(ways: readonly Signaling[]): Signaling {
  /** By which ways each instance can be reached, in the order of `ways`. */
  const reach = new Map<string, ReadonlySet<Signaling>>()

  function heard(way: Signaling, event: SignalingEvent, sink: (event: SignalingEvent) => void): void {
    switch (event.type) {
      case 'peer':
        add(event.peer.instance, way)
        return sink(event)
      case 'left':
        return remove(event.instance, way) ? sink(event) : undefined
      case 'signal':
        add(event.from.instance, way)
        return sink(event)
    }
  }

  function add(instance: string, way: Signaling): void {
    const known = reach.get(instance)
    if (!known?.has(way)) reach.set(instance, new Set(ways.filter(each => each === way || known?.has(each))))
  }

  /** True when `way` was the last one. */
  function remove(instance: string, way: Signaling): boolean {
    const known = reach.get(instance)
    if (!known?.has(way)) return false
    const others = new Set([...known].filter(each => each !== way))
    if (others.size > 0) reach.set(instance, others)
    else reach.delete(instance)
    return others.size === 0
  }

  return {
    join(self, sink) {
      for (const way of ways) way.join(self, event => heard(way, event, sink))
    },
    send(instance, data) {
      for (const way of reach.get(instance) ?? []) return way.send(instance, data)
    },
    leave() {
      for (const way of ways) way.leave()
    },
  }
}

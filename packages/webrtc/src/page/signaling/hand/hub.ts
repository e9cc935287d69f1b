/**
 * Who is reached by whom, among devices that met by hand: each tells those that it met of itself and of the others that it reaches,
 * and passes signals on between them. So who met one, met all, over at most `handHopsMax` others. The way is the shortest
 * one that is known (distance vectors, split horizon; the bound on hops ends what two might tell each other for ever).
 *
 * Pure: does not know channels. That a signal is really from whom it names is not its business either: see who wraps this.
 */
import { handHopsMax, handPeersMax } from '../../../wire/limits.ts'
import type { Peer, SignalingEvent } from '../contract.ts'
import type { PresenceMessage } from '../presence.ts'

/** A device met by hand, for as long as its channel lives. */
export interface Neighbour {
  /** Brings `message` to it, or loses a signal. */
  tell(message: PresenceMessage): void
}

export interface Hub {
  /** From now on others hear of `self`, and `sink` of them. Once. */
  join(self: Peer, sink: (event: SignalingEvent) => void): void
  opened(neighbour: Neighbour): void
  ended(neighbour: Neighbour): void
  heard(neighbour: Neighbour, message: PresenceMessage): void
  send(instance: string, data: string): void
}

interface Route {
  readonly peer: Peer
  /** How many pass on what goes this way. */
  readonly hops: number
}

interface Known {
  /** What it told that it reaches, itself too. */
  readonly routes: Map<string, Route>
  /** What it was told last of each instance: over how many hops. */
  readonly told: Map<string, Route>
}

export function createHub(): Hub {
  const neighbours = new Map<Neighbour, Known>()
  let joined: { readonly self: Peer; readonly sink: (event: SignalingEvent) => void } | undefined

  /** The shortest way to `instance`; of several that are, the oldest. `except` is not gone through. */
  function wayTo(instance: string, except?: Neighbour): (Route & { readonly over: Neighbour }) | undefined {
    let best: (Route & { readonly over: Neighbour }) | undefined
    for (const [over, { routes }] of neighbours) {
      const route = over === except ? undefined : routes.get(instance)
      if (route !== undefined && (best === undefined || route.hops < best.hops)) best = { ...route, over }
    }
    return best
  }

  /** What `neighbour` is to know of `instance`. */
  function wordFor(neighbour: Neighbour, instance: string): Route | undefined {
    if (instance === joined?.self.instance) return { peer: joined.self, hops: 0 }
    const way = wayTo(instance, neighbour)
    return way !== undefined && way.hops < handHopsMax ? { peer: way.peer, hops: way.hops + 1 } : undefined
  }

  function tellOf(instance: string): void {
    for (const [neighbour, { told }] of neighbours) {
      const before = told.get(instance)
      const word = wordFor(neighbour, instance)
      if (word === undefined && before !== undefined) {
        told.delete(instance)
        neighbour.tell({ type: 'bye', from: before.peer })
      } else if (word !== undefined && word.hops !== before?.hops) {
        told.set(instance, word)
        neighbour.tell({ type: 'here', from: word.peer, hops: word.hops })
      }
    }
  }

  function lost(neighbour: Neighbour, instance: string): void {
    if (!neighbours.get(neighbour)?.routes.delete(instance)) return
    if (wayTo(instance) === undefined) joined?.sink({ type: 'left', instance })
    tellOf(instance)
  }

  function reached(neighbour: Neighbour, peer: Peer, hops: number): void {
    const { instance } = peer
    const routes = neighbours.get(neighbour)?.routes
    if (routes === undefined || instance === joined?.self.instance || hops > handHopsMax) return
    if (!routes.has(instance) && routes.size >= handPeersMax) return
    routes.set(instance, { peer, hops })
    joined?.sink({ type: 'peer', peer })
    tellOf(instance)
  }

  function passOn(neighbour: Neighbour, message: Extract<PresenceMessage, { type: 'signal' }>): void {
    const { to, data, hops } = message
    const from = neighbours.get(neighbour)?.routes.get(message.from.instance)?.peer
    if (from === undefined) return
    if (to === joined?.self.instance) return joined.sink({ type: 'signal', from, data })
    if (hops < handHopsMax)
      wayTo(to, neighbour)?.over.tell({ type: 'signal', from, to, data, hops: hops + 1 })
  }

  const instances = () => new Set([...neighbours.values()].flatMap(({ routes }) => [...routes.keys()]))

  return {
    join(self, sink) {
      if (joined !== undefined) return
      for (const { routes } of neighbours.values()) routes.delete(self.instance)
      joined = { self, sink }
      for (const instance of instances()) {
        const way = wayTo(instance)
        if (way !== undefined) sink({ type: 'peer', peer: way.peer })
      }
      tellOf(self.instance)
    },
    opened(neighbour) {
      if (neighbours.has(neighbour)) return
      neighbours.set(neighbour, { routes: new Map(), told: new Map() })
      if (joined !== undefined) tellOf(joined.self.instance)
      for (const instance of instances()) tellOf(instance)
    },
    ended(neighbour) {
      const known = neighbours.get(neighbour)
      if (known === undefined) return
      neighbours.delete(neighbour)
      for (const instance of known.routes.keys()) {
        if (wayTo(instance) === undefined) joined?.sink({ type: 'left', instance })
        tellOf(instance)
      }
    },
    heard(neighbour, message) {
      switch (message.type) {
        case 'hello':
          return reached(neighbour, message.from, 0)
        case 'here':
          return reached(neighbour, message.from, message.hops)
        case 'bye':
          return lost(neighbour, message.from.instance)
        case 'signal':
          return passOn(neighbour, message)
      }
    },
    send(instance, data) {
      if (joined === undefined) return
      const { self } = joined
      wayTo(instance)?.over.tell({ type: 'signal', from: self, to: instance, data, hops: 0 })
    },
  }
}

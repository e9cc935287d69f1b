/**
 * The ways between the replicas of a virtual world, over the simulator's network: who is connected to whom, by which
 * connection. As with WebRTC nobody is told at once of a peer that died or is cut off: the connection is given up after
 * seconds, and made again when the two reach each other. Does not know what the frames mean.
 */
import type { Endpoint, Transport, TransportEvent } from '../../host/transport/contract.ts'
import { hashBytes } from '../../logic/base/hash.ts'
import type { NodeId } from '../../logic/base/ids.ts'
import type { Chance } from '../../sim/chance.ts'
import { Network, noNetworkFaults, type Route } from '../../sim/network.ts'
import type { Trace } from '../../sim/trace.ts'
import type { VirtualProcess } from './process.ts'
import type { VirtualTime } from './time.ts'

/** Connections are looked after this often. Milliseconds. */
const lookMs = 1_000

/** A connection that carries nothing is given up at the so-manieth look: some five seconds, as by consent of ICE. */
const brokenLooksMax = 5

/** To make a connection. Milliseconds. */
const connectMsMax = 20

interface Frame extends Route {
  readonly connection: number
  readonly bytes: Uint8Array
}

interface Station extends Endpoint {
  readonly process: VirtualProcess
  readonly sink: (event: TransportEvent) => void
  /** The connection to each peer that is connected. */
  readonly connections: Map<NodeId, number>
}

export interface MeshOptions {
  readonly time: VirtualTime
  readonly trace: Trace
  readonly chance: Chance
}

export class Mesh {
  readonly network: Network<Frame>
  readonly #time: VirtualTime
  readonly #trace: Trace
  readonly #chance: Chance
  readonly #stations = new Map<NodeId, Station>()
  /** At how many looks in a row each pair's connection carried nothing. */
  readonly #broken = new Map<string, number>()
  #connections = 0

  constructor({ time, trace, chance }: MeshOptions) {
    this.#time = time
    this.#trace = trace
    this.#chance = chance
    this.network = new Network(time.clock, chance, noNetworkFaults, frame => this.#arrive(frame))
    const look = () => {
      this.#look()
      time.clock.after(lookMs, look)
    }
    time.clock.after(lookMs, look)
  }

  /** A transport for whatever runs in `process`. */
  transport(process: VirtualProcess): Transport {
    let own: Station | null = null
    return {
      start: (self, sink) => {
        own = { ...self, process, sink, connections: new Map() }
        this.#enter(own)
      },
      send: (to, _lane, bytes) => {
        const connection = own?.connections.get(to)
        if (own === null || connection === undefined || process.isDead) return
        this.network.send({ from: own.node, to, connection, bytes })
      },
      // Each is connected to all.
      want: () => undefined,
      lastWords: () => undefined,
      close: () => {
        if (own === null || this.#stations.get(own.node) !== own || process.isDead) return
        this.#stations.delete(own.node)
        for (const peer of own.connections.keys()) this.#goodbye(peer, own)
      },
    }
  }

  #enter(station: Station): void {
    this.#stations.delete(station.node)
    for (const other of this.#stations.values()) {
      // From an earlier life of the same replica, of whose end nobody was told.
      this.#disconnect(other.node, station.node)
      this.#connectSoon(station, other)
    }
    this.#stations.set(station.node, station)
  }

  #connectSoon(a: Station, b: Station): void {
    if (a.ensemble !== b.ensemble) return
    this.#time.clock.after(this.#chance.between(1, connectMsMax), () => {
      if (!this.#isHere(a) || !this.#isHere(b) || !this.#isWhole(a, b)) return
      if (a.process.isFrozen || b.process.isFrozen || a.connections.has(b.node)) return
      const connection = ++this.#connections
      a.connections.set(b.node, connection)
      b.connections.set(a.node, connection)
      for (const [station, peer] of [
        [a, b.node],
        [b, a.node],
      ] as const) {
        this.#trace.note(station.node, `connected to ${peer}`)
        station.process.whenAwake(() => station.sink({ type: 'up', peer, connection }))
      }
    })
  }

  #look(): void {
    const stations = [...this.#stations.values()]
    for (const [index, a] of stations.entries())
      for (const b of stations.slice(index + 1)) {
        const pair = `${a.node} ${b.node}`
        const isBroken = a.process.isDead || b.process.isDead || !this.#isWhole(a, b)
        const looks = isBroken ? (this.#broken.get(pair) ?? 0) + 1 : 0
        this.#broken.set(pair, looks)
        if (looks === brokenLooksMax) {
          this.#disconnect(a.node, b.node)
          this.#disconnect(b.node, a.node)
        } else if (looks === 0 && !a.connections.has(b.node)) this.#connectSoon(a, b)
      }
  }

  /** `peer` hears that the station left. */
  #goodbye(peer: NodeId, { node }: Station): void {
    this.#time.clock.after(this.#chance.between(1, connectMsMax), () => {
      if (!this.#stations.has(node)) this.#disconnect(peer, node)
    })
  }

  #disconnect(node: NodeId, peer: NodeId): void {
    const station = this.#stations.get(node)
    const connection = station?.connections.get(peer)
    if (station === undefined || connection === undefined) return
    station.connections.delete(peer)
    this.#trace.note(node, `disconnected from ${peer}`)
    station.process.whenAwake(() => station.sink({ type: 'down', peer, connection }))
  }

  #arrive({ from, to, connection, bytes }: Frame): void {
    const station = this.#stations.get(to)
    if (station === undefined || station.connections.get(from) !== connection) return
    this.#trace.note(to, `frame ${hashBytes(bytes)}`, () => `of ${bytes.length} bytes from ${from}`)
    station.process.whenAwake(() => {
      // What is told of a connection that ended meanwhile is nobody's.
      if (station.connections.get(from) === connection)
        station.sink({ type: 'frame', peer: from, connection, bytes })
    })
  }

  #isHere(station: Station): boolean {
    return this.#stations.get(station.node) === station && !station.process.isDead
  }

  #isWhole(a: Station, b: Station): boolean {
    return this.network.isUp(a.node, b.node) && this.network.isUp(b.node, a.node)
  }
}

/**
 * How frames get to peers and from them: over a connection of a transport, or, where there is none, by a third that has one
 * with both. Owns the connections, what neighbours say of theirs, and the wishes that transports are told. A peer that is
 * reached either way is connected, as far as anybody else is concerned.
 */
import type { Codec } from '../../logic/base/codec.ts'
import type { NodeId } from '../../logic/base/ids.ts'
import { garbageFramesMax } from '../../logic/base/limits.ts'
import { type Members, Neighbours } from '../../logic/topology/neighbours.ts'
import { isSameWish, type Wanted } from '../../logic/topology/wanted.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import { encodeHostFrame, type HostFrame, type Signed } from '../../logic/wire/host-frame.ts'
import type { Proofs } from '../proofs.ts'
import type { Lane, Transport, TransportEvent } from '../transport/contract.ts'
import { laneOf, type Mail } from './mail.ts'
import { Passing, type PassingCounts } from './passing.ts'

export interface RoutesConfig {
  readonly self: NodeId
  readonly proofs: Proofs
  readonly codec: Codec
  readonly mail: Mail
  readonly transports: readonly Transport[]
  /** `peer` can be reached, or can be again. */
  connected(peer: NodeId): void
  disconnected(peer: NodeId): void
  /** Something of `peer` came; with no messages it is a sign of life. */
  heard(peer: NodeId, messages: readonly PeerMessage[]): void
}

/** What left over connections so far, of the replica's own and what it passed on. */
export interface Traffic {
  readonly frames: number
  readonly bytes: number
}

/** Over one transport; the number is the newest connection's. */
interface Route {
  readonly transport: Transport
  readonly connection: number
  /** Frames of it so far that were garbage. */
  garbage: number
}

export class Routes {
  readonly #config: RoutesConfig
  readonly #neighbours: Neighbours
  readonly #passing: Passing
  /** The connections to each peer that has any, the newest last. */
  readonly #direct = new Map<NodeId, readonly Route[]>()
  /** Those that were said to be connected. */
  readonly #told = new Set<NodeId>()
  #wanted: Wanted
  #sent: Traffic = { frames: 0, bytes: 0 }
  #isClosed = false

  constructor(config: RoutesConfig) {
    this.#config = config
    this.#neighbours = new Neighbours(config.self)
    this.#wanted = this.#neighbours.wanted
    this.#passing = new Passing({
      codec: config.codec,
      proofs: config.proofs,
      send: (to, signed) => this.#sendSigned(to, signed),
      receive: (author, frame) => this.#take(author, frame),
      drop: reason => void config.mail.drop(reason),
    })
  }

  /** Those with a connection of their own. */
  get linked(): readonly NodeId[] {
    return [...this.#direct.keys()]
  }

  /** Those that can be reached, either way. */
  get connected(): readonly NodeId[] {
    return [...this.#told]
  }

  get counts(): PassingCounts {
    return this.#passing.counts
  }

  get sent(): Traffic {
    return this.#sent
  }

  /** With whom this replica would be connected: what transports are to be told when they have started. */
  get wanted(): Wanted {
    return this.#wanted
  }

  /** Every connection that there is. */
  *connections(): Iterable<readonly [NodeId, Transport]> {
    for (const [peer, routes] of this.#direct) for (const { transport } of routes) yield [peer, transport]
  }

  onTransport(transport: Transport, event: Exclude<TransportEvent, { type: 'foreign' }>): void {
    const { peer, connection } = event
    const routes = this.#direct.get(peer) ?? []
    const others = routes.filter(route => route.transport !== transport)
    switch (event.type) {
      case 'up':
        this.#direct.set(peer, [...others, { transport, connection, garbage: 0 }])
        this.#neighbours.link(peer)
        this.#told.add(peer)
        this.#config.connected(peer)
        return this.#review()
      case 'down': {
        // That of an earlier connection says nothing of the present one.
        const isPresent = routes.some(
          route => route.transport === transport && route.connection === connection,
        )
        if (!isPresent) return
        if (others.length > 0) return void this.#direct.set(peer, others)
        this.#direct.delete(peer)
        this.#neighbours.unlink(peer)
        return this.#review()
      }
      case 'frame': {
        const route = routes.find(each => each.transport === transport)
        if (route !== undefined && route.garbage >= garbageFramesMax)
          return void this.#config.mail.drop('ignored')
        this.#neighbours.heard(peer)
        const before = this.#config.mail.garbage
        this.#take(peer, event.bytes, frame => this.#serve(peer, frame))
        if (route !== undefined) route.garbage += this.#config.mail.garbage - before
        return
      }
    }
  }

  /** Sends `bytes` over the newest connection, or by a third; or drops them. */
  post(to: NodeId, lane: Lane, bytes: Uint8Array): void {
    if (this.#direct.has(to)) this.#sendOver(to, lane, bytes)
    else if (this.#neighbours.thirdFor(to) !== null) this.#passing.pass(to, bytes)
  }

  /** Whether `peer` is to be shown a sign of life: who is reached by a third hears of voters only. */
  isShownLife(peer: NodeId): boolean {
    return this.#direct.has(peer) || this.#neighbours.isVoter
  }

  /** What the own log says of who belongs to the ensemble. */
  learn(members: Members): void {
    this.#neighbours.learn(members)
    this.#review()
  }

  tick(): void {
    this.#passing.tick()
    const told = this.#neighbours.tick()
    if (told.length === 0) return
    const { codec } = this.#config
    const { hint } = this.#neighbours
    for (const peer of told) {
      const bytes = encodeHostFrame(codec, { type: 'hint', ...hint })
      this.#sendOver(peer, 'control', bytes)
    }
  }

  /** Nothing is sent or told from now on. */
  close(): void {
    this.#isClosed = true
  }

  #take(peer: NodeId, bytes: Uint8Array, forHost?: (frame: HostFrame) => void): void {
    if (this.#isClosed) return
    this.#config.heard(peer, this.#config.mail.receive(peer, bytes, forHost))
  }

  /** What `peer` says to this host over its connection. */
  #serve(peer: NodeId, frame: HostFrame): void {
    switch (frame.type) {
      case 'hint':
        this.#neighbours.hear(peer, frame)
        return this.#review()
      case 'pass':
        return this.#passOn(peer, frame.to, frame.signed)
      case 'passed':
        return this.#passing.receive(frame.from, frame.signed)
    }
  }

  /** One hop, between two that are linked with this replica. */
  #passOn(author: NodeId, to: NodeId, signed: Signed): void {
    const { codec, mail } = this.#config
    if (!this.#direct.has(to)) return void mail.drop('noWay')
    if (!this.#passing.allows(author, signed)) return void mail.drop('tooMuch')
    const bytes = encodeHostFrame(codec, { type: 'passed', from: author, signed })
    this.#sendOver(to, laneOf(bytes), bytes)
  }

  #sendSigned(to: NodeId, signed: Signed): void {
    const third = this.#neighbours.thirdFor(to)
    if (third === null || this.#isClosed) return
    const bytes = encodeHostFrame(this.#config.codec, { type: 'pass', to, signed })
    this.#sendOver(third, laneOf(bytes), bytes)
  }

  /** Over the newest connection to `peer`; nothing where there is none. */
  #sendOver(peer: NodeId, lane: Lane, bytes: Uint8Array): void {
    const route = this.#direct.get(peer)?.at(-1)
    if (route === undefined) return
    const { frames, bytes: total } = this.#sent
    this.#sent = { frames: frames + 1, bytes: total + bytes.length }
    route.transport.send(peer, lane, bytes)
  }

  /** Who is reached by a third, and who is wanted, as of now. */
  #review(): void {
    const reached = new Set([...this.#direct.keys(), ...this.#neighbours.reached])
    for (const peer of [...this.#told]) {
      if (reached.has(peer)) continue
      this.#told.delete(peer)
      this.#config.disconnected(peer)
    }
    for (const peer of reached) {
      if (this.#told.has(peer)) continue
      this.#told.add(peer)
      this.#config.connected(peer)
    }
    const { wanted } = this.#neighbours
    if (isSameWish(wanted, this.#wanted)) return
    this.#wanted = wanted
    for (const transport of this.#config.transports) transport.want(wanted)
  }
}

/**
 * The network between replicas: frames are lost, repeated, delayed, overtaken, and held up for seconds; links are cut one
 * way or both. Says nothing when it does so. Unless frames are overtaken, each link keeps their order, as a data channel
 * does; copies come when they come. Where it is told to, frames go around a missing link by a third, one leg after the
 * other. Does not know what the frames mean.
 */
import type { NodeId } from '../logic/base/ids.ts'
import type { PeerMessage } from '../logic/wire/envelope.ts'
import type { Chance } from './chance.ts'
import type { Clock } from './clock.ts'
import type { Thirds } from './thirds.ts'

export interface NetworkFaults {
  /** 1 where nothing is said. */
  readonly delayMsMin?: number
  readonly delayMsMax: number
  readonly loss: number
  readonly repetition: number
  readonly stragglers: number
  /** Share of frames, 0 .. 1, that those after them overtake; null: none are, whatever their delay. */
  readonly overtaken: number | null
}

export const noNetworkFaults: NetworkFaults = {
  delayMsMax: 3,
  loss: 0,
  repetition: 0,
  stragglers: 0,
  overtaken: null,
}

export interface Route {
  readonly from: NodeId
  readonly to: NodeId
}

export interface Frame extends Route {
  readonly messages: readonly PeerMessage[]
}

export class Network<Carried extends Route = Frame> {
  readonly #clock: Clock
  readonly #chance: Chance
  readonly #arrive: (frame: Carried) => void
  /** Directed links that are cut, as `from>to`. */
  readonly #cut = new Set<string>()
  /** When the last frame of each link arrives. */
  readonly #arrivesAt = new Map<string, number>()
  faults: NetworkFaults
  /** Set, and frames without a link go by a third; else they are lost. */
  thirds: Thirds | null = null
  /** Whether a replica passes anything on at this moment. */
  isAwake: (node: NodeId) => boolean = () => true

  constructor(clock: Clock, chance: Chance, faults: NetworkFaults, arrive: (frame: Carried) => void) {
    this.#clock = clock
    this.#chance = chance
    this.faults = faults
    this.#arrive = arrive
  }

  send(frame: Carried): void {
    const { from, to } = frame
    if (this.isUp(from, to)) return this.#leg(from, to, () => this.#arrive(frame))
    const third = this.thirds?.between(from, to) ?? null
    if (third === null) return
    this.#leg(from, third, () => {
      if (this.isAwake(third) && this.isUp(third, to)) this.#leg(third, to, () => this.#arrive(frame))
    })
  }

  /** One link: what goes over it arrives, now or later, once or more often, or never. */
  #leg(from: NodeId, to: NodeId, arrive: () => void): void {
    const { loss, repetition, stragglers, delayMsMax } = this.faults
    const carry = (delayMs: number) =>
      this.#clock.after(delayMs, () => {
        if (this.isUp(from, to)) arrive()
      })
    if (loss === 0 || !this.#chance.happens(loss)) carry(this.#delayOf(from, to))
    if (repetition > 0 && this.#chance.happens(repetition)) carry(this.#chance.between(1, 4 * delayMsMax))
    if (stragglers > 0 && this.#chance.happens(stragglers)) carry(this.#chance.between(500, 8_000))
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(linkName(from, to))
  }

  /** All links are whole again, but those that there never are. */
  mend(): void {
    this.#cut.clear()
  }

  isUp(from: NodeId, to: NodeId): boolean {
    if (this.thirds?.isMissing(from, to)) return false
    return this.#cut.size === 0 || !this.#cut.has(linkName(from, to))
  }

  #delayOf(from: NodeId, to: NodeId): number {
    const { overtaken, delayMsMin = 1, delayMsMax } = this.faults
    const delayMs = this.#chance.between(delayMsMin, delayMsMax)
    if (overtaken !== null)
      return this.#chance.happens(overtaken) ? delayMs + this.#chance.between(1, 10 * delayMsMax) : delayMs
    const link = linkName(from, to)
    const at = Math.max(this.#clock.now + delayMs, this.#arrivesAt.get(link) ?? 0)
    this.#arrivesAt.set(link, at)
    return at - this.#clock.now
  }
}

const linkName = (from: NodeId, to: NodeId): string => `${from}>${to}`

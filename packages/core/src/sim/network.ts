/**
 * The network between replicas: frames are lost, repeated, delayed, hence reordered, and held up for seconds; links are
 * cut one way or both. Says nothing when it does so. Does not know what the frames mean.
 */
import type { NodeId } from '../logic/base/ids.ts'
import type { PeerMessage } from '../logic/wire/envelope.ts'
import type { Chance } from './chance.ts'
import type { Clock } from './clock.ts'

export interface NetworkFaults {
  readonly delayMsMax: number
  readonly loss: number
  readonly repetition: number
  readonly stragglers: number
}

export const noNetworkFaults: NetworkFaults = { delayMsMax: 3, loss: 0, repetition: 0, stragglers: 0 }

export interface Frame {
  readonly from: NodeId
  readonly to: NodeId
  readonly messages: readonly PeerMessage[]
}

export class Network {
  readonly #clock: Clock
  readonly #chance: Chance
  readonly #arrive: (frame: Frame) => void
  /** Directed links that are cut, as `from>to`. */
  readonly #cut = new Set<string>()
  faults: NetworkFaults

  constructor(clock: Clock, chance: Chance, faults: NetworkFaults, arrive: (frame: Frame) => void) {
    this.#clock = clock
    this.#chance = chance
    this.faults = faults
    this.#arrive = arrive
  }

  send(frame: Frame): void {
    const { loss, repetition, stragglers, delayMsMax } = this.faults
    if (!this.isUp(frame.from, frame.to)) return
    if (loss === 0 || !this.#chance.happens(loss)) this.#carry(frame, this.#chance.between(1, delayMsMax))
    if (repetition > 0 && this.#chance.happens(repetition))
      this.#carry(frame, this.#chance.between(1, 4 * delayMsMax))
    if (stragglers > 0 && this.#chance.happens(stragglers))
      this.#carry(frame, this.#chance.between(500, 8_000))
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from}>${to}`)
  }

  /** All links are whole again. */
  mend(): void {
    this.#cut.clear()
  }

  isUp(from: NodeId, to: NodeId): boolean {
    return this.#cut.size === 0 || !this.#cut.has(`${from}>${to}`)
  }

  #carry(frame: Frame, delayMs: number): void {
    this.#clock.after(delayMs, () => {
      if (this.isUp(frame.from, frame.to)) this.#arrive(frame)
    })
  }
}

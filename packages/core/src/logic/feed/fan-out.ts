/**
 * The side of a voter that has something to say to many: what its engine says to several at once goes to each feeder once, with
 * the names of those whom it feeds; what it says to one alone (what that one missed, a snapshot) goes there itself. Believes a
 * feeder for as long as it says that it feeds; in doubt everybody is spoken to directly.
 */
import type { NodeId } from '../base/ids.ts'
import { feedSilentTicks } from '../base/limits.ts'
import type { FeedMessage } from './messages.ts'

/** A message of the engine, or of this exchange, as it leaves. */
export interface Said {
  readonly to: NodeId
  readonly message: { readonly type: 'engine'; readonly message: unknown } | FeedMessage
}

export interface Outgoing {
  readonly to: NodeId
  readonly message: unknown
}

export const directly = ({ to, message }: Outgoing): Said => ({ to, message: { type: 'engine', message } })

export class FanOut {
  readonly #fedBy = new Map<NodeId, { readonly feeder: NodeId; ticksLeft: number }>()

  /** `feeder` says that it feeds these. */
  told(feeder: NodeId, observers: readonly NodeId[]): void {
    for (const node of observers) this.#fedBy.set(node, { feeder, ticksLeft: feedSilentTicks })
  }

  /** `feeder` is not there any more. */
  lost(feeder: NodeId): void {
    for (const [node, fed] of this.#fedBy) if (fed.feeder === feeder) this.#fedBy.delete(node)
  }

  tick(): void {
    for (const [node, fed] of this.#fedBy) if (--fed.ticksLeft <= 0) this.#fedBy.delete(node)
  }

  /**
   * `outgoing` in its order, but what goes by one feeder is one. Only `observers` are spoken to by another: one that became a voter,
   * or was taken out, may not know it yet, and as a voter takes nothing from a feeder.
   */
  spread(outgoing: readonly Outgoing[], observers: readonly NodeId[]): readonly Said[] {
    if (this.#fedBy.size === 0) return outgoing.map(directly)
    const times = new Map<unknown, number>()
    for (const { message } of outgoing) times.set(message, (times.get(message) ?? 0) + 1)
    const carrierOf = ({ to, message }: Outgoing) =>
      times.get(message) === 1 ? to : (this.#feederOf(to, observers) ?? to)
    const loads = new Map<unknown, Map<NodeId, NodeId[]>>()
    for (const each of outgoing) {
      const carriers = loads.get(each.message) ?? new Map<NodeId, NodeId[]>()
      loads.set(each.message, carriers)
      const carrier = carrierOf(each)
      carriers.set(carrier, [...(carriers.get(carrier) ?? []), each.to])
    }
    return outgoing.flatMap(each => {
      const carrier = carrierOf(each)
      const to = loads.get(each.message)?.get(carrier)
      if (to === undefined) return []
      loads.get(each.message)?.delete(carrier)
      const isAlone = to.every(node => node === carrier)
      return [
        isAlone
          ? directly(each)
          : { to: carrier, message: { type: 'relay', to, message: each.message } as const },
      ]
    })
  }

  #feederOf(node: NodeId, observers: readonly NodeId[]): NodeId | null {
    return observers.includes(node) ? (this.#fedBy.get(node)?.feeder ?? null) : null
  }
}

/**
 * What replicas decided: one value for each slot, over all replicas and all their lives, in order and without a gap.
 * Also the record of it that other checkers read: the log as it was chosen, and the membership in force at each slot.
 */
import { type NodeId, noSlot, type Slot, slot, slotAfter } from '../../logic/base/ids.ts'
import type { Recovered } from '../../logic/consensus/engine.ts'
import type { Membership } from '../../logic/consensus/membership.ts'
import type { Value } from '../../logic/consensus/value.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import { type ValueKey, valueKey } from './value-key.ts'

export interface Chosen {
  readonly slot: Slot
  readonly value: Value
  readonly key: ValueKey
  /** In force at this slot: by whom it was to be chosen. */
  readonly membership: Membership
}

export class Decisions implements Observer {
  /** Index i holds slot i + 1. */
  readonly #chosen: Chosen[] = []
  readonly #decidedThrough = new Map<NodeId, Slot>()
  #membership: Membership
  /** Told of each slot when some replica decided it first, in order. */
  readonly #first: (chosen: Chosen) => void

  constructor(founders: readonly NodeId[], first: (chosen: Chosen) => void) {
    this.#membership = { voters: founders, observers: [] }
    this.#first = first
  }

  get through(): Slot {
    return slot(this.#chosen.length)
  }

  /** After everything decided so far. */
  get membership(): Membership {
    return this.#membership
  }

  at(at: Slot): Chosen | undefined {
    return this.#chosen[at - 1]
  }

  started({ id }: Running, { snapshot }: Recovered): void {
    this.#decidedThrough.set(id, snapshot?.through ?? noSlot)
  }

  stepped({ id, machine }: Running, step: Step): void {
    const [first] = step.decided
    let through = this.#decidedThrough.get(id) ?? noSlot
    // A snapshot stands in for the slots that it jumps over.
    if (first !== undefined && first.slot > slotAfter(through)) {
      const jumped = machine.appliedThrough === slot(first.slot + step.decided.length - 1)
      require(jumped, 'gap', () => `${id} decided ${first.slot} after ${through}`)
      through = slotAfter(first.slot, -1)
    }
    for (const { slot: at, value } of step.decided) {
      require(at === slotAfter(through), 'gap', () => `${id} decided ${at} after ${through}`)
      through = at
      this.#decide(id, at, value)
    }
    this.#decidedThrough.set(id, through)
  }

  #decide(id: NodeId, at: Slot, value: Value): void {
    const key = valueKey(value)
    const before = this.at(at)
    if (before !== undefined) {
      require(before.key === key, 'agreement', () =>
        `${id} decided ${key} in slot ${at}, where ${before.key} was chosen`)
      return
    }
    require(at === this.#chosen.length + 1, 'gap', () =>
      `${id} decided ${at} before ${this.#chosen.length + 1}`)
    const chosen: Chosen = { slot: at, value, key, membership: this.#membership }
    this.#chosen.push(chosen)
    if (!(value instanceof Uint8Array) && value.type === 'membership') this.#membership = value.membership
    this.#first(chosen)
  }
}

/**
 * Whether replicas that applied the same slots hold the same state. Compares digests at fixed slots; a difference means
 * that apply was not deterministic or that memory lies, and neither can be mended from inside.
 */
import { assert } from '../base/assert.ts'
import type { NodeId, Slot } from '../base/ids.ts'
import { checkpointSlots } from '../base/limits.ts'

/** Checkpoints remembered: a peer that is further behind than this many is not compared. */
const remembered = 8

export class Checkpoints {
  readonly #own = new Map<Slot, number>()
  /** Heard before this replica got there. */
  readonly #ahead = new Map<Slot, { readonly from: NodeId; readonly digest: number }>()

  isDue(slot: Slot): boolean {
    return slot % checkpointSlots === 0
  }

  /** This replica applied `slot` and holds `digest`. */
  reach(slot: Slot, digest: number): void {
    remember(this.#own, slot, digest)
    const heard = this.#ahead.get(slot)
    this.#ahead.delete(slot)
    if (heard) compare(slot, digest, heard.digest, heard.from)
  }

  /** `from` applied `slot` and held `digest`. Throws InvariantError when this replica held another. */
  hear(from: NodeId, slot: Slot, digest: number): void {
    const own = this.#own.get(slot)
    if (own === undefined) remember(this.#ahead, slot, { from, digest })
    else compare(slot, own, digest, from)
  }
}

function remember<V>(map: Map<Slot, V>, slot: Slot, value: V): void {
  map.set(slot, value)
  const [oldest] = map.keys()
  if (map.size > remembered && oldest !== undefined) map.delete(oldest)
}

function compare(slot: Slot, own: number, heard: number, from: NodeId): void {
  assert(own === heard, `at slot ${slot} this replica holds digest ${own}, ${from} holds ${heard}`)
}

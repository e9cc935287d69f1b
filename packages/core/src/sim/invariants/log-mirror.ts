/** What one node has on disk as its log, entry by entry, as its writes say. Knows no rule about it. */
import { noSlot, type Slot, slot, slotAfter } from '../../logic/base/ids.ts'
import type { Ballot } from '../../logic/consensus/ballot.ts'
import type { Value } from '../../logic/consensus/value.ts'
import { type ValueKey, valueKey } from './value-key.ts'

export interface MirrorEntry {
  readonly ballot: Ballot
  readonly key: ValueKey
}

export class LogMirror {
  /** Everything up to here is in the stored snapshot. */
  base: Slot = noSlot
  readonly #entries = new Map<Slot, MirrorEntry>()
  #last: Slot = noSlot

  get last(): Slot {
    return slot(Math.max(this.base, this.#last))
  }

  at(at: Slot): MirrorEntry | undefined {
    return this.#entries.get(at)
  }

  append(at: Slot, ballot: Ballot, value: Value): MirrorEntry {
    const entry = { ballot, key: valueKey(value) }
    this.#entries.set(at, entry)
    this.#last = at
    return entry
  }

  /** What goes with it, in order. */
  truncate(from: Slot): readonly (readonly [Slot, MirrorEntry])[] {
    const gone: (readonly [Slot, MirrorEntry])[] = []
    for (let at = from; at <= this.#last; at = slotAfter(at)) {
      const entry = this.#entries.get(at)
      if (entry !== undefined) gone.push([at, entry])
      this.#entries.delete(at)
    }
    this.#last = slot(Math.min(this.#last, slotAfter(from, -1)))
    return gone
  }

  keepAfter(through: Slot): void {
    for (let at = slotAfter(this.base); at <= through; at = slotAfter(at)) this.#entries.delete(at)
    this.base = through
  }
}

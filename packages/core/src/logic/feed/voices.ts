/** Whose engines were heard of late. Does not know what they said. */
import type { NodeId } from '../base/ids.ts'
import { feedSilentTicks, membersMax } from '../base/limits.ts'

export class Voices {
  readonly #heardAt = new Map<NodeId, number>()
  #ticks = 0

  hear(node: NodeId): void {
    this.#heardAt.set(node, this.#ticks)
  }

  tick(): void {
    this.#ticks++
    for (const [node, at] of this.#heardAt)
      if (this.#ticks - at >= feedSilentTicks) this.#heardAt.delete(node)
  }

  /** No more than one message names. */
  get nodes(): readonly NodeId[] {
    return [...this.#heardAt.keys()].slice(0, membersMax)
  }
}

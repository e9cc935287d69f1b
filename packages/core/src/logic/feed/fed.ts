/**
 * The side of one who observes: which voter feeds it, and whether that one does. Of the voters that it is linked with the first
 * that does not lead, as everybody ranks them differently. A feeder that does not answer, or does not hear whom this one hears
 * itself, is left for the next one; where there is none, nobody feeds. Does not know what is passed on.
 */
import type { NodeId } from '../base/ids.ts'
import { feedAgainTicks, feedAskTicks, feedSilentTicks, upstreamsWanted } from '../base/limits.ts'
import { ranked } from '../topology/rank.ts'
import type { FeedMessage } from './messages.ts'
import { Voices } from './voices.ts'

/** What an observer chooses by. */
export interface Choice {
  readonly membership: { readonly voters: readonly NodeId[] }
  /** Who leads, or does for all what one does: it has most to send. Null while nobody is known: then nothing is chosen anew. */
  readonly doer: NodeId | null
  readonly connected: ReadonlySet<NodeId>
}

export class Fed {
  readonly #self: NodeId
  #feeder: NodeId | null = null
  #ticks = 0
  #askedAt = 0
  /** When the feeder last answered as it should; when it was chosen, before. */
  #servedAt = 0
  /** When something last came by the feeder. */
  #passedAt: number | null = null
  /** Whose engines were heard, by whomever: these are asked for. */
  readonly #voices = new Voices()
  /** Feeders that were left, and when. */
  readonly #failedAt = new Map<NodeId, number>()

  constructor(self: NodeId) {
    this.#self = self
  }

  /** By whom answers go; null: by nobody. */
  get feeder(): NodeId | null {
    return this.#feeder
  }

  /** Whether the feeder has shown of late that voters speak to it for this one: before, answers go past it, too. */
  get isProven(): boolean {
    return this.#passedAt !== null && this.#ticks - this.#passedAt < feedSilentTicks
  }

  /** The engine of `voter` said something, which `by` brought. */
  hear(voter: NodeId, by: NodeId): void {
    this.#voices.hear(voter)
    if (voter !== by && by === this.#feeder) this.#passedAt = this.#ticks
  }

  /** `node` says that it feeds, and hears `heard`; this one hears `voices` itself. */
  served(node: NodeId, heard: readonly NodeId[], voices: readonly NodeId[]): void {
    const isDeaf = voices.some(voice => voice !== node && !heard.includes(voice))
    if (node === this.#feeder && !isDeaf) this.#servedAt = this.#ticks
  }

  /** One tick passes: what the feeder is told now. */
  tick(choice: Choice): readonly { readonly to: NodeId; readonly message: FeedMessage }[] {
    this.#ticks++
    this.#voices.tick()
    if (this.#feeder !== null && this.#ticks - this.#servedAt >= feedSilentTicks)
      this.#failedAt.set(this.#feeder, this.#ticks)
    const best = this.#best(choice)
    const isNew = best !== this.#feeder
    if (isNew) {
      this.#feeder = best
      this.#servedAt = this.#ticks
      this.#passedAt = null
    }
    if (best === null || (!isNew && this.#ticks - this.#askedAt < feedAskTicks)) return []
    this.#askedAt = this.#ticks
    const voters = this.#voices.nodes.filter(node => node !== best)
    return [{ to: best, message: { type: 'feedFrom', voters } }]
  }

  #best({ membership, doer, connected }: Choice): NodeId | null {
    const linked = ranked(this.#self, membership.voters).slice(0, upstreamsWanted)
    const hasFailed = (node: NodeId) =>
      this.#ticks - (this.#failedAt.get(node) ?? Number.NEGATIVE_INFINITY) < feedAgainTicks
    const able = linked.filter(node => connected.has(node) && !hasFailed(node))
    if (doer !== null) return able.find(node => node !== doer) ?? null
    return this.#feeder !== null && able.includes(this.#feeder) ? this.#feeder : null
  }
}

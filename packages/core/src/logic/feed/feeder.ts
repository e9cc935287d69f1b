/**
 * The side of one that feeds: who asked for it, which voters are to know, and what waits to be passed back to them. What comes
 * for observers is passed on at once; what they answer gathers until the next tick, of each the last that it said, so that
 * a voter hears of many observers in one frame. Remembers nobody who ceases to ask.
 */
import type { NodeId } from '../base/ids.ts'
import { feedAskTicks, feedSilentTicks, membersMax } from '../base/limits.ts'
import type { FeedMessage } from './messages.ts'

interface Asked {
  readonly voters: readonly NodeId[]
  ticksLeft: number
}

export class Feeder {
  readonly #asked = new Map<NodeId, Asked>()
  /** By voter and observer: what the one answered the other last. */
  #answers = new Map<NodeId, Map<NodeId, unknown>>()
  #untoldTicks = 0
  #isNews = false

  /** `observer` would be fed with what `voters` say. */
  ask(observer: NodeId, voters: readonly NodeId[]): void {
    const before = this.#asked.get(observer)?.voters
    if (before === undefined && this.#asked.size >= membersMax) return
    if (voters.some(node => !before?.includes(node))) this.#isNews = true
    this.#asked.set(observer, { voters, ticksLeft: feedSilentTicks })
  }

  /** `observer` answers `voter`. */
  answer(observer: NodeId, voter: NodeId, message: unknown): void {
    const answers = this.#answers.get(voter) ?? new Map<NodeId, unknown>()
    this.#answers.set(voter, answers.set(observer, message))
  }

  /** One tick passes: what is to be said now. */
  tick(): readonly { readonly to: NodeId; readonly message: FeedMessage }[] {
    for (const [observer, asked] of this.#asked) if (--asked.ticksLeft <= 0) this.#asked.delete(observer)
    const answered = [...this.#answers].flatMap(([to, answers]) =>
      Array.from(answers, ([from, message]) => ({
        to,
        message: { type: 'relayed', from, message } as const,
      })),
    )
    this.#answers = new Map()
    if (++this.#untoldTicks < feedAskTicks && !this.#isNews) return answered
    this.#untoldTicks = 0
    this.#isNews = false
    const voters = new Set([...this.#asked.values()].flatMap(asked => asked.voters))
    const told = Array.from(voters, to => {
      const observers = [...this.#asked]
        .filter(([, asked]) => asked.voters.includes(to))
        .map(([node]) => node)
      return { to, message: { type: 'feeds', observers } as const }
    })
    return [...told, ...answered]
  }
}

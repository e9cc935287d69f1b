/**
 * What one replica knows of the network around it: with whom it has a link, what these say of theirs, and who votes, by its own
 * log or by what a neighbour says, whichever is newer. From that follow whom it wants, by whom it reaches others, and when it
 * has something to tell. Does not know how links are made, or how anything travels.
 */
import { type NodeId, noSlot, type Slot } from '../base/ids.ts'
import { hintAgainTicks, hintLinksMax, hintTicks, thirdSilentTicksMax } from '../base/limits.ts'
import type { Hint } from './hint.ts'
import { concernOf, passBy } from './passage.ts'
import { type Wanted, wantedBy } from './wanted.ts'

/** Who belongs to the ensemble, as of a slot. */
export interface Members {
  readonly voters: readonly NodeId[]
  readonly observers: readonly NodeId[]
  readonly through: Slot
}

type Voters = Pick<Members, 'voters' | 'through'>

interface Linked {
  /** With whom it said that it is linked. */
  linked: ReadonlySet<NodeId>
  /** When anything came from it. */
  heardAtTick: number
}

export class Neighbours {
  readonly #self: NodeId
  /** Those with a link, and what came over it. */
  readonly #linked = new Map<NodeId, Linked>()
  #own: Members = { voters: [], observers: [], through: noSlot }
  /** The newest that a neighbour said; null while none did. Invariant: `through` only rises. */
  #heard: Voters | null = null
  #ticks = 0
  #toldAtTick = -hintTicks
  /** What is told has changed since it was told. */
  #isNews = false

  constructor(self: NodeId) {
    this.#self = self
  }

  link(peer: NodeId): void {
    if (this.#linked.has(peer)) return
    this.#linked.set(peer, { linked: new Set(), heardAtTick: this.#ticks })
    this.#isNews = true
  }

  unlink(peer: NodeId): void {
    if (this.#linked.delete(peer)) this.#isNews = true
  }

  isLinked(peer: NodeId): boolean {
    return this.#linked.has(peer)
  }

  /** Something came from `peer` over its link. */
  heard(peer: NodeId): void {
    const link = this.#linked.get(peer)
    if (link !== undefined) link.heardAtTick = this.#ticks
  }

  /** What `peer` says over its link; nothing where it has none any more. */
  hear(peer: NodeId, { voters, through, linked }: Hint): void {
    const link = this.#linked.get(peer)
    if (link === undefined) return
    link.linked = new Set(linked)
    if (voters.length > 0 && (this.#heard === null || through > this.#heard.through))
      this.#noticing(() => {
        this.#heard = { voters, through }
      })
  }

  /** What the own log says. */
  learn(members: Members): void {
    this.#noticing(() => {
      this.#own = members
    })
  }

  /** Other voters than before are news. */
  #noticing(change: () => void): void {
    const before = this.#known.voters
    change()
    const { voters } = this.#known
    if (voters.length !== before.length || voters.some((node, index) => node !== before[index]))
      this.#isNews = true
  }

  /** One tick passes; whom to tell what {@link hint} says now. */
  tick(): readonly NodeId[] {
    this.#ticks++
    const silentTicks = this.#ticks - this.#toldAtTick
    if (silentTicks < (this.#isNews ? hintTicks : hintAgainTicks)) return []
    this.#toldAtTick = this.#ticks
    this.#isNews = false
    return [...this.#linked.keys()]
  }

  get hint(): Hint {
    const { voters, through } = this.#known
    return { voters, through, linked: [...this.#linked.keys()].slice(0, hintLinksMax) }
  }

  get wanted(): Wanted {
    return wantedBy(this.#self, this.#known.voters)
  }

  get isVoter(): boolean {
    return this.#known.voters.includes(this.#self)
  }

  /** By which neighbour frames go to `peer`; null where nobody is known who could pass them on. */
  thirdFor(peer: NodeId): NodeId | null {
    const { voters } = this.#known
    return passBy(
      this.#self,
      peer,
      Array.from(this.#linked, ([node, { linked, heardAtTick }]) => ({
        node,
        linked,
        isFresh: this.#ticks - heardAtTick < thirdSilentTicksMax,
        isVoter: voters.includes(node),
      })),
    )
  }

  /** Those without a link whom this replica has business with and reaches by a third. */
  get reached(): readonly NodeId[] {
    const { voters } = this.#known
    return concernOf(this.#self, voters, this.#own.observers).filter(
      node => !this.#linked.has(node) && this.thirdFor(node) !== null,
    )
  }

  get #known(): Voters {
    const [own, heard] = [this.#own, this.#heard]
    return heard !== null && (own.voters.length === 0 || heard.through > own.through) ? heard : own
  }
}

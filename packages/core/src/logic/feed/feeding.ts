/**
 * How what voters say reaches many who observe: the three sides of it (one that observes, one that feeds, one that speaks to
 * many) in one replica, which may be all of them in turn. Between the engine and the wire: engines speak to everybody
 * as if nobody stood between, and no rule of theirs rests on it, for what is passed on may be lost, repeated and reordered
 * like any message. Does not read what it passes on.
 *
 * What counts for a quorum never goes by another: nobody passes on to a voter what a voter says.
 *
 * The idea is that of ZooKeeper's observer masters (ZOOKEEPER-3140).
 */
import type { NodeId } from '../base/ids.ts'
import { directly, FanOut, type Outgoing, type Said } from './fan-out.ts'
import { type Choice, Fed } from './fed.ts'
import { Feeder } from './feeder.ts'
import type { FeedMessage } from './messages.ts'
import { Voices } from './voices.ts'

/** Who votes, and who observes. */
export interface Members {
  readonly voters: readonly NodeId[]
  readonly observers: readonly NodeId[]
}

/** What comes of a message: some for the engine here, some for others. */
export interface Passed {
  readonly inputs: readonly { readonly type: 'message'; readonly from: NodeId; readonly message: unknown }[]
  readonly say: readonly Said[]
}

export class Feeding {
  readonly #self: NodeId
  readonly #isRoutine: (message: unknown) => boolean
  readonly #fed: Fed
  readonly #feeder = new Feeder()
  readonly #fanOut = new FanOut()
  /** Whose engines are heard here, and not by another. */
  readonly #voices = new Voices()

  /** `isRoutine`: whether a later message of an engine says all that this one does, so that this one may wait, or be left out. */
  constructor(self: NodeId, isRoutine: (message: unknown) => boolean) {
    this.#self = self
    this.#isRoutine = isRoutine
    this.#fed = new Fed(self)
  }

  /** The engine of `node` said something, and nobody passed it on. */
  hear(node: NodeId): void {
    if (node === this.#self) return
    this.#voices.hear(node)
    this.#fed.hear(node, node)
  }

  /** The connection to `peer` ended, or there is a hint that it died. */
  lost(peer: NodeId): void {
    this.#fanOut.lost(peer)
  }

  receive(from: NodeId, message: FeedMessage, voters: readonly NodeId[]): Passed {
    switch (message.type) {
      case 'feedFrom':
        this.#feeder.ask(from, message.voters)
        return { inputs: [], say: [{ to: from, message: { type: 'feeding', heard: this.#voices.nodes } }] }
      case 'feeding':
        this.#fed.served(from, message.heard, this.#voices.nodes)
        return nothing
      case 'feeds':
        this.#fanOut.told(from, message.observers)
        return nothing
      case 'relay':
        return this.#passOn(from, message.to, message.message, voters)
      case 'relayed': {
        if (!voters.includes(this.#self)) this.#fed.hear(message.from, from)
        else if (voters.includes(message.from)) return nothing
        return { inputs: [{ ...message, type: 'message' }], say: [] }
      }
    }
  }

  #passOn(from: NodeId, to: readonly NodeId[], message: unknown, voters: readonly NodeId[]): Passed {
    const inputs = to.includes(this.#self) ? [{ type: 'message', from, message } as const] : []
    if (inputs.length > 0) this.hear(from)
    const others = to.filter(node => node !== this.#self)
    for (const node of others) if (voters.includes(node)) this.#feeder.answer(from, node, message)
    const observers = others.filter(node => !voters.includes(node))
    return {
      inputs,
      say: observers.map(node => ({ to: node, message: { type: 'relayed', from, message } })),
    }
  }

  /** One tick passes: what is to be said now. */
  tick(choice: Choice): readonly Said[] {
    this.#voices.tick()
    this.#fanOut.tick()
    const asked = choice.membership.voters.includes(this.#self) ? [] : this.#fed.tick(choice)
    return [...asked, ...this.#feeder.tick()]
  }

  /** What the engine here says, on the ways that it takes. */
  route(outgoing: readonly Outgoing[], { voters, observers }: Members): readonly Said[] {
    if (voters.includes(this.#self)) return this.#fanOut.spread(outgoing, observers)
    return outgoing.flatMap(each => this.#answer(each, voters))
  }

  /** By the feeder what may wait and says all; past it everything else, and everything while it has not shown that it feeds. */
  #answer(each: Outgoing, voters: readonly NodeId[]): readonly Said[] {
    const { feeder, isProven } = this.#fed
    const { to, message } = each
    const isForFeeder = feeder !== null && to !== feeder && voters.includes(to) && this.#isRoutine(message)
    if (!isForFeeder) return [directly(each)]
    const passed: Said = { to: feeder, message: { type: 'relay', to: [to], message } }
    return isProven ? [passed] : [directly(each), passed]
  }
}

const nothing: Passed = { inputs: [], say: [] }

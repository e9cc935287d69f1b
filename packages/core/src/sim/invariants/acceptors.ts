/**
 * What acceptors have on disk: a slot is decided only once a quorum of its membership holds one value of one ballot on
 * disk, and from then on every higher ballot carries that value. Promises on disk never fall and are kept, and nobody
 * vouches for what is not on its disk.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.2, P1a and P2b.
 */
import { type NodeId, noSlot, type Slot, slotAfter } from '../../logic/base/ids.ts'
import { type Ballot, compareBallots, noBallot, showBallot } from '../../logic/consensus/ballot.ts'
import type { Persist, Recovered } from '../../logic/consensus/engine.ts'
import type { Run } from '../../logic/consensus/value.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import type { Chosen, Decisions } from './decisions.ts'
import type { EngineView } from './engine-view.ts'
import { type BallotKey, ballotKey, type ValueKey, valueKey } from './value-key.ts'

/** All that was ever accepted in one slot under one ballot. */
interface Vote {
  readonly ballot: Ballot
  readonly value: ValueKey
  readonly nodes: Set<NodeId>
}

interface Acceptor {
  /** On disk. */
  promised: Ballot
  /** On disk when the step began whose messages and writes are being seen. */
  floor: Ballot
  /** It was checked that what was vouched for under `ballot` is on disk up to `through`. */
  vouched: { readonly ballot: Ballot; readonly through: Slot }
}

export class Acceptors implements Observer {
  readonly #view: EngineView
  readonly #decisions: () => Decisions
  readonly #acceptors = new Map<NodeId, Acceptor>()
  readonly #votes = new Map<Slot, Map<BallotKey, Vote>>()
  /** The lowest ballot in which each decided slot was chosen. */
  readonly #chosenIn = new Map<Slot, Ballot>()

  constructor(view: EngineView, decisions: () => Decisions) {
    this.#view = view
    this.#decisions = decisions
  }

  started({ id }: Running, { hardState }: Recovered): void {
    this.#promise(id, this.#view.promised(hardState) ?? noBallot)
  }

  stepped({ id }: Running, _step: Step): void {
    const acceptor = this.#at(id)
    acceptor.floor = acceptor.promised
  }

  wrote(node: NodeId, { hardState, log }: Persist): void {
    this.#promise(node, this.#view.promised(hardState) ?? noBallot)
    for (const write of log) if (write.type === 'append') this.#accept(node, write.run)
  }

  sent({ id }: Running, _to: NodeId, messages: readonly PeerMessage[]): void {
    for (const message of messages) {
      if (message.type !== 'engine') continue
      const meaning = this.#view.meaning(message.message)
      // A ballot that is used stands on the disk of its owner: no later life can use it again.
      if (meaning?.type === 'promises' || meaning?.type === 'claims') this.#checkBallot(id, meaning.ballot)
      if (meaning?.type === 'vouches') {
        this.#checkBallot(id, meaning.ballot)
        this.#checkVouched(id, meaning.ballot, meaning.through)
      }
    }
  }

  /** A slot was decided for the first time. */
  decided({ slot, key, membership }: Chosen): void {
    const votes = [...(this.#votes.get(slot)?.values() ?? [])].sort((a, b) =>
      compareBallots(a.ballot, b.ballot),
    )
    const choosing = votes.find(vote => isMajority(membership.voters, vote.nodes))
    require(choosing !== undefined, 'quorum', () =>
      `slot ${slot} was decided, but no quorum of ${membership.voters} holds it`)
    require(choosing.value === key, 'quorum', () =>
      `slot ${slot} was decided as ${key}, but ${choosing.value} was chosen`)
    this.#chosenIn.set(slot, choosing.ballot)
    for (const vote of votes) this.#checkAgainstChosen(slot, vote, choosing.ballot, key)
  }

  #promise(node: NodeId, ballot: Ballot): void {
    const acceptor = this.#at(node)
    require(compareBallots(ballot, acceptor.promised) >= 0, 'promise-falls', () =>
      `${node} had promised ${showBallot(acceptor.promised)}, on disk is ${showBallot(ballot)}`)
    acceptor.promised = ballot
  }

  /** What is said in `ballot` is on disk, and nothing higher was promised when it was said. */
  #checkBallot(node: NodeId, ballot: Ballot): void {
    const { promised, floor } = this.#at(node)
    require(compareBallots(promised, ballot) >= 0, 'vouched-before-written', () =>
      `${node} vouched for ${showBallot(ballot)}, promised on disk is ${showBallot(promised)}`)
    require(compareBallots(floor, ballot) <= 0, 'promise-broken', () =>
      `${node} vouched for ${showBallot(ballot)}, having promised ${showBallot(floor)}`)
  }

  #accept(node: NodeId, { ballot, firstSlot, values }: Run): void {
    const { promised, floor } = this.#at(node)
    require(compareBallots(promised, ballot) >= 0, 'accepted-unpromised', () =>
      `${node} accepted in ${showBallot(ballot)}, promised is ${showBallot(promised)}`)
    require(compareBallots(floor, ballot) <= 0, 'promise-broken', () =>
      `${node} accepted in ${showBallot(ballot)}, having promised ${showBallot(floor)}`)
    const key = ballotKey(ballot)
    values.forEach((each, index) => {
      const at = slotAfter(firstSlot, index)
      const value = valueKey(each)
      const votes = this.#votes.get(at) ?? new Map<BallotKey, Vote>()
      this.#votes.set(at, votes)
      const vote = votes.get(key) ?? { ballot, value, nodes: new Set<NodeId>() }
      votes.set(key, vote)
      vote.nodes.add(node)
      require(vote.value === value, 'one-value-per-ballot', () =>
        `slot ${at} of ${showBallot(ballot)} holds ${vote.value} and, at ${node}, ${value}`)
      const chosenIn = this.#chosenIn.get(at)
      const chosen = this.#decisions().at(at)
      if (chosenIn && chosen) this.#checkAgainstChosen(at, vote, chosenIn, chosen.key)
    })
  }

  #checkAgainstChosen(at: Slot, { ballot, value }: Vote, chosenIn: Ballot, chosen: ValueKey): void {
    require(compareBallots(ballot, chosenIn) < 0 || value === chosen, 'chosen-changes', () =>
      `slot ${at} was chosen as ${chosen} in ${showBallot(chosenIn)}, ${showBallot(ballot)} carries ${value}`)
  }

  #checkVouched(node: NodeId, ballot: Ballot, through: Slot): void {
    const acceptor = this.#at(node)
    const key = ballotKey(ballot)
    const known = ballotKey(acceptor.vouched.ballot) === key ? acceptor.vouched.through : noSlot
    if (through <= known) return
    const decidedThrough = this.#decisions().through
    for (let at = slotAfter(known); at <= through; at = slotAfter(at)) {
      const accepted = this.#votes.get(at)?.get(key)?.nodes.has(node)
      require(at <= decidedThrough || accepted === true, 'vouched-before-written', () =>
        `${node} vouched for slot ${at} in ${showBallot(ballot)} without having written it`)
    }
    acceptor.vouched = { ballot, through }
  }

  #at(node: NodeId): Acceptor {
    const known = this.#acceptors.get(node)
    if (known) return known
    const fresh = { promised: noBallot, floor: noBallot, vouched: { ballot: noBallot, through: noSlot } }
    this.#acceptors.set(node, fresh)
    return fresh
  }
}

/** Counted here and not by the engine's own arithmetic, which is what is being checked. */
const isMajority = (voters: readonly NodeId[], nodes: ReadonlySet<NodeId>): boolean =>
  2 * voters.filter(voter => nodes.has(voter)).length > voters.length

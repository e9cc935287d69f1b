/**
 * What acceptors of leaderless Paxos have on disk, slot by slot: no maxBal falls while its slot is not chosen, nothing is
 * accepted below it, one ballot carries one value in a slot, nobody vouches for what is not on its disk, and a slot is
 * decided only once a quorum of those who govern it holds one ballot of it, after which every higher ballot carries that
 * value. Counts memberships and quorums by itself.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.2, P1a and P2b; section 3 for the window of memberships.
 */
import type { NodeId, Slot } from '../../logic/base/ids.ts'
import { slotAfter } from '../../logic/base/ids.ts'
import { paxosWindowSlots } from '../../logic/base/limits.ts'
import { type Ballot, compareBallots, noBallot, showBallot } from '../../logic/consensus/ballot.ts'
import type { Persist } from '../../logic/consensus/engine.ts'
import type { Membership } from '../../logic/consensus/membership.ts'
import type { BallotRange } from '../../logic/consensus/paxos/ballot-ranges.ts'
import type { Run } from '../../logic/consensus/value.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import type { Chosen, Decisions } from './decisions.ts'
import { paxosMessage, paxosRecord } from './paxos-view.ts'
import { type BallotKey, ballotKey, type ValueKey, valueKey } from './value-key.ts'

/** All that was ever accepted in one slot under one ballot. */
interface Vote {
  readonly ballot: Ballot
  readonly value: ValueKey
  readonly isMembership: boolean
  readonly nodes: Set<NodeId>
}

/** What one node has on disk. */
interface Disk {
  chosenThrough: number
  promises: readonly BallotRange[]
  readonly accepted: Map<Slot, Ballot>
  /** Slots that are written down as chosen. */
  readonly known: Set<Slot>
}

/** As the engine writes it: no ballot that anybody proposes in. */
const isKnown = ({ counter }: Ballot): boolean => counter === Number.MAX_SAFE_INTEGER

export class SlotAcceptors implements Observer {
  /** Memberships that were decided, in order. */
  readonly #reigns: { readonly chosenAt: Slot; readonly membership: Membership }[] = []
  readonly #decisions: () => Decisions
  readonly #disks = new Map<NodeId, Disk>()
  readonly #votes = new Map<Slot, Map<BallotKey, Vote>>()
  /** By slot: what some node wrote down as chosen before it was decided. */
  readonly #learned = new Map<Slot, ValueKey>()
  /** The lowest ballot in which each decided slot was chosen, and what. */
  readonly #chosenIn = new Map<Slot, Vote>()

  constructor(decisions: () => Decisions) {
    this.#decisions = decisions
  }

  wrote(node: NodeId, { hardState, log }: Persist): void {
    const disk = this.#disk(node)
    for (const write of log) if (write.type === 'append') this.#accept(node, disk, write.run)
    const record = paxosRecord(hardState)
    require(record !== null, 'record', () => `${node} wrote what is no record of an acceptor`)
    const before = disk.promises
    disk.chosenThrough = Math.max(disk.chosenThrough, record.chosenThrough)
    disk.promises = record.promises
    for (const { first, last, ballot } of before)
      for (let at = first; at <= last; at = slotAfter(at))
        require(compareBallots(maxBallot(disk, at), ballot) >= 0 ||
          isSettled(disk, at), 'promise-falls', () =>
          `${node} had promised ${showBallot(ballot)} for slot ${at}, on disk is ${showBallot(maxBallot(disk, at))}`)
  }

  sent({ id }: Running, _to: NodeId, messages: readonly PeerMessage[]): void {
    for (const message of messages) {
      const said = message.type === 'engine' ? paxosMessage(message.message) : null
      if (said?.type === 'accepted') this.#checkVouched(id, said.ballot, said.first, said.last)
      if (said?.type === 'promise') this.#checkPromised(id, said.ballot, said.first, said.last)
    }
  }

  /** A slot was decided for the first time. */
  decided({ slot, value, key }: Chosen): void {
    if (!(value instanceof Uint8Array) && value.type === 'membership')
      this.#reigns.push({ chosenAt: slot, membership: value.membership })
    const votes = [...(this.#votes.get(slot)?.values() ?? [])].sort((a, b) =>
      compareBallots(a.ballot, b.ballot),
    )
    const { voters } = this.#governing(slot)
    const choosing = votes.find(({ nodes }) => isMajority(voters, nodes))
    require(choosing !== undefined, 'quorum', () =>
      `slot ${slot} was decided, but no quorum of ${voters} holds it`)
    const isVoid = choosing.isMembership && !(value instanceof Uint8Array) && value.type === 'noop'
    require(choosing.value === key || isVoid, 'quorum', () =>
      `slot ${slot} was decided as ${key}, but ${choosing.value} was chosen`)
    this.#chosenIn.set(slot, choosing)
    for (const vote of votes) checkAgainst(slot, vote, choosing)
    const learned = this.#learned.get(slot) ?? choosing.value
    require(learned === choosing.value, 'agreement', () =>
      `slot ${slot} was chosen as ${choosing.value}, but ${learned} was taken for chosen`)
  }

  /** Who counts for `at`: the latest membership at least a window before it; the founders before any. */
  #governing(at: Slot): Membership {
    const isOver = ({ chosenAt }: { readonly chosenAt: Slot }) =>
      chosenAt === 1 || chosenAt + paxosWindowSlots <= at
    return this.#reigns.findLast(isOver)?.membership ?? this.#decisions().membership
  }

  #accept(node: NodeId, disk: Disk, { ballot, firstSlot, values }: Run): void {
    values.forEach((each, index) => {
      const at = slotAfter(firstSlot, index)
      const value = valueKey(each)
      if (isKnown(ballot)) {
        disk.known.add(at)
        const known = this.#chosenIn.get(at)?.value ?? this.#learned.get(at) ?? value
        this.#learned.set(at, known)
        require(known === value, 'agreement', () =>
          `${node} takes ${value} for chosen in slot ${at}, where ${known} was`)
        return
      }
      const promised = maxBallot(disk, at)
      require(compareBallots(ballot, promised) >= 0, 'promise-broken', () =>
        `${node} accepted slot ${at} in ${showBallot(ballot)}, having promised ${showBallot(promised)}`)
      disk.accepted.set(at, ballot)
      const votes = this.#votes.get(at) ?? new Map<BallotKey, Vote>()
      this.#votes.set(at, votes)
      const isMembership = !(each instanceof Uint8Array) && each.type === 'membership'
      const vote = votes.get(ballotKey(ballot)) ?? { ballot, value, isMembership, nodes: new Set<NodeId>() }
      votes.set(ballotKey(ballot), vote)
      vote.nodes.add(node)
      require(vote.value === value, 'one-value-per-ballot', () =>
        `slot ${at} of ${showBallot(ballot)} holds ${vote.value} and, at ${node}, ${value}`)
      const chosen = this.#chosenIn.get(at)
      if (chosen) checkAgainst(at, vote, chosen)
    })
  }

  #checkVouched(node: NodeId, ballot: Ballot, first: Slot, last: Slot): void {
    for (let at = first; at <= last; at = slotAfter(at)) {
      const vote = this.#votes.get(at)?.get(ballotKey(ballot))
      const isKept = vote?.nodes.has(node) === true || isSettled(this.#disk(node), at)
      require(isKept || this.#isChosen(at, vote?.value), 'vouched-before-written', () =>
        `${node} vouched for slot ${at} in ${showBallot(ballot)} without having written it`)
    }
  }

  /** A quorum holds `value` (or any, where that is not known) in one ballot, decided already or not. */
  #isChosen(at: Slot, value: ValueKey | undefined): boolean {
    if (this.#chosenIn.has(at)) return true
    const { voters } = this.#governing(at)
    const isOf = (vote: Vote) => (value ?? vote.value) === vote.value && isMajority(voters, vote.nodes)
    return [...(this.#votes.get(at)?.values() ?? [])].some(isOf)
  }

  #checkPromised(node: NodeId, ballot: Ballot, first: Slot, last: Slot): void {
    const disk = this.#disk(node)
    for (let at = first; at <= last; at = slotAfter(at)) {
      const isKept = compareBallots(maxBallot(disk, at), ballot) >= 0
      require(isKept || isSettled(disk, at) || this.#isChosen(at, undefined), 'vouched-before-written', () =>
        `${node} promised ${showBallot(ballot)} for slot ${at} without having written it`)
    }
  }

  #disk(node: NodeId): Disk {
    const known = this.#disks.get(node)
    if (known) return known
    const fresh: Disk = { chosenThrough: 0, promises: [], accepted: new Map(), known: new Set() }
    this.#disks.set(node, fresh)
    return fresh
  }
}

/** Counted here and not by the engine's own arithmetic, which is what is being checked. */
const isMajority = (voters: readonly NodeId[], nodes: ReadonlySet<NodeId>): boolean =>
  2 * voters.filter(voter => nodes.has(voter)).length > voters.length

const isSettled = ({ chosenThrough, known }: Disk, at: Slot): boolean => at <= chosenThrough || known.has(at)

function maxBallot({ promises, accepted }: Disk, at: Slot): Ballot {
  const promised = promises.find(({ first, last }) => first <= at && at <= last)?.ballot ?? noBallot
  const held = accepted.get(at) ?? noBallot
  return compareBallots(held, promised) > 0 ? held : promised
}

function checkAgainst(at: Slot, { ballot, value }: Vote, chosen: Vote): void {
  require(compareBallots(ballot, chosen.ballot) < 0 || value === chosen.value, 'chosen-changes', () =>
    `slot ${at} was chosen as ${chosen.value} in ${showBallot(chosen.ballot)}, ${showBallot(ballot)} carries ${value}`)
}

/**
 * What nodes of a protocol with terms have on disk: one vote in a term, kept; logs that match; a slot decided only once a
 * quorum holds its entry, and held by every later leader from then on; nobody vouches for what is not on its disk.
 *
 * A quorum is counted here over the membership before the slot, or over one that stands in the log at or behind it: such
 * a membership is in force before it is chosen.
 *
 * Source: Ongaro and Ousterhout (2014), figure 3.
 */
import { type NodeId, type Slot, slotAfter } from '../../logic/base/ids.ts'
import { type Ballot, compareBallots, sameBallot, showBallot } from '../../logic/consensus/ballot.ts'
import type { LogWrite, Persist } from '../../logic/consensus/engine.ts'
import type { Membership } from '../../logic/consensus/membership.ts'
import type { Run } from '../../logic/consensus/value.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import type { Chosen, Decisions } from './decisions.ts'
import { LogEntries } from './log-entries.ts'
import { LogMirror, type MirrorEntry } from './log-mirror.ts'
import { type RaftRecord, raftMessage, raftRecord } from './raft-view.ts'
import { ballotKey } from './value-key.ts'

interface Disk {
  record: RaftRecord
  /** On disk when the step began whose messages and writes are being seen. */
  floor: RaftRecord
  readonly log: LogMirror
  /** What it vouched for last. */
  vouched: { readonly ballot: Ballot; readonly through: Slot } | null
}

interface Standing {
  readonly slot: Slot
  readonly ballot: Ballot
  readonly membership: Membership
}

export class TermLogs implements Observer {
  readonly #decisions: () => Decisions
  readonly #disks = new Map<NodeId, Disk>()
  /** The ballot of the entry that each decided slot was chosen with. */
  readonly #chosenIn = new Map<Slot, Ballot>()
  readonly #entries = new LogEntries('term', this.#chosenIn)
  /**
   * The ballot of the leader that counted it chosen, which may be a later one: until then a leader of a term in between
   * may put something else there, to itself or to those who hear only it.
   */
  readonly #countedIn = new Map<Slot, Ballot>()
  /** Terms of which some entry was chosen. */
  readonly #established = new Set<number>()
  /** Memberships that some leader or follower put into its log, on disk or not. */
  readonly #memberships = new Map<string, Standing>()
  readonly #leaders = new Map<number, NodeId>()
  /** The slots that are decided with the step being looked at. */
  #justDecided: Slot[] = []

  constructor(decisions: () => Decisions) {
    this.#decisions = decisions
  }

  stepped({ id, replica }: Running, { persist }: Step): void {
    const disk = this.#at(id)
    disk.floor = disk.record
    for (const write of persist?.log ?? []) if (write.type === 'append') this.#noteMemberships(write.run)
    const { role, ballot } = replica.status()
    const last = this.#justDecided.at(-1)
    const countedIn = last && this.#chosenIn.get(last)
    if (countedIn) for (const slot of this.#justDecided) this.#countedIn.set(slot, countedIn)
    this.#justDecided = []
    if (role !== 'leader') return
    if (last !== undefined) this.#checkOwnTerm(id, ballot, last)
    for (const write of persist?.log ?? [])
      if (write.type === 'append') this.#checkChange(id, ballot, write.run)
    const leader = this.#leaders.get(ballot.counter)
    require(leader === undefined || leader === id, 'one-leader', () =>
      `${leader} and ${id} both lead term ${ballot.counter}`)
    if (leader === undefined) this.#checkComplete(id, ballot)
    this.#leaders.set(ballot.counter, id)
  }

  wrote(node: NodeId, { hardState, log, snapshot }: Persist): void {
    const disk = this.#at(node)
    const record = raftRecord(hardState)
    require(record !== null, 'record', () => `${node} wrote no term`)
    const { term, votedFor } = disk.record
    require(record.term >= term, 'term-falls', () => `${node} was in ${term}, on disk is ${record.term}`)
    require(record.term > term || votedFor === null || record.votedFor === votedFor, 'second-vote', () =>
      `${node} voted for ${votedFor} in ${term}, on disk is ${record.votedFor}`)
    disk.record = record
    for (const write of log) this.#write(node, disk, write, snapshot?.through ?? disk.log.base)
    if (snapshot !== null) disk.log.keepAfter(snapshot.through)
    const { vouched } = disk
    const kept = vouched === null || vouched.ballot.counter !== term || disk.log.last >= vouched.through
    require(kept || record.term > term, 'vouched-dropped', () =>
      `${node} vouched for ${vouched?.through} in ${term}, its log ends at ${disk.log.last}`)
  }

  sent({ id }: Running, to: NodeId, messages: readonly PeerMessage[]): void {
    const disk = this.#at(id)
    for (const each of messages) {
      const message = each.type === 'engine' ? raftMessage(each.message) : null
      if (message?.type === 'vote' || message?.type === 'requestVote')
        this.#checkVote(id, disk, message.ballot)
      if (message?.type !== 'appended') continue
      const { ballot, through } = message
      this.#checkTerm(id, disk, ballot)
      if (disk.record.term > ballot.counter) continue
      require(disk.log.last >= through, 'vouched-before-written', () =>
        `${id} vouched to ${to} for ${through}, its log on disk ends at ${disk.log.last}`)
      disk.vouched = { ballot, through }
    }
  }

  /** A slot was decided for the first time. */
  decided({ slot, key, membership }: Chosen): void {
    const disks = [...this.#disks]
    const entries = disks.flatMap(([, { log }]) => log.at(slot) ?? []).filter(each => each.key === key)
    const choosing = entries.find(entry => {
      const holders = disks.filter(([, { log }]) => holds(log, slot, entry))
      const nodes = new Set(holders.map(([node]) => node))
      const behind = [...this.#memberships.values()].filter(
        each => each.slot >= slot && compareBallots(each.ballot, entry.ballot) >= 0,
      )
      return [membership, ...behind.map(each => each.membership)].some(({ voters }) =>
        isMajority(voters, nodes),
      )
    })
    require(choosing !== undefined, 'quorum', () => `slot ${slot} was decided as ${key}, no quorum holds it`)
    this.#chosenIn.set(slot, choosing.ballot)
    this.#established.add(choosing.ballot.counter)
    this.#justDecided.push(slot)
  }

  /** A leader takes nothing for chosen but by an entry of its own term (section 5.4.2). */
  #checkOwnTerm(id: NodeId, ballot: Ballot, last: Slot): void {
    const chosenIn = this.#chosenIn.get(last)
    require(chosenIn !== undefined && sameBallot(chosenIn, ballot), 'older-term-counted', () =>
      `${id}, which leads ${showBallot(ballot)}, decided slot ${last} of ${chosenIn && showBallot(chosenIn)}`)
  }

  /** A leader changes the membership only after an entry of its own term was chosen. */
  #checkChange(id: NodeId, ballot: Ballot, { ballot: written, firstSlot, values }: Run): void {
    const changes = values.some(value => !(value instanceof Uint8Array) && value.type === 'membership')
    if (!changes || firstSlot === 1 || !sameBallot(written, ballot)) return
    require(this.#established.has(ballot.counter), 'changed-too-early', () =>
      `${id} changes the membership before anything of ${showBallot(ballot)} is chosen`)
  }

  #noteMemberships({ ballot, firstSlot, values }: Run): void {
    values.forEach((value, index) => {
      if (value instanceof Uint8Array || value.type !== 'membership') return
      const slot = slotAfter(firstSlot, index)
      this.#memberships.set(`${slot} ${ballotKey(ballot)}`, { slot, ballot, membership: value.membership })
    })
  }

  /** `covered`: up to here a snapshot takes the place of the log, in the same write at the latest. */
  #write(node: NodeId, { log, record }: Disk, write: LogWrite, covered: Slot): void {
    if (write.type === 'append') return this.#append(node, log, write.run, covered)
    for (const [at, { ballot }] of log.truncate(write.from)) {
      const chosenIn = this.#chosenIn.get(at)
      require(at <= covered ||
        chosenIn === undefined ||
        !sameBallot(chosenIn, ballot) ||
        record.term < (this.#countedIn.get(at) ?? chosenIn).counter, 'chosen-dropped', () =>
        `${node} dropped slot ${at} of ${showBallot(ballot)}, which was chosen`)
    }
  }

  #append(node: NodeId, log: LogMirror, run: Run, covered: Slot): void {
    this.#entries.append(node, log, run, covered, at => {
      const countedIn = this.#countedIn.get(at)
      require(countedIn === undefined || compareBallots(run.ballot, countedIn) <= 0, 'chosen-changes', () =>
        `slot ${at} was chosen by ${countedIn && showBallot(countedIn)}, ${node} holds one of ${showBallot(run.ballot)}`)
    })
  }

  /** Whoever begins to lead holds all that was decided. */
  #checkComplete(id: NodeId, ballot: Ballot): void {
    const { log } = this.#at(id)
    const decisions = this.#decisions()
    for (let at = slotAfter(log.base); at <= decisions.through; at = slotAfter(at))
      require(log.at(at)?.key === decisions.at(at)?.key, 'leader-completeness', () =>
        `${id} leads ${showBallot(ballot)} without the decided slot ${at}`)
  }

  /** What is said in `ballot` is on disk, perhaps with a later term of the same step, and no later one was there before. */
  #checkTerm(id: NodeId, { record, floor }: Disk, ballot: Ballot): void {
    require(floor.term <= ballot.counter && ballot.counter <= record.term, 'vouched-before-written', () =>
      `${id} vouches in ${showBallot(ballot)}, on disk was ${floor.term} and is ${record.term}`)
  }

  #checkVote(id: NodeId, disk: Disk, ballot: Ballot): void {
    this.#checkTerm(id, disk, ballot)
    const { record, floor } = disk
    const before = floor.term === ballot.counter ? (floor.votedFor ?? ballot.node) : ballot.node
    const after = record.term === ballot.counter ? record.votedFor : ballot.node
    require(before === ballot.node && after === ballot.node, 'second-vote', () =>
      `${id} votes in ${showBallot(ballot)}, on disk was a vote for ${before} and is one for ${after}`)
  }

  #at(node: NodeId): Disk {
    const known = this.#disks.get(node)
    if (known) return known
    const none: RaftRecord = { term: 0, votedFor: null }
    const fresh = { record: none, floor: none, log: new LogMirror(), vouched: null }
    this.#disks.set(node, fresh)
    return fresh
  }
}

function holds(log: LogMirror, at: Slot, entry: MirrorEntry): boolean {
  const held = log.at(at)
  return at <= log.base || (held !== undefined && sameBallot(held.ballot, entry.ballot))
}

/** Counted here and not by the engine's own arithmetic, which is what is being checked. */
const isMajority = (voters: readonly NodeId[], nodes: ReadonlySet<NodeId>): boolean =>
  2 * voters.filter(voter => nodes.has(voter)).length > voters.length

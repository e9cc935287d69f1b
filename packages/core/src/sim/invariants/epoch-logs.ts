/**
 * What nodes of a protocol with epochs have on disk: each epoch number accepted from one leader, and kept; an epoch entered
 * only with its initial history; histories that match; a slot decided only once a quorum holds its entry, and held by a
 * quorum from then on; leaders that begin with all that was decided; nobody vouches for what is not on its disk.
 *
 * Source: Junqueira, Reed and Serafini (2011), sections III and IV.
 */
import { type NodeId, type Slot, slotAfter } from '../../logic/base/ids.ts'
import { type Ballot, noBallot, sameBallot, showBallot } from '../../logic/consensus/ballot.ts'
import type { LogWrite, Persist } from '../../logic/consensus/engine.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import type { Chosen, Decisions } from './decisions.ts'
import { LogEntries } from './log-entries.ts'
import { LogMirror } from './log-mirror.ts'
import { type ZabRecord, zabMessage, zabRecord } from './zab-view.ts'

interface Disk {
  record: ZabRecord
  /** On disk when the latest step began. */
  floor: ZabRecord
  readonly log: LogMirror
  /** What it vouched for last. */
  vouched: { readonly ballot: Ballot; readonly through: Slot } | null
}

export class EpochLogs implements Observer {
  readonly #decisions: () => Decisions
  readonly #disks = new Map<NodeId, Disk>()
  /** The ballot of the entry that each decided slot was chosen with. */
  readonly #chosenIn = new Map<Slot, Ballot>()
  readonly #entries = new LogEntries('epoch', this.#chosenIn)
  /** By epoch: where its initial history ends, as its leader says. */
  readonly #initialThrough = new Map<number, Slot>()
  /** By epoch: the ballot of the last entry of its initial history, as it was first seen on a disk. */
  readonly #initialBallots = new Map<number, Ballot>()
  readonly #leaders = new Map<number, NodeId>()

  constructor(decisions: () => Decisions) {
    this.#decisions = decisions
  }

  stepped({ id, replica }: Running, _step: Step): void {
    const disk = this.#at(id)
    disk.floor = disk.record
    const { role, ballot } = replica.status()
    if (role !== 'leader') return
    const leader = this.#leaders.get(ballot.counter) ?? id
    this.#leaders.set(ballot.counter, leader)
    require(leader === id, 'one-leader', () => `${leader} and ${id} both lead epoch ${ballot.counter}`)
  }

  wrote(node: NodeId, { hardState, log, snapshot }: Persist): void {
    const disk = this.#at(node)
    const record = zabRecord(hardState)
    require(record !== null, 'record', () => `${node} wrote no epochs`)
    const before = disk.record
    this.#checkRecord(node, before, record)
    disk.record = record
    for (const write of log) this.#write(node, disk, write, snapshot?.through ?? disk.log.base)
    if (snapshot !== null) disk.log.keepAfter(snapshot.through)
    if (!sameBallot(before.current, record.current)) this.#checkInitial(node, disk)
    const { vouched } = disk
    const kept = vouched === null || disk.log.last >= vouched.through
    require(kept || !sameBallot(vouched.ballot, record.accepted), 'vouched-dropped', () =>
      `${node} vouched for ${vouched?.through}, its history ends at ${disk.log.last}`)
  }

  sent({ id }: Running, to: NodeId, messages: readonly PeerMessage[]): void {
    const { record, floor, log } = this.#at(id)
    for (const each of messages) {
      const message = each.type === 'engine' ? zabMessage(each.message) : null
      if (message?.type === 'sync' || message?.type === 'newLeader')
        this.#initialThrough.set(message.ballot.counter, message.through)
      if (message?.type === 'newEpoch' || message?.type === 'ackEpoch')
        checkBetween(id, floor.accepted, message.ballot, record.accepted)
      if (message?.type !== 'ack') continue
      const { ballot, through } = message
      checkBetween(id, floor.accepted, ballot, record.accepted)
      checkBetween(id, floor.current, ballot, record.current)
      if (!sameBallot(record.current, ballot)) continue
      require(log.last >= through, 'vouched-before-written', () =>
        `${id} vouched to ${to} for ${through}, its history on disk ends at ${log.last}`)
      this.#at(id).vouched = { ballot, through }
    }
  }

  /** A slot was decided for the first time. */
  decided({ slot, key, membership }: Chosen): void {
    const held = [...this.#disks.values()].flatMap(({ log }) => log.at(slot) ?? [])
    const choosing = held.find(
      entry => entry.key === key && this.#isHeldByQuorum(slot, entry.ballot, membership.voters),
    )
    require(choosing !== undefined, 'quorum', () => `slot ${slot} was decided as ${key}, no quorum holds it`)
    this.#chosenIn.set(slot, choosing.ballot)
  }

  /** Counted here and not by the engine's own arithmetic, which is what is being checked. */
  #isHeldByQuorum(at: Slot, ballot: Ballot, voters: readonly NodeId[]): boolean {
    const holders = voters.filter(voter => {
      const log = this.#disks.get(voter)?.log
      const held = log?.at(at)
      return log !== undefined && (at <= log.base || (held !== undefined && sameBallot(held.ballot, ballot)))
    })
    return 2 * holders.length > voters.length
  }

  #checkRecord(node: NodeId, before: ZabRecord, { accepted, current }: ZabRecord): void {
    require(isWithin(before.accepted, accepted), 'epoch-falls', () =>
      `${node} had accepted ${showBallot(before.accepted)}, on disk is ${showBallot(accepted)}`)
    require(isWithin(before.current, current), 'epoch-falls', () =>
      `${node} was of ${showBallot(before.current)}, on disk is ${showBallot(current)}`)
    require(isWithin(current, accepted), 'entered-unaccepted', () =>
      `${node} is of ${showBallot(current)}, accepted is ${showBallot(accepted)}`)
  }

  /** A node entered an epoch: its history begins with that epoch's, and at a leader holds all that was decided. */
  #checkInitial(node: NodeId, { record, log }: Disk): void {
    const { current } = record
    const through = this.#initialThrough.get(current.counter)
    if (through !== undefined) {
      require(log.last >= through, 'epoch-before-history', () =>
        `${node} entered ${showBallot(current)} at ${log.last}, its history begins with ${through} slots`)
      const ballot = log.at(through)?.ballot ?? this.#chosenIn.get(through) ?? noBallot
      const first = this.#initialBallots.get(current.counter) ?? ballot
      this.#initialBallots.set(current.counter, first)
      require(sameBallot(first, ballot), 'epoch-before-history', () =>
        `${node} entered ${showBallot(current)} with ${showBallot(ballot)} in slot ${through}, another with ${showBallot(first)}`)
    }
    const later = [...this.#leaders.keys()].some(epoch => epoch > current.counter)
    if (current.node !== node || later) return
    const decisions = this.#decisions()
    for (let at = slotAfter(log.base); at <= decisions.through; at = slotAfter(at)) {
      // What was proposed in this epoch may be decided before the leader's own disk is done.
      if ((this.#chosenIn.get(at)?.counter ?? 0) >= current.counter) return
      require(log.at(at)?.key === decisions.at(at)?.key, 'leader-completeness', () =>
        `${node} leads ${showBallot(current)} without the decided slot ${at}`)
    }
  }

  /** `covered`: up to here a snapshot takes the place of the log, in the same write at the latest. */
  #write(node: NodeId, { log }: Disk, write: LogWrite, covered: Slot): void {
    if (write.type === 'append') return this.#entries.append(node, log, write.run, covered)
    for (const [at] of log.truncate(write.from)) {
      const chosenIn = this.#chosenIn.get(at)
      if (at <= covered || chosenIn === undefined) continue
      const voters = this.#decisions().at(at)?.membership.voters ?? []
      require(this.#isHeldByQuorum(at, chosenIn, voters), 'chosen-dropped', () =>
        `${node} dropped slot ${at} of ${showBallot(chosenIn)}, which was chosen, and no quorum holds it`)
    }
  }

  #at(node: NodeId): Disk {
    const known = this.#disks.get(node)
    if (known) return known
    const none: ZabRecord = { accepted: noBallot, current: noBallot }
    const fresh = { record: none, floor: none, log: new LogMirror(), vouched: null }
    this.#disks.set(node, fresh)
    return fresh
  }
}

/** Whether `b` is `a` or of a later epoch; not of another leader's with the same number. */
const isWithin = (a: Ballot, b: Ballot): boolean => a.counter < b.counter || sameBallot(a, b)

/** What is said in `ballot` is on disk, perhaps with a later one of the same write, and no later one was there before. */
function checkBetween(node: NodeId, floor: Ballot, ballot: Ballot, record: Ballot): void {
  require(isWithin(floor, ballot) && isWithin(ballot, record), 'vouched-before-written', () =>
    `${node} vouches in ${showBallot(ballot)}, on disk was ${showBallot(floor)} and is ${showBallot(record)}`)
}

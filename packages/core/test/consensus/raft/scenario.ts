/**
 * A few Raft nodes on one table: a script says who ticks, what arrives, what is cut and who crashes; everything that
 * happens is a line of the trace. Writes are done at once unless a node's disk is held.
 */
import { type NodeId, nodeId, slot } from '../../../src/logic/base/ids.ts'
import { seededRandom } from '../../../src/logic/base/random.ts'
import { type Ballot, noBallot, showBallot } from '../../../src/logic/consensus/ballot.ts'
import type {
  Engine,
  EngineInput,
  EngineOutput,
  EngineStatus,
  LogWrite,
  Outgoing,
  Persist,
  Recovered,
  Snapshot,
} from '../../../src/logic/consensus/engine.ts'
import type { Message, Place } from '../../../src/logic/consensus/raft/messages.ts'
import { raft } from '../../../src/logic/consensus/raft/raft.ts'
import { lastSlotOf, type Run, type Value } from '../../../src/logic/consensus/value.ts'

export interface Letter {
  readonly from: NodeId
  readonly to: NodeId
  readonly message: Message
}

interface Seat {
  engine: Engine<Message> | null
  readonly founders: readonly NodeId[]
  disk: Recovered
  /** Writes and what waits for them, while the disk is held. */
  held: { readonly persist: Persist; readonly after: readonly Outgoing<Message>[] }[] | null
  shown: string
}

export type StoredRun = readonly [term: number, firstSlot: number, ...values: string[]]

/** Stored terms are led by `t` and their number. */
export const termOf = (counter: number): Ballot => ({ counter, node: nodeId(`t${counter}`) })

export const emptyDisk: Recovered = { hardState: null, log: [], snapshot: null }

export class Scenario {
  readonly #seats = new Map<NodeId, Seat>()
  readonly #cut = new Set<string>()
  readonly #lines: string[] = []
  letters: Letter[] = []
  #lives = 0
  /** By node: answers to reads, as `id@slot`. */
  readonly reads: string[] = []

  constructor(founders: readonly string[], joiners: readonly string[] = []) {
    for (const name of founders) this.#sit(name, founders.map(nodeId), emptyDisk)
    for (const name of joiners) this.#sit(name, [], emptyDisk)
  }

  get trace(): string {
    return `${this.#lines.join('\n')}\n`
  }

  /** A remark, for the reader of the trace. */
  say(text: string): void {
    this.#lines.push('', `# ${text}`)
  }

  status(name: string): EngineStatus {
    return this.#engine(name).status()
  }

  input(name: string, ...inputs: readonly EngineInput<Message>[]): void {
    this.#take(nodeId(name), this.#engine(name).step(inputs))
  }

  tick(name: string, count = 1): void {
    for (let i = 0; i < count; i++) this.input(name, { type: 'tick' })
  }

  /** Ticks until `name` asks for pre-votes; how many it took. */
  loseHope(name: string): number {
    for (let ticks = 0; ticks < 60; ticks++) {
      const { role } = this.status(name)
      if (role === 'candidate' || role === 'leader') return ticks
      this.tick(name)
    }
    return 60
  }

  /** `name` loses its patience and asks for pre-votes; of what follows, what `arrives` is delivered. Twice, if need be. */
  elect(name: string, arrives: (letter: Letter) => boolean = () => true): void {
    for (let tries = 0; tries < 3 && this.status(name).role !== 'leader'; tries++) {
      this.#lines.push(`${name} loses its patience`)
      this.loseHope(name)
      this.settle(arrives)
      for (let ticks = 0; ticks < 20 && this.status(name).role === 'candidate'; ticks++) this.tick(name)
      this.settle(arrives)
    }
  }

  /** Those named believe that the leader whom they hear is dead. */
  suspect(...names: readonly string[]): void {
    for (const name of names) {
      const { leader } = this.status(name)
      if (leader !== null) this.input(name, { type: 'suspect', peer: leader })
    }
  }

  propose(name: string, ...texts: readonly string[]): void {
    this.#lines.push(`${name} is given ${texts}`)
    this.input(name, { type: 'propose', commands: texts.map(text => new TextEncoder().encode(text)) })
  }

  /** Delivers what is on its way and `arrives`, and what follows from it; the rest is lost. What a node says to itself is not. */
  settle(arrives: (letter: Letter) => boolean = () => true): void {
    for (let rounds = 0; this.letters.length > 0; rounds++) {
      if (rounds > 1_000) throw new Error('they never stop talking')
      const [letter, ...rest] = this.letters
      this.letters = rest
      if (letter && (letter.from === letter.to || arrives(letter))) this.deliver(letter)
    }
  }

  deliver({ from, to, message }: Letter): void {
    if (this.#cut.has(`${from}${to}`) || this.#seats.get(to)?.engine === null) return
    if (from !== to) this.#lines.push(`${from} > ${to}  ${showMessage(message)}`)
    this.input(to, { type: 'message', from, message })
  }

  /** Takes what is on its way out of the script's hands: to be delivered late, or never. */
  intercept(which: (letter: Letter) => boolean): readonly Letter[] {
    const taken = this.letters.filter(which)
    this.letters = this.letters.filter(letter => !which(letter))
    return taken
  }

  /** Nothing passes between the two groups. */
  part(some: readonly string[], others: readonly string[]): void {
    this.#lines.push(`${some} | ${others}`)
    for (const a of some) for (const b of others) this.#cut.add(`${a}${b}`).add(`${b}${a}`)
  }

  mend(): void {
    this.#lines.push('mended')
    this.#cut.clear()
  }

  hold(name: string): void {
    this.#seat(name).held = []
  }

  /** The held writes are done. */
  release(name: string): void {
    const seat = this.#seat(name)
    const held = seat.held ?? []
    seat.held = null
    for (const { persist, after } of held) this.#write(nodeId(name), seat, persist, after)
  }

  /** What is not on disk is gone. */
  crash(name: string): void {
    this.#lines.push(`${name} crashes`)
    const seat = this.#seat(name)
    seat.engine = null
    seat.held = null
    this.letters = this.letters.filter(({ to }) => to !== name)
  }

  restart(name: string): void {
    const { founders, disk } = this.#seat(name)
    this.#lines.push(`${name} starts again`)
    this.#sit(name, founders, disk)
    this.input(name)
  }

  compact(name: string, through: number): void {
    const state = new TextEncoder().encode(`state ${through}`)
    const { membership } = this.status(name)
    this.input(name, { type: 'compact', snapshot: { through: slot(through), membership, state } })
  }

  disk(name: string): Recovered {
    return this.#seat(name).disk
  }

  /** Puts `name` in place with a log that was written before: runs as `[term, first slot, values ...]`. */
  stored(name: string, term: number, founders: readonly string[], runs: readonly StoredRun[]): void {
    const log = runs.map(([counter, firstSlot, ...texts]): LogWrite => {
      const values = texts.map(text => new TextEncoder().encode(text))
      return { type: 'append', run: { ballot: termOf(counter), firstSlot: slot(firstSlot), values } }
    })
    const hardState = { term, votedFor: null, chosenThrough: 0, snapshotBallot: noBallot }
    this.#sit(name, founders.map(nodeId), { hardState, log, snapshot: null })
  }

  /** The log on a node's disk, term and value of each slot. */
  log(name: string): string {
    const entries = new Map<number, string>()
    for (const write of this.#seat(name).disk.log) {
      if (write.type === 'truncate') {
        for (const at of entries.keys()) if (at >= write.from) entries.delete(at)
      } else
        write.run.values.forEach((value, index) => {
          entries.set(write.run.firstSlot + index, `${write.run.ballot.counter}${showValue(value)}`)
        })
    }
    return [...entries.values()].join(' ')
  }

  #sit(name: string, founders: readonly NodeId[], disk: Recovered): void {
    this.#lives++
    const random = seededRandom(name.charCodeAt(0) + 256 * this.#lives)
    const engine = raft.create({ self: nodeId(name), founders, random, recovered: structuredClone(disk) })
    this.#seats.set(nodeId(name), { engine, founders, disk, held: null, shown: '' })
  }

  #seat(name: string): Seat {
    const seat = this.#seats.get(nodeId(name))
    if (seat === undefined) throw new Error(`nobody is called ${name}`)
    return seat
  }

  #engine(name: string): Engine<Message> {
    const { engine } = this.#seat(name)
    if (engine === null) throw new Error(`${name} is down`)
    return engine
  }

  #take(self: NodeId, output: EngineOutput<Message>): void {
    const seat = this.#seat(self)
    this.#post(self, output.send)
    const { persist, sendAfterPersist } = output
    if (persist !== null && seat.held !== null) seat.held.push({ persist, after: sendAfterPersist })
    else if (persist !== null) this.#write(self, seat, persist, sendAfterPersist)
    else if (seat.held !== null && seat.held.length > 0)
      seat.held.push({ persist: { hardState: null, log: [], snapshot: null }, after: sendAfterPersist })
    else this.#post(self, sendAfterPersist)
    if (output.install !== null) this.#lines.push(`      ${self} installs ${showSnapshot(output.install)}`)
    const decided = output.decided.map(({ slot: at, value }) => `${at}=${showValue(value)}`)
    if (decided.length > 0) this.#lines.push(`      ${self} decides ${decided.join(' ')}`)
    for (const { id, slot: at } of output.reads) {
      this.reads.push(`${self}: ${id}@${at}`)
      this.#lines.push(`      ${self} reads ${id} at ${at}`)
    }
    const { role, ballot } = this.status(self)
    const shown = `${role} in term ${ballot.counter}`
    if (shown !== seat.shown) this.#lines.push(`      ${self} is ${shown}`)
    seat.shown = shown
  }

  #write(self: NodeId, seat: Seat, persist: Persist, after: readonly Outgoing<Message>[]): void {
    const { log, snapshot } = persist
    seat.disk = {
      hardState: persist.hardState ?? seat.disk.hardState,
      log: [...seat.disk.log, ...log].filter(write => !isCovered(write, snapshot)),
      snapshot: snapshot ?? seat.disk.snapshot,
    }
    for (const write of log) this.#lines.push(`      ${self} writes ${showWrite(write)}`)
    this.#post(self, after)
  }

  #post(from: NodeId, outgoing: readonly Outgoing<Message>[]): void {
    for (const { to, message } of outgoing) this.letters.push({ from, to, message })
  }
}

const isCovered = (write: LogWrite, snapshot: Snapshot | null): boolean =>
  snapshot !== null && write.type === 'append' && lastSlotOf(write.run) <= snapshot.through

export function showValue(value: Value): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value.type === 'noop') return '-'
  const { voters, observers } = value.membership
  return observers.length === 0 ? `{${voters}}` : `{${voters}|${observers}}`
}

const showRun = ({ ballot, firstSlot, values }: Run): string =>
  `${firstSlot}:${values.map(value => `${ballot.counter}${showValue(value)}`).join(' ')}`

const showPlace = ({ slot: at, ballot }: Place): string => `${at}:${ballot.counter}`

const showSnapshot = ({ through, membership }: Snapshot): string =>
  `the state of ${through} with ${showValue({ type: 'membership', membership })}`

const showWrite = (write: LogWrite): string =>
  write.type === 'append' ? showRun(write.run) : `the end of the log before ${write.from}`

export function showMessage(message: Message): string {
  switch (message.type) {
    case 'preVote':
    case 'requestVote': {
      const transfer = message.type === 'requestVote' && message.transfer ? ', by transfer' : ''
      return `${message.type} ${showBallot(message.ballot)} log ${showPlace(message.end)}${transfer}`
    }
    case 'preVoteReply':
      return `${message.type} ${showBallot(message.ballot)} ${message.granted ? 'yes' : 'no'}, in ${message.term}`
    case 'append': {
      const { ballot, prev, runs, chosenThrough } = message
      return `append ${showBallot(ballot)} after ${showPlace(prev)} [${runs.map(showRun).join(' ')}] chosen ${chosenThrough}`
    }
    case 'appended':
      return `appended ${showBallot(message.ballot)} through ${message.through} round ${message.round}`
    case 'mismatched':
      return `mismatched ${showBallot(message.ballot)} after ${message.prevSlot}, try ${showPlace(message.hint)}`
    case 'chosen':
      return `chosen ${showBallot(message.ballot)} through ${message.chosenThrough}`
    case 'heartbeat':
      return `heartbeat ${showBallot(message.ballot)} chosen ${message.chosenThrough} round ${message.round}`
    case 'vote':
    case 'timeoutNow':
      return `${message.type} ${showBallot(message.ballot)}`
    case 'refused':
      return `refused, in ${message.term}`
    case 'read':
      return `read ${message.id}`
    case 'readReply':
      return `readReply ${message.id} at ${message.slot}`
    case 'snapshotOffer':
      return `snapshotOffer ${message.name.through}:${message.lastBallot.counter}`
    case 'snapshotAsk':
    case 'snapshotPiece':
      return `${message.type} ${message.name.through} from byte ${message.offset}`
  }
}

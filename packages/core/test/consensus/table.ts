/**
 * Nodes of one protocol around a table: a script decides who ticks, which letters arrive, whose disk is slow and who crashes.
 * Everything that happens becomes a line of the trace. Chance always draws 0, so that timeouts are the shortest ones.
 */
import { type NodeId, nodeId, slot } from '../../src/logic/base/ids.ts'
import type { Random } from '../../src/logic/base/random.ts'
import { type Ballot, showBallot } from '../../src/logic/consensus/ballot.ts'
import type {
  Engine,
  EngineInput,
  EngineKind,
  EngineOutput,
  EngineStatus,
  Outgoing,
  Persist,
  Recovered,
} from '../../src/logic/consensus/engine.ts'
import { lastSlotOf, type Run } from '../../src/logic/consensus/value.ts'
import { showRun, showValue } from './show.ts'

export interface Letter<Message> {
  readonly from: NodeId
  readonly to: NodeId
  readonly message: Message
}

interface Seat<Message> {
  readonly founders: readonly NodeId[]
  engine: Engine<Message> | null
  disk: Recovered
  /** Writes that wait, and what waits for them; null while the disk is quick. */
  waiting: { readonly persist: Persist | null; readonly after: readonly Outgoing<Message>[] }[] | null
}

export const emptyDisk: Recovered = { hardState: null, log: [], snapshot: null }

export const ballot = (counter: number, node: string): Ballot => ({ counter, node: nodeId(node) })

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export const run = (of: Ballot, firstSlot: number, ...texts: readonly string[]): Run => ({
  ballot: of,
  firstSlot: slot(firstSlot),
  values: texts.map(bytes),
})

export interface TableOptions {
  readonly joiners?: readonly string[]
  readonly logKeptSlots?: number
}

export class Table<Message> {
  readonly #seats = new Map<string, Seat<Message>>()
  readonly #lines: string[] = []
  readonly #cut = new Set<string>()
  readonly #logKeptSlots: number | undefined
  /** Each life of an engine draws its own numbers where it must not repeat those of an earlier one. */
  #lives = 0
  /** On their way. */
  letters: Letter<Message>[] = []
  /** Answers to reads, as `node id@slot`. */
  readonly reads: string[] = []

  readonly #kind: EngineKind<Message>
  readonly #show: (message: Message) => string

  constructor(
    kind: EngineKind<Message>,
    show: (message: Message) => string,
    founders: readonly string[],
    { joiners = [], logKeptSlots }: TableOptions = {},
  ) {
    this.#kind = kind
    this.#show = show
    this.#logKeptSlots = logKeptSlots
    for (const name of founders) this.seat(name, emptyDisk, founders)
    for (const name of joiners) this.seat(name, emptyDisk, [])
  }

  get trace(): string {
    return `${this.#lines.join('\n')}\n`
  }

  /** A remark for who reads the trace. */
  say(text: string): void {
    this.#lines.push(`-- ${text}`)
  }

  /** Puts a node at the table whose disk holds `disk`. */
  seat(name: string, disk: Recovered, founders: readonly string[]): void {
    const engine = this.#kind.create({
      self: nodeId(name),
      founders: founders.map(nodeId),
      random: shortestTimeouts(++this.#lives),
      recovered: structuredClone(disk),
      ...(this.#logKeptSlots === undefined ? {} : { logKeptSlots: this.#logKeptSlots }),
    })
    this.#seats.set(name, { founders: founders.map(nodeId), engine, disk, waiting: null })
  }

  status(name: string): EngineStatus {
    return this.#engine(name).status()
  }

  disk(name: string): Recovered {
    return this.#at(name).disk
  }

  /** One step with these inputs; returns what came out, after it was carried out. */
  input(name: string, ...inputs: readonly EngineInput<Message>[]): EngineOutput<Message> {
    const before = this.status(name).role
    const output = this.#engine(name).step(inputs)
    this.#perform(name, output)
    const { role, ballot: promised } = this.status(name)
    if (role !== before) this.#lines.push(`     ${name} is ${role}, promised ${showBallot(promised)}`)
    return output
  }

  tick(name: string, count = 1): void {
    for (let i = 0; i < count; i++) this.input(name, { type: 'tick' })
  }

  message(to: string, from: string, message: Message): EngineOutput<Message> {
    return this.input(to, { type: 'message', from: nodeId(from), message })
  }

  propose(name: string, ...texts: readonly string[]): void {
    this.#lines.push(`${name} is asked for ${texts.join(' ')}`)
    this.input(name, { type: 'propose', commands: texts.map(bytes) })
  }

  /** `name` and the `believers` take their leader for dead; `name` waits the shortest time and stands. */
  elect(name: string, believers: readonly string[] = [], lost?: (letter: Letter<Message>) => boolean): void {
    this.#lines.push(`${name} stands`)
    for (const each of [name, ...believers]) {
      const { leader } = this.status(each)
      if (leader !== null) this.input(each, { type: 'suspect', peer: leader })
    }
    for (let ticks = 0; ticks < 60 && this.status(name).role === 'follower'; ticks++) this.tick(name)
    this.settle(lost)
  }

  /** Delivers what is on its way and what follows from it, in order, except what `lost` says. */
  settle(lost: (letter: Letter<Message>) => boolean = () => false): void {
    for (let count = 0; this.letters.length > 0; count++) {
      if (count > 5_000) throw new Error('they never stop talking')
      const [letter] = this.letters.splice(0, 1)
      if (letter && (letter.from === letter.to || !lost(letter))) this.deliver(letter)
    }
  }

  deliver({ from, to, message }: Letter<Message>): void {
    if (this.#at(to).engine === null || this.#cut.has(`${from}${to}`)) return
    if (from !== to) this.#lines.push(`${from} > ${to}  ${this.#show(message)}`)
    this.input(to, { type: 'message', from, message })
  }

  /** Takes letters off the table: to be delivered later, or never. */
  take(which: (letter: Letter<Message>) => boolean): readonly Letter<Message>[] {
    const taken = this.letters.filter(which)
    this.letters = this.letters.filter(letter => !which(letter))
    return taken
  }

  part(some: readonly string[], others: readonly string[]): void {
    this.#lines.push(`${some.join()} | ${others.join()}`)
    for (const a of some) for (const b of others) this.#cut.add(`${a}${b}`).add(`${b}${a}`)
  }

  mend(): void {
    this.#lines.push('all connected')
    this.#cut.clear()
  }

  crash(name: string): void {
    this.#lines.push(`${name} crashes`)
    const seat = this.#at(name)
    seat.engine = null
    seat.waiting = null
    this.letters = this.letters.filter(({ to }) => to !== name)
  }

  restart(name: string): void {
    this.#lines.push(`${name} starts again`)
    const { disk, founders } = this.#at(name)
    this.seat(name, disk, founders)
    this.input(name)
  }

  slowDisk(name: string): void {
    this.#at(name).waiting = []
  }

  /** The writes that waited are done. */
  quickDisk(name: string): void {
    const seat = this.#at(name)
    const waiting = seat.waiting ?? []
    seat.waiting = null
    for (const { persist, after } of waiting) this.#write(name, persist, after)
  }

  compact(name: string, through: number): void {
    this.#lines.push(`${name} forgets the log through ${through}`)
    const { membership } = this.status(name)
    this.input(name, {
      type: 'compact',
      snapshot: { through: slot(through), membership, state: bytes(`state of ${through}`) },
    })
  }

  #at(name: string): Seat<Message> {
    const seat = this.#seats.get(name)
    if (seat === undefined) throw new Error(`nobody is called ${name}`)
    return seat
  }

  #engine(name: string): Engine<Message> {
    const { engine } = this.#at(name)
    if (engine === null) throw new Error(`${name} is down`)
    return engine
  }

  #perform(
    name: string,
    { send, persist, sendAfterPersist, decided, reads, install }: EngineOutput<Message>,
  ): void {
    const { waiting } = this.#at(name)
    this.#post(name, send)
    if (waiting !== null && (persist !== null || waiting.length > 0))
      waiting.push({ persist, after: sendAfterPersist })
    else this.#write(name, persist, sendAfterPersist)
    if (install !== null) this.#lines.push(`     ${name} installs the state of ${install.through}`)
    if (decided.length > 0)
      this.#lines.push(
        `     ${name} decides ${decided.map(({ slot: at, value }) => `${at}=${showValue(value)}`).join(' ')}`,
      )
    for (const { id, slot: at } of reads) {
      this.reads.push(`${name} ${id}@${at}`)
      this.#lines.push(`     ${name} reads at ${at}`)
    }
  }

  #write(name: string, persist: Persist | null, after: readonly Outgoing<Message>[]): void {
    const seat = this.#at(name)
    if (persist !== null) {
      const { hardState, log, snapshot } = persist
      for (const write of log)
        this.#lines.push(
          write.type === 'append'
            ? `     ${name} writes ${showRun(write.run)}`
            : `     ${name} takes back everything from ${write.from} on`,
        )
      const kept = [...seat.disk.log, ...log].filter(
        write => write.type !== 'append' || snapshot === null || lastSlotOf(write.run) > snapshot.through,
      )
      seat.disk = { hardState, log: kept, snapshot: snapshot ?? seat.disk.snapshot }
    }
    this.#post(name, after)
  }

  #post(from: string, outgoing: readonly Outgoing<Message>[]): void {
    for (const { to, message } of outgoing) this.letters.push({ from: nodeId(from), to, message })
  }
}

/** Draws 0 where little is asked for, which is every timeout; and the number of this life where much is. */
const shortestTimeouts = (life: number): Random => ({ below: bound => (bound > 1_000 ? life : 0) })

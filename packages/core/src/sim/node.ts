/**
 * One replica as a process: performs steps in the order in which the host's runtime does, over a virtual disk and clock.
 * It crashes, starts again from its disk, freezes and thaws, misses ticks and has a wall clock of its own; when is not
 * for it to say.
 */

import { InvariantError } from '../logic/base/assert.ts'
import type { Codec } from '../logic/base/codec.ts'
import type { NodeId } from '../logic/base/ids.ts'
import { historyBytesMax } from '../logic/base/limits.ts'
import type { AnyEngineKind, Engine, EngineInput } from '../logic/consensus/engine.ts'
import type { ReplicaEvent } from '../logic/replica/event.ts'
import { Replica } from '../logic/replica/replica.ts'
import type { Step, ToClient, ToPeer } from '../logic/replica/step.ts'
import { WriteGroup } from '../logic/replica/write-group.ts'
import { createMachine } from '../logic/state/machine.ts'
import { History } from '../logic/watch/history.ts'
import { createWatchTable } from '../logic/watch/watch-table.ts'
import { type Chance, chanceOf } from './chance.ts'
import type { Clock } from './clock.ts'
import { describeEvent, describeStep } from './describe.ts'
import { Disk } from './disk.ts'
import { asSaid, byReceiver } from './mail.ts'
import type { Frame } from './network.ts'
import type { Observer, Running } from './observer.ts'
import type { Trace } from './trace.ts'
import { Violation } from './violation.ts'

/** Where wall clocks begin: late enough that none is ever before 1970. */
const epochMs = 1_750_000_000_000

/** A browser that wakes up fires a timer that was due many times once, or a few times. */
const lateTicksMax = 200

export interface NodeConfig {
  readonly id: NodeId
  readonly founders: readonly NodeId[]
  readonly tickMs: number
  readonly seed: number
  readonly snapshotSlots: number
  /** Changes kept for watches that resume; null: as many as anywhere. */
  readonly historyChanges: number | null
  readonly logKeptSlots: number
  /** Whether the replica's own changes of the membership reach the engine; newcomers are taken in in any case. */
  readonly automatic: boolean
  readonly kind: AnyEngineKind
  readonly codec: Codec
}

/** What a node is given by the world around it. */
export interface Surroundings {
  readonly clock: Clock
  readonly trace: Trace
  readonly observers: Required<Observer>
  diskMs(node: NodeId): number
  send(frame: Frame): void
  deliver(node: NodeId, events: readonly ToClient[]): void
  /** A write began: the moment for a crash in the middle of it. */
  writing(node: SimNode): void
  /** It leads since the last step. */
  leads(node: SimNode): void
}

export class SimNode {
  readonly id: NodeId
  readonly #config: NodeConfig
  readonly #world: Surroundings
  readonly #disk: Disk
  readonly #chance: Chance
  #running: Running | null = null
  #inbox: ReplicaEvent[] = []
  /** A run is planned. */
  #busy = false
  #group = new WriteGroup()
  #leads = false
  #frozen = false
  #deaf = false
  /** Asked of the engine past the replica's own rules, with the next step. */
  #asked: EngineInput<unknown>[] = []
  /** Ticks missed so far; null while none are. */
  #missedTicks: number | null = null
  /** What its wall clock shows beyond the true time. */
  #wallAheadMs = 0
  /** What goes on when the node thaws. */
  #heldUp: (() => void)[] = []

  constructor(config: NodeConfig, world: Surroundings) {
    this.id = config.id
    this.#config = config
    this.#world = world
    this.#disk = new Disk(persist => world.observers.wrote(config.id, persist))
    this.#chance = chanceOf(config.seed, `node ${config.id}`)
  }

  /** Null while it is down. */
  get running(): Running | null {
    return this.#running
  }

  get isFrozen(): boolean {
    return this.#frozen
  }

  get isWriting(): boolean {
    return this.#disk.isWriting
  }

  start(): void {
    if (this.#running !== null) return
    const { id: self, founders, kind, codec, seed, tickMs } = this.#config
    const { snapshotSlots, logKeptSlots, historyChanges: changesMax } = this.#config
    const recovered = this.#disk.open()
    const incarnation = this.#disk.incarnation
    this.#world.trace.note(self, 'starts', () => `${incarnation}`)
    const machine = createMachine(codec)
    const random = chanceOf(seed, `engine ${self} ${incarnation}`)
    const engine = this.#asking(kind.create({ self, founders, random, recovered, logKeptSlots }))
    const history =
      changesMax === null ? new History() : new History({ changesMax, bytesMax: historyBytesMax })
    const watches = createWatchTable()
    // Where snapshots are most frequent they also take longest: some are under way most of the time.
    const snapshotZnodesPerTick = snapshotSlots <= 8 ? 2 : undefined
    const parts = { self, engine, machine, watches, history, codec }
    const replica = new Replica({ ...parts, snapshotSlots, snapshotZnodesPerTick })
    const running: Running = { id: self, incarnation, replica, machine }
    this.#running = running
    this.#world.observers.started(running, recovered)
    const tick = () => {
      if (this.#running !== running) return
      if (this.#missedTicks !== null) this.#missedTicks++
      else if (!this.#frozen) this.push({ type: 'tick' })
      this.#world.clock.after(tickMs, tick)
    }
    this.#world.clock.after(this.#chance.between(1, tickMs), tick)
  }

  /** Says the last words that a page says when it goes away, for all that are served here. */
  takeLeave(peers: readonly { readonly id: NodeId }[]): void {
    const running = this.#running
    if (running === null || this.#frozen) return
    const farewell = running.replica.farewell()
    this.#send(
      running,
      peers.filter(({ id }) => id !== this.id).map(({ id: to }) => ({ to, message: farewell })),
    )
  }

  /** Everything that is not on disk is gone. */
  crash(writeHappened: boolean): void {
    if (this.#running === null) return
    this.#world.trace.note(this.id, 'crashes', () =>
      this.#disk.isWriting ? (writeHappened ? 'after its write' : 'before its write') : '',
    )
    this.#disk.crash(writeHappened)
    this.#running = null
    this.#group = new WriteGroup()
    this.#inbox = []
    this.#asked = []
    this.#missedTicks = null
    this.#busy = false
    this.#leads = false
    this.#frozen = false
    this.#heldUp = []
  }

  /** Nothing is computed until {@link thaw}; ticks are missed, what arrives waits, or, from peers, is lost if `deaf`. */
  freeze(deaf: boolean): void {
    if (this.#running === null || this.#frozen) return
    this.#world.trace.note(this.id, 'freezes')
    this.#frozen = true
    this.#deaf = deaf
  }

  thaw(): void {
    if (!this.#frozen) return
    this.#world.trace.note(this.id, 'thaws')
    this.#frozen = false
    const heldUp = this.#heldUp
    this.#heldUp = []
    for (const goOn of heldUp) goOn()
  }

  /** No ticks come until {@link resumeTicks}; everything else does. */
  missTicks(): void {
    if (this.#running === null || this.#missedTicks !== null) return
    this.#world.trace.note(this.id, 'misses ticks')
    this.#missedTicks = 0
  }

  /** Ticks come again: at once all that were missed (up to a bound), or one. */
  resumeTicks(all: boolean): void {
    if (this.#missedTicks === null) return
    const late = all ? Math.min(this.#missedTicks, lateTicksMax) : 1
    this.#world.trace.note(this.id, 'ticks again', () => `${late}`)
    this.#missedTicks = null
    for (let count = 0; count < late; count++) this.push({ type: 'tick' })
  }

  /** The wall clock jumps, forwards or back. */
  setWallClock(aheadMs: number): void {
    this.#world.trace.note(this.id, 'wall clock', () => `${aheadMs} ms ahead`)
    this.#wallAheadMs = aheadMs
  }

  /** Asks the engine for what no replica asks it by itself. Lost while the node is down. */
  ask(input: EngineInput<unknown>): void {
    if (this.#running === null) return
    this.#asked.push(input)
    this.#runSoon(this.#running)
  }

  /** Puts `event` at the end of the next batch. Lost while the node is down. */
  push(event: ReplicaEvent): void {
    const running = this.#running
    if (running === null || (this.#frozen && this.#deaf && event.type === 'peer')) return
    this.#inbox.push(event)
    this.#runSoon(running)
  }

  #runSoon(running: Running): void {
    if (this.#busy) return
    this.#busy = true
    this.#later(running, 0, () => this.#run(running))
  }

  #run(running: Running): void {
    this.#busy = false
    while (this.#hasWork || this.#canWrite) {
      if (this.#hasWork) {
        const batch = this.#inbox
        this.#inbox = []
        const step = this.#step(running, batch)
        if (step.deliver.length > 0) this.#world.deliver(this.id, step.deliver)
        this.#send(running, step.send)
        this.#group.add(step)
      }
      if (this.#canWrite) this.#write(running)
      if (this.#running !== running) return
    }
  }

  get #hasWork(): boolean {
    return this.#inbox.length > 0 || this.#asked.length > 0
  }

  get #canWrite(): boolean {
    return !this.#disk.isWriting && !this.#group.isEmpty
  }

  #write(running: Running): void {
    const { persist, sendAfterPersist } = this.#group.take()
    if (persist === null) return this.#send(running, sendAfterPersist)
    this.#disk.begin(persist)
    this.#world.writing(this)
    this.#later(running, this.#world.diskMs(this.id), () => {
      this.#disk.complete()
      this.#world.trace.note(this.id, 'has written')
      this.#send(running, sendAfterPersist)
      this.#run(running)
    })
  }

  /** `engine`, which is also told what was asked of it here, and perhaps not what the replica would change by itself. */
  #asking(engine: Engine<unknown>): Engine<unknown> {
    const { automatic } = this.#config
    const passes = (input: EngineInput<unknown>) =>
      automatic || input.type !== 'changeMembership' || input.change.type === 'addObserver'
    return {
      step: inputs => {
        const asked = this.#asked
        this.#asked = []
        return engine.step([...asked, ...inputs.filter(passes)])
      },
      status: () => engine.status(),
      held: () => engine.held(),
      isRoutine: message => engine.isRoutine(message),
      inspect: () => engine.inspect(),
    }
  }

  #step(running: Running, batch: readonly ReplicaEvent[]): Step {
    const { clock, trace, observers } = this.#world
    for (const event of batch) trace.note(this.id, event.type, () => describeEvent(event))
    let step: Step
    try {
      step = running.replica.step(batch, epochMs + clock.now + this.#wallAheadMs)
    } catch (error) {
      if (error instanceof InvariantError)
        throw new Violation('assert', `${this.id} stopped: ${error.message}`)
      throw error
    }
    trace.note(this.id, 'steps', () => describeStep(running, step))
    observers.stepped(running, step)
    const leads = running.replica.status().role === 'leader'
    if (leads && !this.#leads) this.#world.leads(this)
    this.#leads = leads
    return step
  }

  #send(running: Running, sent: readonly ToPeer[]): void {
    for (const [to, messages] of byReceiver(sent)) {
      for (const [hearer, said] of asSaid(to, messages)) this.#world.observers.sent(running, hearer, said)
      if (to === this.id) this.#inbox.push({ type: 'peer', from: to, messages })
      else this.#world.send({ from: this.id, to, messages })
    }
  }

  /** Unless the node has crashed by then; once it has thawed, if it is frozen then. */
  #later(running: Running, delayMs: number, happen: () => void): void {
    const attempt = () => {
      if (this.#running !== running) return
      if (this.#frozen) this.#heldUp.push(attempt)
      else happen()
    }
    this.#world.clock.after(delayMs, attempt)
  }
}

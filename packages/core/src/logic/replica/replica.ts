/**
 * One replica: joins the engine, the state, and what serves the clients attached to it. Takes a batch of events and returns
 * one step; nothing here waits. Does not know how consensus is reached, what a command does, or how frames travel.
 */
import { assert } from '../base/assert.ts'
import type { Codec } from '../base/codec.ts'
import type { NodeId, SessionId } from '../base/ids.ts'
import { touchTicks } from '../base/limits.ts'
import type { Engine, EngineInput, EngineOutput, EngineStatus } from '../consensus/engine.ts'
import { type Membership, members, noMembership } from '../consensus/membership.ts'
import { Feeding, type Passed } from '../feed/feeding.ts'
import { encodeCommand, stampCommand } from '../state/command.ts'
import type { StateMachine } from '../state/contract.ts'
import type { WatchTable } from '../watch/contract.ts'
import type { History } from '../watch/history.ts'
import type { PeerMessage } from '../wire/envelope.ts'
import { Belonging, type Wishes } from './belonging.ts'
import { Checkpoints } from './checkpoints.ts'
import { isSnapshotDue } from './compaction.ts'
import { Duty } from './duty.ts'
import { entryOf } from './entry.ts'
import type { ClientId, ReplicaEvent } from './event.ts'
import { tellDoer } from './hearsay.ts'
import { parcels } from './parcels.ts'
import { answersTo, hintsOf, Parting, type RemovalQuestion } from './parting.ts'
import { Serving } from './serving.ts'
import { Snapshotting } from './snapshotting.ts'
import type { Step, ToPeer } from './step.ts'

export interface ReplicaConfig {
  readonly self: NodeId
  readonly engine: Engine<unknown>
  readonly machine: StateMachine
  readonly watches: WatchTable
  /** The changes that watches resume from; as much as `limits.ts` says where nothing is said. */
  readonly history?: History
  readonly codec: Codec
  /** Slots between two snapshots, at least; `snapshotSlotsMin` where nothing is said. The same at all replicas. */
  readonly snapshotSlots?: number
  /** Znodes that a snapshot goes on by with each tick; as `limits.ts` says where nothing is said. */
  readonly snapshotZnodesPerTick?: number | undefined
}

export class Replica {
  readonly self: NodeId

  readonly #engine: Engine<unknown>
  readonly #machine: StateMachine
  readonly #codec: Codec
  readonly #snapshotSlots: number | undefined
  readonly #checkpoints = new Checkpoints()
  readonly #belonging: Belonging
  readonly #parting: Parting
  readonly #snapshotting: Snapshotting
  readonly #duty: Duty
  readonly #serving: Serving
  readonly #feeding: Feeding
  /** Peers with a connection, as the host sees it. */
  readonly #connected = new Set<NodeId>()
  /** As of the last applied slot: founders stand in the log's first. */
  #membership: Membership = noMembership
  #ticks = 0

  // What the present step has collected.
  #send: ToPeer[] = []
  #inputs: EngineInput<unknown>[] = []
  #proposals: Uint8Array[] = []
  #removalQuestions: RemovalQuestion[] = []

  constructor(config: ReplicaConfig) {
    const { self, machine } = config
    this.self = self
    this.#duty = new Duty(self)
    this.#belonging = new Belonging(self)
    this.#parting = new Parting(self)
    this.#engine = config.engine
    this.#feeding = new Feeding(self, message => config.engine.isRoutine(message))
    this.#machine = machine
    this.#serving = new Serving({ ...config, duty: this.#duty })
    this.#codec = config.codec
    this.#snapshotSlots = config.snapshotSlots
    this.#snapshotting = new Snapshotting(config.snapshotZnodesPerTick)
  }

  /** What the engine says of itself, to show to people. */
  status(): EngineStatus {
    return this.#engine.status()
  }

  /** Whether it asked to be taken out, was, and is not needed any more: those who stay know it, and will after a restart. */
  get hasLeft(): boolean {
    return this.#parting.hasLeft(this.#engine.status())
  }

  /** What this replica would say last if the page of `client`, or of all that it serves, took it along. */
  farewell(client: ClientId | null = null): PeerMessage {
    const { audience } = this.#serving
    return { type: 'farewell', sessions: client === null ? audience.sessions : audience.sessionsAt(client) }
  }

  /**
   * Handles `events` in order. `nowMs` (milliseconds since 1970) is stamped on what is proposed and decides nothing.
   * Throws InvariantError on a breach: the replica must not be stepped again.
   */
  step(events: readonly ReplicaEvent[], nowMs: number): Step {
    this.#send = []
    this.#inputs = []
    this.#proposals = []
    this.#removalQuestions = []
    const snapshot = this.#snapshotting.take()
    if (snapshot !== null) this.#inputs.push({ type: 'compact', snapshot })
    for (const event of events) this.#handle(event)
    this.#handOverWrites(nowMs)
    const output = this.#engine.step(this.#inputs)
    this.#install(output)
    for (const { slot, value } of output.decided) {
      this.#serving.settle(this.#machine.apply(slot, entryOf(value)))
      if (!(value instanceof Uint8Array) && value.type === 'membership') this.#membership = value.membership
      if (this.#checkpoints.isDue(slot)) this.#checkpoint()
      if (isSnapshotDue(slot, this.#machine.size, this.#snapshotSlots))
        this.#snapshotting.begin(this.#machine, this.#membership)
    }
    for (const { id, slot } of output.reads) this.#serving.confirm(id, slot)
    this.#serving.answerReads()
    this.#noticeStatus()
    const status = this.#engine.status()
    this.#send.push(...this.#parting.ask(status))
    return {
      send: [...this.#send, ...this.#feeding.route(output.send, this.#membership)],
      deliver: this.#serving.audience.takeTold(),
      persist: output.persist,
      sendAfterPersist: [
        ...this.#feeding.route(output.sendAfterPersist, this.#membership),
        ...answersTo(this.#removalQuestions, status),
      ],
      decided: output.decided,
    }
  }

  #handle(event: ReplicaEvent): void {
    switch (event.type) {
      case 'tick':
        return this.#tick()
      case 'peer':
        for (const message of event.messages) this.#receive(event.from, message)
        return
      case 'connected':
        this.#connected.add(event.peer)
        this.#belonging.connected(event.peer)
        this.#inputs.push(event)
        return
      case 'disconnected':
        this.#connected.delete(event.peer)
        return this.#feeding.lost(event.peer)
      case 'suspect':
        this.#feeding.lost(event.peer)
        this.#belonging.suspect(event.peer)
        this.#inputs.push(event)
        return
      case 'client':
        this.#inputs.push(...this.#serving.serve(event.client, event.request))
        return
      case 'clientGone':
        return this.#serving.forget(event.client)
      case 'leave':
        this.#parting.begin()
        return this.#wish(this.#belonging.leave(this.#engine.status()))
    }
  }

  #receive(from: NodeId, message: PeerMessage): void {
    switch (message.type) {
      case 'engine':
        this.#feeding.hear(from)
        this.#inputs.push({ type: 'message', from, message: message.message })
        return
      case 'forward':
        this.#proposals.push(...message.commands)
        return
      case 'touch':
        for (const session of message.sessions) this.#duty.stay(session)
        return
      case 'farewell':
        this.#send.push(...tellDoer(this.self, this.#engine.status().doer, from, message.sessions))
        return this.#seeOff(from, message.sessions)
      case 'departed':
        return this.#seeOff(message.node, message.sessions)
      case 'join':
      case 'leave':
        return this.#wish(this.#belonging.hear(message, this.#engine.status()))
      case 'removed': {
        const question = { from, slot: message.slot }
        this.#removalQuestions.push(question)
        this.#inputs.push(...hintsOf(question, this.#engine.status()))
        return
      }
      case 'removalKnown':
        return this.#parting.known(from, message.slot)
      case 'checkpoint':
        return this.#checkpoints.hear(from, message.slot, message.digest)
      case 'feedFrom':
      case 'feeding':
      case 'feeds':
      case 'relay':
      case 'relayed':
        return this.#wish(this.#feeding.receive(from, message, this.#membership.voters))
    }
  }

  #seeOff(node: NodeId, sessions: readonly SessionId[]): void {
    this.#duty.depart(sessions)
    this.#handle({ type: 'suspect', peer: node })
  }

  #tick(): void {
    this.#ticks++
    this.#inputs.push({ type: 'tick' })
    this.#snapshotting.tick()
    this.#parting.tick()
    this.#inputs.push(...this.#serving.tick())
    const status = this.#engine.status()
    if (status.doer !== null && this.#ticks % touchTicks === 0)
      this.#send.push(...this.#duty.tell(status.doer, this.#serving.audience.takeAlive()))
    this.#duty.tick(this.#machine, session => this.#serving.audience.isAlive(session))
    this.#wish(this.#belonging.tick(status, this.#connected))
    this.#send.push(...this.#feeding.tick({ ...status, connected: this.#connected }))
  }

  #wish({ inputs, say }: Wishes | Passed): void {
    this.#inputs.push(...inputs)
    this.#send.push(...say)
  }

  /** Proposes what waits, where this replica can; hands it to whoever can, elsewhere. */
  #handOverWrites(nowMs: number): void {
    const { proposer } = this.#engine.status()
    if (proposer === null) return
    const bodies = this.#serving.takeFor(proposer)
    if (proposer === this.self) {
      const due = [...this.#duty.takeCommands(), ...this.#duty.takeSweep(this.#machine, nowMs)]
      const own = due.map(command => encodeCommand(this.#codec, command))
      const commands = [...this.#proposals, ...own, ...bodies].map(body => stampCommand(nowMs, body))
      if (commands.length > 0) this.#inputs.push({ type: 'propose', commands })
    } else {
      for (const commands of parcels(bodies))
        this.#send.push({ to: proposer, message: { type: 'forward', commands } })
    }
  }

  /** A state from elsewhere replaces what is applied here. */
  #install({ install }: EngineOutput<unknown>): void {
    if (install === null) return
    const restored = this.#machine.restore(install.state)
    assert(restored.ok, 'a snapshot that a replica took can be restored')
    this.#membership = install.membership
    this.#snapshotting.cancel()
    this.#serving.installed(restored.value, install.through)
  }

  #checkpoint(): void {
    const slot = this.#machine.appliedThrough
    const digest = this.#machine.digest()
    this.#checkpoints.reach(slot, digest)
    const { doer, membership } = this.#engine.status()
    if (doer !== this.self) return
    for (const node of members(membership))
      if (node !== this.self) this.#send.push({ to: node, message: { type: 'checkpoint', slot, digest } })
  }

  /** Notices that this replica became or ceased to be the doer, and whether writes get through. */
  #noticeStatus(): void {
    const { doer, proposer } = this.#engine.status()
    this.#duty.notice(doer === this.self)
    this.#serving.reach(proposer !== null)
  }
}

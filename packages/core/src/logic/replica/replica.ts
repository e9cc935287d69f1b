/**
 * One replica: joins the engine, the state and the watches, and serves the clients attached to it. Takes a batch of
 * events and returns one step; nothing here waits. Does not know how consensus is reached, what a command does, or how
 * frames travel.
 */
import { assert } from '../base/assert.ts'
import type { Codec } from '../base/codec.ts'
import type { NodeId, SessionId, Xid } from '../base/ids.ts'
import { touchTicks, waitingReadsMax } from '../base/limits.ts'
import { err } from '../base/result.ts'
import type { Engine, EngineInput, EngineOutput, EngineStatus } from '../consensus/engine.ts'
import { type Membership, members, noMembership } from '../consensus/membership.ts'
import { Feeding, type Passed } from '../feed/feeding.ts'
import { encodeCommand, stampCommand } from '../state/command.ts'
import type { Applied, StateMachine } from '../state/contract.ts'
import { failure } from '../state/error.ts'
import type { WatchTable } from '../watch/contract.ts'
import type { History } from '../watch/history.ts'
import type { PeerMessage } from '../wire/envelope.ts'
import { answerRead } from './answer.ts'
import { Audience } from './audience.ts'
import { Belonging, type Wishes } from './belonging.ts'
import { Checkpoints } from './checkpoints.ts'
import { isSnapshotDue } from './compaction.ts'
import { Duty } from './duty.ts'
import { entryOf } from './entry.ts'
import type { ClientId, ClientRequest, ReplicaEvent } from './event.ts'
import { tellDoer } from './hearsay.ts'
import { parcels } from './parcels.ts'
import { answersTo, hintsOf, Parting, type RemovalQuestion } from './parting.ts'
import { type ReadRequest, Reads } from './reads.ts'
import { Snapshotting } from './snapshotting.ts'
import type { Step, ToPeer } from './step.ts'
import { Watching } from './watching.ts'
import { Writes } from './writes.ts'

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
  readonly #watching: Watching
  readonly #codec: Codec
  readonly #snapshotSlots: number | undefined
  readonly #writes = new Writes()
  readonly #reads = new Reads()
  readonly #checkpoints = new Checkpoints()
  readonly #belonging: Belonging
  readonly #parting: Parting
  readonly #audience = new Audience()
  readonly #snapshotting: Snapshotting
  readonly #duty: Duty
  readonly #feeding: Feeding
  /** Peers with a connection, as the host sees it. */
  readonly #connected = new Set<NodeId>()
  /** As of the last applied slot: founders stand in the log's first. */
  #membership: Membership = noMembership
  #reachable = false
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
    this.#watching = new Watching(machine, config.watches, this.#audience, config.history)
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
    const { sessions } = this.#audience
    return { type: 'farewell', sessions: client === null ? sessions : this.#audience.sessionsAt(client) }
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
      this.#settle(this.#machine.apply(slot, entryOf(value)))
      if (!(value instanceof Uint8Array) && value.type === 'membership') this.#membership = value.membership
      if (this.#checkpoints.isDue(slot)) this.#checkpoint()
      if (isSnapshotDue(slot, this.#machine.size, this.#snapshotSlots))
        this.#snapshotting.begin(this.#machine, this.#membership)
    }
    for (const { id, slot } of output.reads) this.#reads.confirm(id, slot)
    this.#answerReads()
    this.#noticeStatus()
    const status = this.#engine.status()
    this.#send.push(...this.#parting.ask(status))
    return {
      send: [...this.#send, ...this.#feeding.route(output.send, this.#membership.voters)],
      deliver: this.#audience.takeTold(),
      persist: output.persist,
      sendAfterPersist: [
        ...this.#feeding.route(output.sendAfterPersist, this.#membership.voters),
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
        return this.#serve(event.client, event.request)
      case 'clientGone':
        return this.#forgetClient(event.client)
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

  #serve(client: ClientId, request: ClientRequest): void {
    if (this.#audience.meet(client))
      this.#audience.tell(client, { type: 'quorum', reachable: this.#reachable })
    switch (request.type) {
      case 'open': {
        const { token, timeoutMs } = request
        const body = encodeCommand(this.#codec, { type: 'openSession', token, timeoutMs })
        return this.#writes.addOpen(token, client, body)
      }
      case 'write': {
        if (!this.#attach(client, request.session)) return
        const body = encodeCommand(this.#codec, { ...request, type: 'request' })
        return this.#writes.addWrite(request.session, request.xid, client, body)
      }
      case 'read':
      case 'addWatch':
      case 'removeWatches':
      case 'setWatches': {
        if (!this.#attach(client, request.session)) return
        const added = this.#reads.add(client, request)
        if (added === false) return this.#refuseRead(client, request)
        if (added.quorumId !== null) this.#inputs.push({ type: 'read', id: added.quorumId })
        return
      }
      case 'departed':
        return this.#duty.depart(request.sessions)
      case 'cancel': {
        const { session, id, unset } = request
        if (!this.#attach(client, session)) return
        this.#reads.cancel(session, id)
        if (unset !== null) this.#watching.unset({ session, ...unset })
        return
      }
      case 'ping': {
        const { session } = request
        const zxid = this.#machine.appliedThrough
        if (this.#attach(client, session)) this.#audience.tell(client, { type: 'seen', session, zxid })
        return
      }
    }
  }

  #refuseRead(client: ClientId, { session, id }: ReadRequest): void {
    const zxid = this.#machine.appliedThrough
    const result = err(failure('TooManyRequests', `${waitingReadsMax} reads wait at this replica`))
    this.#audience.tell(client, { type: 'answered', session, id, zxid, result })
  }

  /**
   * The session is heard, at this client; one that comes from another client asks there for everything anew. False when it
   * is known to be gone, which the client is told, and when it went on to another client.
   */
  #attach(client: ClientId, session: SessionId): boolean {
    if (this.#machine.appliedThrough >= session && this.#machine.session(session) === undefined) {
      this.#audience.tell(client, { type: 'ended', session, reason: 'expired' })
      return false
    }
    const attached = this.#audience.attach(session, client)
    if (attached === 'moved') {
      this.#reads.dropSession(session)
      this.#watching.endSession(session)
    }
    return attached !== 'left'
  }

  #forgetClient(client: ClientId): void {
    this.#writes.dropClient(client)
    this.#reads.dropClient(client)
    for (const session of this.#audience.forget(client)) this.#watching.endSession(session)
  }

  #tick(): void {
    this.#ticks++
    this.#inputs.push({ type: 'tick' })
    this.#writes.tick()
    this.#snapshotting.tick()
    this.#parting.tick()
    for (const id of this.#reads.tick()) this.#inputs.push({ type: 'read', id })
    const status = this.#engine.status()
    if (status.doer !== null && this.#ticks % touchTicks === 0)
      this.#send.push(...this.#duty.tell(status.doer, this.#audience.takeAlive()))
    this.#duty.tick(this.#machine, session => this.#audience.isAlive(session))
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
    const bodies = this.#writes.takeFor(proposer)
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

  /** What an applied slot means to those who wait here: its events first, then its answer. */
  #settle({ outcome, changes, ended }: Applied): void {
    this.#watching.applied(changes)
    switch (outcome.type) {
      case 'opened': {
        const { token, session, timeoutMs } = outcome
        const view = this.#machine.session(session)
        if (view) this.#duty.opened(view)
        const client = this.#writes.finishOpen(token)
        if (client === null) break
        if (this.#attach(client, session))
          this.#audience.tell(client, { type: 'opened', token, session, timeoutMs })
        break
      }
      case 'refused': {
        const client = this.#writes.finishOpen(outcome.token)
        if (client !== null) this.#audience.tell(client, outcome)
        break
      }
      case 'replied': {
        const { session, xid, reply } = outcome
        this.#duty.touch(session)
        const client = this.#writes.finishWrite(session, xid)
        if (client !== null) this.#audience.tell(client, { type: 'written', session, xid, reply })
        if (this.#reads.waitsFor(session, xid)) this.#answerReads()
        break
      }
      case 'outOfOrder':
        this.#writes.retrySession(outcome.session)
        break
      case 'led':
        this.#duty.led(outcome.node, this.#machine.leadership, this.#machine.sessions())
        break
      case 'nothing':
        break
    }
    for (const { session, reason } of ended) this.#end(session, reason)
  }

  #end(session: SessionId, reason: 'closed' | 'expired'): void {
    this.#duty.ended(session)
    this.#watching.endSession(session)
    this.#writes.dropSession(session)
    this.#audience.end(session, reason)
  }

  #answerReads(): void {
    const { appliedThrough } = this.#machine
    const lastXid = (session: SessionId): Xid | null => this.#machine.session(session)?.lastXid ?? null
    for (const { client, request } of this.#reads.takeReady({ appliedThrough, lastXid })) {
      const { session, id } = request
      if (lastXid(session) === null) {
        this.#audience.tell(client, { type: 'ended', session, reason: 'expired' })
        continue
      }
      const result = answerRead(this.#machine, this.#watching, request)
      this.#audience.tell(client, { type: 'answered', session, id, zxid: appliedThrough, result })
    }
  }

  /** A state from elsewhere replaces what is applied here. */
  #install({ install }: EngineOutput<unknown>): void {
    if (install === null) return
    const restored = this.#machine.restore(install.state)
    assert(restored.ok, 'a snapshot that a replica took can be restored')
    this.#membership = install.membership
    this.#duty.restored()
    this.#snapshotting.cancel()
    this.#watching.installed(restored.value)
    for (const session of this.#audience.sessions)
      if (session <= install.through && this.#machine.session(session) === undefined)
        this.#end(session, 'expired')
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
    const reachable = proposer !== null
    if (reachable === this.#reachable) return
    this.#reachable = reachable
    this.#audience.tellAll({ type: 'quorum', reachable })
  }
}

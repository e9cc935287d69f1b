/**
 * The clients that are attached to one replica: what they asked for and wait for, and what they are told when a slot is applied.
 * Does not know who proposes, how a slot comes to be chosen, or what other replicas say.
 */
import type { Codec } from '../base/codec.ts'
import type { NodeId, SessionId, Slot, Xid } from '../base/ids.ts'
import { waitingReadsMax } from '../base/limits.ts'
import { err } from '../base/result.ts'
import type { EngineInput } from '../consensus/engine.ts'
import { encodeCommand } from '../state/command.ts'
import type { Applied, StateMachine } from '../state/contract.ts'
import { failure } from '../state/error.ts'
import type { Change } from '../state/event.ts'
import type { WatchTable } from '../watch/contract.ts'
import type { History } from '../watch/history.ts'
import { answerRead } from './answer.ts'
import { Audience } from './audience.ts'
import type { Duty } from './duty.ts'
import type { ClientId, ClientRequest } from './event.ts'
import { type ReadRequest, Reads } from './reads.ts'
import { Watching } from './watching.ts'
import { Writes } from './writes.ts'

export interface ServingParts {
  readonly machine: StateMachine
  readonly watches: WatchTable
  readonly history?: History | undefined
  readonly codec: Codec
  /** Hears which sessions open, write, go away and end. */
  readonly duty: Duty
}

type Asked = readonly EngineInput<never>[]

const nothing: Asked = []

export class Serving {
  readonly audience = new Audience()

  readonly #machine: StateMachine
  readonly #codec: Codec
  readonly #duty: Duty
  readonly #watching: Watching
  readonly #writes = new Writes()
  readonly #reads = new Reads()
  #reachable = false

  constructor({ machine, watches, history, codec, duty }: ServingParts) {
    this.#machine = machine
    this.#codec = codec
    this.#duty = duty
    this.#watching = new Watching(machine, watches, this.audience, history)
  }

  /** What `client` asks for; answered now, or when it can be. Returns what is to be asked of the engine for it. */
  serve(client: ClientId, request: ClientRequest): Asked {
    if (this.audience.meet(client)) this.audience.tell(client, { type: 'quorum', reachable: this.#reachable })
    switch (request.type) {
      case 'open': {
        const { token, timeoutMs } = request
        const body = encodeCommand(this.#codec, { type: 'openSession', token, timeoutMs })
        this.#writes.addOpen(token, client, body)
        return nothing
      }
      case 'write': {
        if (!this.#attach(client, request.session)) return nothing
        const body = encodeCommand(this.#codec, { ...request, type: 'request' })
        this.#writes.addWrite(request.session, request.xid, client, body)
        return nothing
      }
      case 'read':
      case 'addWatch':
      case 'removeWatches':
      case 'setWatches': {
        if (!this.#attach(client, request.session)) return nothing
        const added = this.#reads.add(client, request)
        if (added !== false) return added.quorumId === null ? nothing : [{ type: 'read', id: added.quorumId }]
        this.#refuseRead(client, request)
        return nothing
      }
      case 'departed':
        this.#duty.depart(request.sessions)
        return nothing
      case 'cancel': {
        const { session, id, unset } = request
        if (!this.#attach(client, session)) return nothing
        this.#reads.cancel(session, id)
        if (unset !== null) this.#watching.unset({ session, ...unset })
        return nothing
      }
      case 'ping': {
        const { session } = request
        const zxid = this.#machine.appliedThrough
        if (this.#attach(client, session)) this.audience.tell(client, { type: 'seen', session, zxid })
        return nothing
      }
    }
  }

  /** Nothing is said to `client` any more. */
  forget(client: ClientId): void {
    this.#writes.dropClient(client)
    this.#reads.dropClient(client)
    for (const session of this.audience.forget(client)) this.#watching.endSession(session)
  }

  /** One tick passes. Returns the reads of which a quorum is to be asked again. */
  tick(): Asked {
    this.#writes.tick()
    return this.#reads.tick().map(id => ({ type: 'read', id }))
  }

  /** Whether writes get through from here. */
  reach(reachable: boolean): void {
    if (reachable === this.#reachable) return
    this.#reachable = reachable
    this.audience.tellAll({ type: 'quorum', reachable })
  }

  /** The commands to hand to `proposer` now: those that it was not handed yet, or too long ago. */
  takeFor(proposer: NodeId): readonly Uint8Array[] {
    return this.#writes.takeFor(proposer)
  }

  /** What an applied slot means to those who wait here: its events first, then its answer. */
  settle({ outcome, changes, ended }: Applied): void {
    this.#watching.applied(changes)
    switch (outcome.type) {
      case 'opened': {
        const { token, session, timeoutMs } = outcome
        const view = this.#machine.session(session)
        if (view) this.#duty.opened(view)
        const client = this.#writes.finishOpen(token)
        if (client === null) break
        if (this.#attach(client, session))
          this.audience.tell(client, { type: 'opened', token, session, timeoutMs })
        break
      }
      case 'refused': {
        const client = this.#writes.finishOpen(outcome.token)
        if (client !== null) this.audience.tell(client, outcome)
        break
      }
      case 'replied': {
        const { session, xid, reply } = outcome
        this.#duty.touch(session)
        const client = this.#writes.finishWrite(session, xid)
        if (client !== null) this.audience.tell(client, { type: 'written', session, xid, reply })
        if (this.#reads.waitsFor(session, xid)) this.answerReads()
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

  /** A state from elsewhere, as of `through`, took the place of what was applied here; they differ in `changes`. */
  installed(changes: readonly Change[], through: Slot): void {
    this.#duty.restored()
    this.#watching.installed(changes)
    for (const session of this.audience.sessions)
      if (session <= through && this.#machine.session(session) === undefined) this.#end(session, 'expired')
  }

  /** The quorum read `id` may be answered once `slot` is applied. */
  confirm(id: number, slot: Slot): void {
    this.#reads.confirm(id, slot)
  }

  /** Answers the reads that wait for nothing more. */
  answerReads(): void {
    const { appliedThrough } = this.#machine
    const lastXid = (session: SessionId): Xid | null => this.#machine.session(session)?.lastXid ?? null
    for (const { client, request } of this.#reads.takeReady({ appliedThrough, lastXid })) {
      const { session, id } = request
      if (lastXid(session) === null) {
        this.audience.tell(client, { type: 'ended', session, reason: 'expired' })
        continue
      }
      const result = answerRead(this.#machine, this.#watching, request)
      this.audience.tell(client, { type: 'answered', session, id, zxid: appliedThrough, result })
    }
  }

  #refuseRead(client: ClientId, { session, id }: ReadRequest): void {
    const zxid = this.#machine.appliedThrough
    const result = err(failure('TooManyRequests', `${waitingReadsMax} reads wait at this replica`))
    this.audience.tell(client, { type: 'answered', session, id, zxid, result })
  }

  /**
   * The session is heard, at this client; one that comes from another client asks there for everything anew. False when it
   * is known to be gone, which the client is told, and when it went on to another client.
   */
  #attach(client: ClientId, session: SessionId): boolean {
    if (this.#machine.appliedThrough >= session && this.#machine.session(session) === undefined) {
      this.audience.tell(client, { type: 'ended', session, reason: 'expired' })
      return false
    }
    const attached = this.audience.attach(session, client)
    if (attached === 'moved') {
      this.#reads.dropSession(session)
      this.#watching.endSession(session)
    }
    return attached !== 'left'
  }

  #end(session: SessionId, reason: 'closed' | 'expired'): void {
    this.#duty.ended(session)
    this.#watching.endSession(session)
    this.#writes.dropSession(session)
    this.audience.end(session, reason)
  }
}

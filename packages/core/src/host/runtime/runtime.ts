/**
 * The loop of one replica: takes all that waits as one batch, steps the logic, performs the step. Goes on stepping while
 * a write is on its way to disk; what the steps then ask to persist is the next write. The only code that waits on behalf
 * of logic. A write that fails, or an invariant that breaks, stops the replica for good.
 *
 * A worker that was frozen, or slept with its machine, finds a burst of messages when it thaws, and may have lost its
 * identity to another meanwhile. So after any gap nothing is handled before the storage has said whose it is.
 */
import type { Codec } from '../../logic/base/codec.ts'
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { inboxEventsMax } from '../../logic/base/limits.ts'
import type { Decided } from '../../logic/consensus/engine.ts'
import type { ReplicaEvent } from '../../logic/replica/event.ts'
import type { Replica } from '../../logic/replica/replica.ts'
import type { ToClient, ToPeer } from '../../logic/replica/step.ts'
import { WriteGroup } from '../../logic/replica/write-group.ts'
import type { Wanted } from '../../logic/topology/wanted.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import type { Proofs } from '../proofs.ts'
import { type Storage, StorageError, type StorageErrorCode } from '../storage/contract.ts'
import type { Transport, TransportEvent } from '../transport/contract.ts'
import { Contacts, type MissingVoter } from './contacts.ts'
import type { Dropped, Mail } from './mail.ts'
import type { PassingCounts } from './passing.ts'
import { Routes, type Traffic } from './routes.ts'

/** A gap between two batches that no busy worker has: ticks come every 50 ms. */
const gapMs = 2_000

interface Clocks {
  readonly wallMs: number
  readonly steadyMs: number
}

/** Why a replica stopped: a code for programs, a sentence for people. */
export type StopReason =
  | {
      readonly code: 'Closed' | 'InvariantBroken' | `Storage${StorageErrorCode}`
      readonly message: string
    }
  /** On a person's word its ensemble was given up for `ensemble`, which begins with what this replica had. */
  | { readonly code: 'Forked'; readonly ensemble: EnsembleId; readonly message: string }

export interface RuntimeConfig {
  readonly replica: Replica
  readonly storage: Storage
  /** Started already. */
  readonly transports: readonly Transport[]
  readonly mail: Mail
  readonly codec: Codec
  /** Of the replica's node. */
  readonly proofs: Proofs
  /** Milliseconds since 1970: stamped on proposals, decides nothing. */
  now(): number
  /** Milliseconds of a clock that never goes back; may stand still while the machine sleeps. */
  steadyMs(): number
  /** In order. Must not throw. */
  deliver(events: readonly ToClient[]): void
  /** After each step, for people to see. Must not throw. */
  stepped(decided: readonly Decided[]): void
  /** Once. */
  stopped(reason: StopReason): void
}

export class Runtime {
  readonly #config: RuntimeConfig
  #inbox: ReplicaEvent[] = []
  /** A run is planned or under way. */
  #isPlanned = false
  #isWriting = false
  /** The storage is asked whose it is. */
  #isChecking = false
  /** What is done when it says that it is this replica's; few, while one answer of the storage is waited for. */
  #whenSure: (() => void)[] = []
  readonly #contacts: Contacts
  /** By both clocks, when the last batch was taken; ticks come far more often than the gap is long. */
  #lastRun: Clocks
  readonly #group = new WriteGroup()
  #stopReason: StopReason | null = null
  /** What is said last: to each peer, from its connection on. */
  #lastWords: PeerMessage | null = null
  readonly #routes: Routes

  constructor(config: RuntimeConfig) {
    this.#config = config
    this.#lastRun = this.#clocks()
    this.#contacts = new Contacts(config.now())
    const { replica, mail, codec, proofs, transports } = config
    this.#routes = new Routes({
      self: replica.self,
      proofs,
      codec,
      mail,
      transports,
      connected: peer => {
        this.#contacts.connected(peer)
        this.push({ type: 'connected', peer })
      },
      disconnected: peer => {
        this.#contacts.disconnected(peer)
        this.push({ type: 'disconnected', peer })
      },
      heard: (peer, messages) => {
        this.#contacts.heard(peer)
        if (messages.length === 0) return
        // While the storage is asked nothing is handled: what a peer sends meanwhile must not pile up.
        if (this.#inbox.length >= inboxEventsMax) mail.drop('tooMuch')
        else this.push({ type: 'peer', from: peer, messages })
      },
    })
    this.#learn()
  }

  get dropped(): Dropped {
    return this.#config.mail.dropped
  }

  /** Those that can be reached, by a connection or by a third. */
  get connected(): readonly NodeId[] {
    return this.#routes.connected
  }

  /** Those with a connection. */
  get linked(): readonly NodeId[] {
    return this.#routes.linked
  }

  /** What went by thirds so far, and what this replica passed on. */
  get passed(): PassingCounts {
    return this.#routes.counts
  }

  get sent(): Traffic {
    return this.#routes.sent
  }

  /** With whom transports are to connect, to be told once each has started; later changes are told by themselves. */
  get wanted(): Wanted {
    return this.#routes.wanted
  }

  /** Those of `voters` that this replica does not hear, itself apart. */
  missing(voters: readonly NodeId[]): readonly MissingVoter[] {
    this.#contacts.pass(this.#config.now())
    return this.#contacts.missing(voters.filter(node => node !== this.#config.replica.self))
  }

  /** Puts `event` at the end of the next batch. Ignored after the replica stopped. */
  push(event: ReplicaEvent): void {
    if (this.#stopReason !== null) return
    this.#inbox.push(event)
    if (event.type === 'tick') this.#lookAround()
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => this.#run())
  }

  /** What a transport has to say. */
  onTransport(transport: Transport, event: Exclude<TransportEvent, { type: 'foreign' }>): void {
    this.#contacts.pass(this.#config.now())
    this.#routes.onTransport(transport, event)
    if (event.type === 'up') this.#leaveWords(event.peer, transport)
  }

  /**
   * Does `action` when it is known that the storage is this replica's still: now, or where time has passed unnoticed when the
   * storage has said so; never after the replica stopped. For what is told to others without a step.
   */
  whenSure(action: () => void): void {
    if (this.#stopReason !== null) return
    if (!this.#isChecking && this.#wasAway()) this.#check()
    if (this.#isChecking) this.#whenSure.push(action)
    else action()
  }

  /** What peers are to hear last where the page takes the replica along. */
  setLastWords(message: PeerMessage): void {
    this.#lastWords = message
    for (const [peer, transport] of this.#routes.connections()) this.#leaveWords(peer, transport)
  }

  #leaveWords(peer: NodeId, transport: Transport): void {
    if (this.#lastWords === null || this.#stopReason !== null) return
    this.#config.mail.send([{ to: peer, message: this.#lastWords }], (to, _lane, bytes) =>
      transport.lastWords(to, bytes),
    )
  }

  /** Stops because of `error`, which came to pass elsewhere. */
  fail(error: unknown): void {
    this.#stop(reasonOf(error))
  }

  /** Stops by request: nothing is sent, stepped or delivered from now on. Idempotent. */
  close(): void {
    this.#stop({ code: 'Closed', message: 'the replica was closed' })
  }

  /** Steps until nothing waits. Messages to itself, of a step or of a finished write, are the next batch. */
  #run(): void {
    this.#isPlanned = false
    if (this.#isChecking) return
    if (this.#wasAway()) return this.#check()
    try {
      this.#isPlanned = true
      while (this.#stopReason === null && (this.#inbox.length > 0 || this.#canWrite)) {
        if (this.#inbox.length > 0) this.#step()
        if (this.#canWrite) this.#write()
      }
      if (this.#stopReason === null) this.#showLife()
    } catch (error) {
      this.#stop(reasonOf(error))
    }
    this.#isPlanned = false
  }

  #clocks(): Clocks {
    return { wallMs: this.#config.now(), steadyMs: this.#config.steadyMs() }
  }

  /** Whether more time passed since the last batch than it does while the worker runs, by either clock. */
  #wasAway(): boolean {
    const last = this.#lastRun
    this.#lastRun = this.#clocks()
    const { wallMs, steadyMs } = this.#lastRun
    return steadyMs - last.steadyMs > gapMs || Math.abs(wallMs - last.wallMs) > gapMs
  }

  /** Handles nothing before the storage is known to be this replica's still. */
  #check(): void {
    this.#isChecking = true
    this.#config.storage.check().then(
      () => {
        this.#isChecking = false
        const actions = this.#whenSure
        this.#whenSure = []
        for (const action of actions) action()
        this.#run()
      },
      (error: unknown) => this.#stop(reasonOf(error)),
    )
  }

  #step(): void {
    const batch = this.#inbox
    this.#inbox = []
    const step = this.#config.replica.step(batch, this.#config.now())
    if (step.deliver.length > 0) this.#config.deliver(step.deliver)
    this.#send(step.send)
    this.#group.add(step)
    this.#config.stepped(step.decided)
  }

  get #canWrite(): boolean {
    return !this.#isWriting && !this.#group.isEmpty
  }

  /** Writes what was gathered, then sends what waited for it. Without anything to write, sends at once. */
  #write(): void {
    const { persist, sendAfterPersist } = this.#group.take()
    if (persist === null) return this.#send(sendAfterPersist)
    this.#isWriting = true
    this.#config.storage.write(persist).then(
      () => {
        this.#isWriting = false
        if (this.#stopReason !== null) return
        this.#send(sendAfterPersist)
        this.#run()
      },
      (error: unknown) => this.#stop(reasonOf(error)),
    )
  }

  #send(messages: readonly ToPeer[]): void {
    if (messages.length === 0) return
    const { mail } = this.#config
    const toSelf = mail.send(messages, (to, lane, bytes) => {
      this.#contacts.sent(to)
      this.#routes.post(to, lane, bytes)
    })
    if (toSelf.length > 0)
      this.#inbox.push({ type: 'peer', from: this.#config.replica.self, messages: toSelf })
  }

  /** Sends an empty frame to those who have not been sent any of late. */
  #showLife(): void {
    this.#contacts.pass(this.#config.now())
    for (const peer of this.#contacts.due) {
      this.#contacts.sent(peer)
      if (this.#routes.isShownLife(peer))
        this.#routes.post(peer, 'control', this.#config.mail.signOfLife(peer))
    }
  }

  /** Nothing that is decided depends on the network around; it is looked at tick by tick. */
  #lookAround(): void {
    this.#learn()
    this.#routes.tick()
  }

  #learn(): void {
    const { membership, chosenThrough } = this.#config.replica.status()
    this.#routes.learn({ ...membership, through: chosenThrough })
  }

  #stop(reason: StopReason): void {
    if (this.#stopReason !== null) return
    this.#stopReason = reason
    this.#inbox = []
    this.#whenSure = []
    this.#routes.close()
    for (const transport of this.#config.transports) transport.close()
    this.#config.stopped(reason)
  }
}

function reasonOf(error: unknown): StopReason {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof StorageError
    ? { code: `Storage${error.code}`, message }
    : { code: 'InvariantBroken', message }
}

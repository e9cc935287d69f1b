/**
 * Writes of this replica's clients on their way: kept until applied here, handed to whoever can propose, handed over
 * again when that changes or takes too long. Handing over twice is harmless: the state answers each write once. Does
 * not know what a command does.
 */
import type { NodeId, SessionId, Xid } from '../base/ids.ts'
import { resubmitTicks } from '../base/limits.ts'
import type { ClientId } from './event.ts'

interface Waiting {
  readonly client: ClientId
  /** The command, not yet stamped with a time. */
  readonly body: Uint8Array
  submittedTo: NodeId | null
  waitedTicks: number
}

export class Writes {
  /** By session, in xid order. */
  readonly #writes = new Map<SessionId, Map<Xid, Waiting>>()
  /** Sessions being opened, by token. */
  readonly #opens = new Map<string, Waiting>()
  /** Came since the last handing over. */
  #fresh: Waiting[] = []
  /** Others than the fresh ones are due too. */
  #lookAtAll = false
  #lastProposer: NodeId | null = null

  addWrite(session: SessionId, xid: Xid, client: ClientId, body: Uint8Array): void {
    const waiting = this.#writes.get(session) ?? new Map<Xid, Waiting>()
    this.#writes.set(session, waiting)
    const write: Waiting = { client, body, submittedTo: null, waitedTicks: 0 }
    waiting.set(xid, write)
    this.#fresh.push(write)
  }

  addOpen(token: string, client: ClientId, body: Uint8Array): void {
    const open: Waiting = { client, body, submittedTo: null, waitedTicks: 0 }
    this.#opens.set(token, open)
    this.#fresh.push(open)
  }

  /** Takes out a write that was applied; returns who waits for it. */
  finishWrite(session: SessionId, xid: Xid): ClientId | null {
    const waiting = this.#writes.get(session)
    const client = waiting?.get(xid)?.client ?? null
    waiting?.delete(xid)
    if (waiting?.size === 0) this.#writes.delete(session)
    return client
  }

  finishOpen(token: string): ClientId | null {
    const client = this.#opens.get(token)?.client ?? null
    this.#opens.delete(token)
    return client
  }

  /** The session is gone: so is what it waits for. */
  dropSession(session: SessionId): void {
    this.#writes.delete(session)
  }

  dropClient(client: ClientId): void {
    for (const [token, open] of this.#opens) if (open.client === client) this.#opens.delete(token)
    for (const [session, waiting] of this.#writes) {
      for (const [xid, write] of waiting) if (write.client === client) waiting.delete(xid)
      if (waiting.size === 0) this.#writes.delete(session)
    }
  }

  /** Some write of `session` came out of order: all of them are handed over again at the next tick. */
  retrySession(session: SessionId): void {
    for (const write of this.#writes.get(session)?.values() ?? []) write.waitedTicks = resubmitTicks
  }

  tick(): void {
    for (const write of this.#all()) {
      write.waitedTicks++
      if (write.waitedTicks < resubmitTicks) continue
      write.submittedTo = null
      this.#lookAtAll = true
    }
  }

  /** The bodies to hand to `proposer` now, in order: those it was not given yet. */
  takeFor(proposer: NodeId): readonly Uint8Array[] {
    const candidates = this.#lookAtAll || proposer !== this.#lastProposer ? [...this.#all()] : this.#fresh
    const bodies: Uint8Array[] = []
    for (const write of candidates) {
      if (write.submittedTo === proposer) continue
      write.submittedTo = proposer
      write.waitedTicks = 0
      bodies.push(write.body)
    }
    this.#fresh = []
    this.#lookAtAll = false
    this.#lastProposer = proposer
    return bodies
  }

  *#all(): Iterable<Waiting> {
    yield* this.#opens.values()
    for (const waiting of this.#writes.values()) yield* waiting.values()
  }
}

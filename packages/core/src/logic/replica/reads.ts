/**
 * Reads that wait at this replica: for their session's earlier writes, for a state at least as new as one already seen,
 * and (linearizable ones) for a quorum's word. Does not answer them: says which are ready.
 *
 * Source: ZooKeeper Programmer's Guide, "Consistency Guarantees"; a read after one's own write, and never back.
 */
import type { SessionId, Slot, Xid, Zxid } from '../base/ids.ts'
import { resubmitTicks, waitingReadsMax } from '../base/limits.ts'
import type { ClientId, ClientRequest } from './event.ts'

export type ReadRequest = Extract<
  ClientRequest,
  { type: 'read' | 'addWatch' | 'removeWatches' | 'setWatches' }
>

interface WaitingRead {
  readonly client: ClientId
  readonly request: ReadRequest
  /** Of the question to the engine; null where no quorum is asked. */
  quorumId: number | null
  /** What the engine answered. */
  readAt: Slot | null
  waitedTicks: number
}

/** What decides whether a read can be answered. */
export interface Progress {
  readonly appliedThrough: Zxid
  /** The session's highest applied write; null when the session does not exist here. */
  lastXid(session: SessionId): Xid | null
}

export interface ReadyRead {
  readonly client: ClientId
  readonly request: ReadRequest
}

export class Reads {
  #waiting: WaitingRead[] = []
  #nextQuorumId = 1

  /**
   * Takes in a read; returns the id to ask the engine with, where it needs a quorum. False when too many wait: there is
   * always room for a session's watches, which it has to set before it goes on.
   */
  add(client: ClientId, request: ReadRequest): { readonly quorumId: number | null } | false {
    if (this.#waiting.length >= waitingReadsMax && request.type !== 'setWatches') return false
    const needsQuorum = request.type === 'read' && request.consistency === 'linearizable'
    const quorumId = needsQuorum ? this.#nextQuorumId++ : null
    this.#waiting.push({ client, request, quorumId, readAt: null, waitedTicks: 0 })
    return { quorumId }
  }

  /** The engine's answer to question `quorumId`. */
  confirm(quorumId: number, readAt: Slot): void {
    const read = this.#waiting.find(waiting => waiting.quorumId === quorumId)
    if (read) read.readAt = readAt
  }

  cancel(session: SessionId, id: number): void {
    this.#waiting = this.#waiting.filter(({ request }) => request.session !== session || request.id !== id)
  }

  dropClient(client: ClientId): void {
    this.#waiting = this.#waiting.filter(read => read.client !== client)
  }

  /** `session` asks anew, from elsewhere. */
  dropSession(session: SessionId): void {
    this.#waiting = this.#waiting.filter(({ request }) => request.session !== session)
  }

  /** Returns fresh ids for questions that stayed without an answer too long: each retry is a new question. */
  tick(): readonly number[] {
    const again: number[] = []
    for (const read of this.#waiting) {
      if (read.quorumId === null || read.readAt !== null) continue
      read.waitedTicks++
      if (read.waitedTicks < resubmitTicks) continue
      read.waitedTicks = 0
      read.quorumId = this.#nextQuorumId++
      again.push(read.quorumId)
    }
    return again
  }

  /** Whether a read of `session` waits for just this write: it comes before the session's next one. */
  waitsFor(session: SessionId, xid: Xid): boolean {
    return this.#waiting.some(({ request }) => request.session === session && request.afterXid === xid)
  }

  /** Takes out what can be answered now, in the order in which it was asked. */
  takeReady(progress: Progress): readonly ReadyRead[] {
    if (this.#waiting.length === 0) return []
    const ready: ReadyRead[] = []
    const waiting: WaitingRead[] = []
    for (const read of this.#waiting) (isReady(read, progress) ? ready : waiting).push(read)
    this.#waiting = waiting
    return ready
  }
}

function isReady({ request, quorumId, readAt }: WaitingRead, progress: Progress): boolean {
  if (progress.appliedThrough < request.session) return false
  const lastXid = progress.lastXid(request.session)
  if (lastXid === null) return true
  if (lastXid < request.afterXid || progress.appliedThrough < request.seenZxid) return false
  if (
    request.type === 'addWatch' &&
    typeof request.from === 'number' &&
    progress.appliedThrough < request.from
  )
    return false
  return quorumId === null || (readAt !== null && progress.appliedThrough >= readAt)
}

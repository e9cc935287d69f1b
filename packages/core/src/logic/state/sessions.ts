/**
 * The sessions and the replies each of them may still ask for. Owns exactly-once: which xid is next, what was answered,
 * what may be forgotten. Does not know operations, ephemerals (the tree does) or leases (the leader does).
 *
 * Every xid up to `lastXid` is in one of three states: acknowledged (forgotten), remembered, or refused because
 * `outstandingRequestsMax` replies were remembered when it came. The refused need no memory: what is neither
 * acknowledged nor remembered was refused, and is refused again when asked for again.
 */
import { assert } from '../base/assert.ts'
import { hashString } from '../base/hash.ts'
import { type SessionId, type Xid, xid as xidOf, type Zxid } from '../base/ids.ts'
import { identitiesMax, outstandingRequestsMax, sessionsMax } from '../base/limits.ts'
import type { Identity } from './acl.ts'
import type { Reply } from './contract.ts'
import { addDigest, mixNumber, subtractDigest } from './digest.ts'
import { digestReply } from './reply.ts'

export interface Remembered {
  readonly reply: Reply
  readonly digest: number
}

/** What a snapshot says of a session, its replies apart. */
export interface SessionRecord {
  readonly session: SessionId
  /** Who opened it: repeating the opening finds it again. Random, never derived from the id. */
  readonly token: string
  readonly timeoutMs: number
  /** The highest xid applied. Invariant: grows by one. */
  lastXid: Xid
  /** The zxid of the last request applied, or of the opening. */
  lastZxid: Zxid
  /** Replies up to this xid were acknowledged and are gone. Invariant: never goes back, never over `lastXid`. */
  acknowledged: Xid
  /** What it has shown itself to be, in that order. Invariant: only grows. */
  identities: readonly Identity[]
}

export interface Session extends SessionRecord {
  readonly replies: Map<Xid, Remembered>
  /** Of what never changes: id, token, timeout. */
  readonly identityDigest: number
  repliesDigest: number
  identitiesDigest: number
  /** The share in the table's digest. */
  digest: number
}

export class SessionTable {
  /** In the order of their opening, which is that of their ids. */
  readonly #sessions = new Map<SessionId, Session>()
  readonly #byToken = new Map<string, Session>()
  #digest = 0

  get digest(): number {
    return this.#digest
  }

  get(session: SessionId): Readonly<Session> | undefined {
    return this.#sessions.get(session)
  }

  byToken(token: string): Readonly<Session> | undefined {
    return this.#byToken.get(token)
  }

  /** Whether no further session can be opened. */
  get isFull(): boolean {
    return this.#sessions.size >= sessionsMax
  }

  all(): Iterable<Readonly<Session>> {
    return this.#sessions.values()
  }

  /** Adds a session as `record` has it, without replies. Neither its id nor its token is in use. */
  add(record: SessionRecord): void {
    const { session: id, token, timeoutMs, lastXid, lastZxid, acknowledged, identities } = record
    const session: Session = {
      session: id,
      token,
      timeoutMs,
      lastXid,
      lastZxid,
      acknowledged,
      identities,
      replies: new Map(),
      identityDigest: mixNumber(mixNumber(hashString(token), id), timeoutMs),
      repliesDigest: 0,
      identitiesDigest: digestIdentities(identities),
      digest: 0,
    }
    session.digest = digestSession(session)
    this.#sessions.set(session.session, session)
    this.#byToken.set(session.token, session)
    this.#digest = addDigest(this.#digest, session.digest)
  }

  remove(id: SessionId): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    this.#sessions.delete(id)
    this.#byToken.delete(session.token)
    this.#digest = subtractDigest(this.#digest, session.digest)
  }

  /**
   * Takes `xid`, the session's next, in `zxid`, and forgets the replies up to `acknowledged`: at most all there are,
   * for nobody can acknowledge an answer before it was given.
   */
  take(id: SessionId, xid: Xid, acknowledged: Xid, zxid: Zxid): void {
    const session = this.#at(id)
    const through = Math.min(acknowledged, session.lastXid)
    while (session.acknowledged < through) {
      const forgotten = xidAfter(session.acknowledged)
      session.acknowledged = forgotten
      const remembered = session.replies.get(forgotten)
      if (remembered === undefined) continue
      session.replies.delete(forgotten)
      session.repliesDigest = subtractDigest(session.repliesDigest, remembered.digest)
    }
    session.lastXid = xid
    session.lastZxid = zxid
    this.#redigest(session)
  }

  /** Remembers the reply to `xid`, which was taken. There is room for it: see {@link isFull}. */
  remember(id: SessionId, xid: Xid, reply: Reply): void {
    const session = this.#at(id)
    const digest = digestReply(xid, reply)
    session.replies.set(xid, { reply, digest })
    session.repliesDigest = addDigest(session.repliesDigest, digest)
    this.#redigest(session)
  }

  /** The session is also `identity` from now on. False when it has as many as it may. */
  identify(id: SessionId, identity: Identity): boolean {
    const session = this.#at(id)
    const isKnown = session.identities.some(
      each => each.scheme === identity.scheme && each.id === identity.id,
    )
    if (isKnown) return true
    if (session.identities.length >= identitiesMax) return false
    session.identities = [...session.identities, identity]
    session.identitiesDigest = digestIdentities(session.identities)
    this.#redigest(session)
    return true
  }

  #redigest(session: Session): void {
    const digest = digestSession(session)
    this.#digest = addDigest(subtractDigest(this.#digest, session.digest), digest)
    session.digest = digest
  }

  #at(id: SessionId): Session {
    const session = this.#sessions.get(id)
    assert(session !== undefined, 'a request is taken for a session that is open')
    return session
  }
}

export const xidAfter = (xid: Xid): Xid => xidOf(xid + 1)

/** Whether no further reply of `session` can be remembered. */
export const isFull = (session: Readonly<Session>): boolean => session.replies.size >= outstandingRequestsMax

function digestSession(session: Session): number {
  let digest = mixNumber(session.identityDigest, session.lastXid)
  digest = mixNumber(digest, session.lastZxid)
  digest = mixNumber(digest, session.acknowledged)
  // Most sessions have none.
  if (session.identitiesDigest !== 0) digest = mixNumber(digest, session.identitiesDigest)
  return mixNumber(digest, session.repliesDigest)
}

const digestIdentities = (identities: readonly Identity[]): number =>
  identities.length === 0 ? 0 : hashString(JSON.stringify(identities.map(({ scheme, id }) => [scheme, id])))

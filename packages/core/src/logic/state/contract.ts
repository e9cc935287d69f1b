/**
 * What the rest of the library sees of the replicated state. `machine.ts` fulfils it. The state is a deterministic
 * function of the applied commands: no clock, no randomness, no iteration order that differs between machines.
 */
import type { NodeId, SessionId, Xid, Zxid } from '../base/ids.ts'
import type { Result } from '../base/result.ts'
import type { Identity } from './acl.ts'
import type { Failure } from './error.ts'
import type { Change } from './event.ts'
import type { ZnodePath } from './path.ts'
import type { Query, QueryAnswer } from './query.ts'
import type { Stat } from './stat.ts'

/** The answer to an operation that succeeded, alone or in a multi. */
export type TreeAnswer =
  /** `path` carries the sequence number, where one was asked for. */
  | { readonly type: 'create'; readonly path: ZnodePath; readonly stat: Stat }
  | { readonly type: 'delete' }
  | { readonly type: 'set'; readonly stat: Stat }
  | { readonly type: 'check' }

/** The answer to an operation that succeeded. */
export type OperationAnswer =
  | TreeAnswer
  | { readonly type: 'setAcl'; readonly stat: Stat }
  /** One answer for each operation, in their order. */
  | { readonly type: 'multi'; readonly results: readonly TreeAnswer[] }
  | { readonly type: 'addAuth' }
  | { readonly type: 'setQuota' }
  | { readonly type: 'closeSession' }

/** What a write's session hears, remembered until it acknowledges: the same however often it asks. */
export interface Reply {
  /** The transaction that carried the write out, or refused it. */
  readonly zxid: Zxid
  readonly result: Result<OperationAnswer, Failure>
  /** Paths of quotas whose soft limit was passed: the write was carried out all the same. Absent where there are none. */
  readonly overQuota?: readonly ZnodePath[]
}

/** The outcome of one slot, for whoever waits on this replica. */
export type Outcome =
  | {
      readonly type: 'opened'
      readonly token: string
      readonly session: SessionId
      readonly timeoutMs: number
    }
  /** No session was opened: there are as many as there may be. */
  | { readonly type: 'refused'; readonly token: string; readonly error: Failure }
  | { readonly type: 'replied'; readonly session: SessionId; readonly xid: Xid; readonly reply: Reply }
  /** Not applied: `expected` has to come first. Whoever holds the session's writes sends them again from there. */
  | { readonly type: 'outOfOrder'; readonly session: SessionId; readonly xid: Xid; readonly expected: Xid }
  /** The leadership is `node`'s from this slot on. */
  | { readonly type: 'led'; readonly node: NodeId }
  /**
   * Nobody is answered: a no-op, an expiry (void, or seen in `ended`), a command that cannot be read, a request whose
   * answer was acknowledged before.
   */
  | { readonly type: 'nothing' }

export interface Applied {
  readonly outcome: Outcome
  /** In the order in which they happened. */
  readonly changes: readonly Change[]
  /** Sessions that this slot ended, with the reason that their clients are told. */
  readonly ended: readonly { readonly session: SessionId; readonly reason: 'closed' | 'expired' }[]
}

export interface SessionView {
  readonly session: SessionId
  readonly timeoutMs: number
  /** The highest xid applied. */
  readonly lastXid: Xid
  /** The zxid of the session's last applied command (its opening, at first). Guards expiry. */
  readonly lastZxid: Zxid
  /** What the session has shown itself to be. */
  readonly identities: readonly Identity[]
}

/** A znode as a snapshot for a client shows it. */
export interface ZnodeView {
  readonly path: ZnodePath
  /** The state's own: look, and never write to it. */
  readonly data: Uint8Array
  readonly stat: Stat
}

/** Who takes part, as the state shows it to clients: what it means is consensus's business. */
export interface Configuration {
  readonly members: readonly { readonly id: NodeId; readonly role: 'voter' | 'observer' }[]
}

/** A znode that a sweep may remove. It is void once the znode or its children have changed. */
export interface SweepCandidate {
  readonly path: ZnodePath
  readonly mzxid: Zxid
  readonly pzxid: Zxid
}

export interface SnapshotWriting {
  /** Encodes up to `znodes` more znodes; returns the bytes of the snapshot when that was all, and null before. */
  advance(znodes: number): Uint8Array | null
}

export interface StateMachine {
  /** The last slot applied. Invariant: grows by one with each apply. */
  readonly appliedThrough: Zxid
  /** The zxid of the last `lead` command, 0 before the first. */
  readonly leadership: Zxid
  /**
   * Applies what was chosen in `zxid`, which must be `appliedThrough + 1`: a command, the members from here on (shown
   * to clients at `/zookeeper/config`), or null for a slot that carries nothing for the state (a no-op).
   */
  apply(zxid: Zxid, entry: Uint8Array | Configuration | null): Applied
  /** What `session` reads: with its identities; without a session, what everybody may. */
  query(query: Query, session?: SessionId): Result<QueryAnswer, Failure>
  /** What `session` may read of the znode at `path` and those below it, parents before children, sorted. */
  subtree(path: ZnodePath, session: SessionId): Iterable<ZnodeView>
  /** Empty containers and outlived TTL znodes at `nowMs` or the state's own time, whichever is later; at most a sweep's worth. */
  sweepable(nowMs: number): readonly SweepCandidate[]
  session(session: SessionId): SessionView | undefined
  sessions(): Iterable<SessionView>
  /** A hash of everything replicated: equal on replicas that applied the same slots. An integer below 2^53. */
  digest(): number
  /** The whole state as bytes, for a replica too far behind to be sent the log. */
  snapshot(): Uint8Array
  /** The state as it is now, to be encoded piece by piece while the machine goes on. One at a time: a later one ends it. */
  beginSnapshot(): SnapshotWriting
  /** Znodes in the tree. */
  readonly size: number
  /**
   * Replaces the whole state; returns the changes that this amounts to. Fails, changing nothing, when `bytes` are no
   * snapshot or their digest does not agree.
   */
  restore(bytes: Uint8Array): Result<readonly Change[], Failure>
}

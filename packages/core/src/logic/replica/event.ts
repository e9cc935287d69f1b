/**
 * What can happen to a replica, and what its clients are told. Everything that reaches a replica is one of these; they
 * are handled in the order in which they came.
 */
import type { NodeId, SessionId, Xid, Zxid } from '../base/ids.ts'
import type { Result } from '../base/result.ts'
import type { Operation } from '../state/command.ts'
import type { Reply, ZnodeView } from '../state/contract.ts'
import type { Failure } from '../state/error.ts'
import type { ZnodePath } from '../state/path.ts'
import type { Query, QueryAnswer } from '../state/query.ts'
import type {
  StandingKind,
  WatchEventType,
  WatchId,
  WatchKind,
  WatchSelection,
  WatchSetAnew,
} from '../watch/contract.ts'
import type { PeerMessage } from '../wire/envelope.ts'

/** One page (or simulated process) at this replica, numbered by its host. */
export type ClientId = number

export type ReplicaEvent =
  | { readonly type: 'tick' }
  /** From a replica whose identity the host has checked, or from this one to itself. */
  | { readonly type: 'peer'; readonly from: NodeId; readonly messages: readonly PeerMessage[] }
  | { readonly type: 'connected'; readonly peer: NodeId }
  | { readonly type: 'disconnected'; readonly peer: NodeId }
  | { readonly type: 'suspect'; readonly peer: NodeId }
  | { readonly type: 'client'; readonly client: ClientId; readonly request: ClientRequest }
  /** This replica wants to be taken out of the ensemble before it ends. Not to be undone. */
  | { readonly type: 'leave' }
  /** The page is gone; its sessions live on until they expire. */
  | { readonly type: 'clientGone'; readonly client: ClientId }

export type ClientRequest =
  /** Opens a session, or attaches to the one that `token` opened before. Safe to repeat. */
  | { readonly type: 'open'; readonly token: string; readonly timeoutMs: number }
  /** `xid` counts the session's writes without a gap; answers up to `acknowledged` have arrived. */
  | {
      readonly type: 'write'
      readonly session: SessionId
      readonly xid: Xid
      readonly acknowledged: Xid
      readonly operation: Operation
    }
  /**
   * Answered once the session's writes up to `afterXid`, and everything up to `seenZxid`, are applied here; a
   * linearizable one also once everything is that was chosen anywhere before it was asked. `query` null asks for
   * nothing but that (sync).
   */
  | {
      readonly type: 'read'
      readonly session: SessionId
      readonly id: number
      readonly afterXid: Xid
      readonly seenZxid: Zxid
      readonly consistency: 'sequential' | 'linearizable'
      readonly query: Query | null
      /** Set where the read succeeds (or, for exists, finds nothing). */
      readonly watch: WatchId | null
    }
  /**
   * Sets a watch without a read, in order with the session's reads: answered under `id` like one. `from` null: told of
   * later changes, of lost ones by what remains of them. Else nothing is lost without a word: told of all changes after
   * now, or after that zxid, once it is reached here.
   */
  | {
      readonly type: 'addWatch'
      readonly session: SessionId
      readonly id: number
      readonly afterXid: Xid
      readonly seenZxid: Zxid
      readonly watch: WatchId
      readonly kind: StandingKind
      readonly path: ZnodePath
      readonly from: Zxid | 'now' | null
    }
  /** Removes what `selection` means at `path`, of one watcher or (null) of all. NoWatcher where there is none. */
  | {
      readonly type: 'removeWatches'
      readonly session: SessionId
      readonly id: number
      readonly afterXid: Xid
      readonly seenZxid: Zxid
      readonly watch: WatchId | null
      readonly path: ZnodePath
      readonly selection: WatchSelection
    }
  /**
   * Sets watches that stood at another replica, or at this one before it was started again, as if they had stood here:
   * each is told, in the order of the log, what it has not heard. In order with reads, and never refused for being one
   * too many. A session's first request to a replica that it moved to. Source: ZooKeeper's setWatches.
   */
  | {
      readonly type: 'setWatches'
      readonly session: SessionId
      readonly id: number
      readonly afterXid: Xid
      readonly seenZxid: Zxid
      readonly watches: readonly WatchSetAnew[]
    }
  /** Pages of these sessions said that they go away, to this client. */
  | { readonly type: 'departed'; readonly sessions: readonly SessionId[] }
  /** Nobody waits for read `id` any more. */
  | {
      readonly type: 'cancel'
      readonly session: SessionId
      readonly id: number
      /** What the read may have set already, to be removed without a word; null for nothing. */
      readonly unset: { readonly watch: WatchId; readonly kind: WatchKind; readonly path: ZnodePath } | null
    }
  /** The session's page lives. */
  | { readonly type: 'ping'; readonly session: SessionId }

/** What one client is told, on one ordered stream. */
export type ClientEvent =
  | {
      readonly type: 'opened'
      readonly token: string
      readonly session: SessionId
      readonly timeoutMs: number
    }
  /** The session that `token` asked for was not opened. */
  | { readonly type: 'refused'; readonly token: string; readonly error: Failure }
  | { readonly type: 'written'; readonly session: SessionId; readonly xid: Xid; readonly reply: Reply }
  /** `zxid` is the state that was read; `answer` is null for sync and what sets or removes watches. */
  | {
      readonly type: 'answered'
      readonly session: SessionId
      readonly id: number
      readonly zxid: Zxid
      readonly result: Result<QueryAnswer | null, Failure>
    }
  | {
      readonly type: 'watch'
      readonly session: SessionId
      readonly watch: WatchId
      readonly event: WatchEventType
      readonly path: ZnodePath
      readonly zxid: Zxid
      /** The transaction has nothing more for this watcher. */
      readonly last: boolean
    }
  /**
   * The watch begins anew: changes up to `zxid` are not known one by one. What there is to be read at and (recursive)
   * below its path, as of `zxid`, parents first, in as many of these as it takes.
   */
  | {
      readonly type: 'resync'
      readonly session: SessionId
      readonly watch: WatchId
      readonly path: ZnodePath
      readonly zxid: Zxid
      readonly znodes: readonly ZnodeView[]
      readonly last: boolean
    }
  /** Everything up to `zxid` was told: the answer to a ping. */
  | { readonly type: 'seen'; readonly session: SessionId; readonly zxid: Zxid }
  | { readonly type: 'ended'; readonly session: SessionId; readonly reason: 'closed' | 'expired' }
  /** Whether writes can be expected to get through: somebody is known who can propose. */
  | { readonly type: 'quorum'; readonly reachable: boolean }

/**
 * What a page and its replica's worker say to each other. Calls that happen once go through comlink (`ReplicaService`);
 * requests and everything that must stay in order go over one MessagePort (`ToReplica`, `FromReplica`).
 */
import type { EnsembleId, Incarnation, NodeId, SessionId, Slot, Zxid } from '../../logic/base/ids.ts'
import type { Result } from '../../logic/base/result.ts'
import type { EngineName, EngineStatus } from '../../logic/consensus/engine.ts'
import type { Membership } from '../../logic/consensus/membership.ts'
import type { ClientEvent, ClientRequest } from '../../logic/replica/event.ts'
import type { Command, Operation } from '../../logic/state/command.ts'
import type { Failure } from '../../logic/state/error.ts'
import type { Query, QueryAnswer } from '../../logic/state/query.ts'
import type { MissingVoter } from '../runtime/contacts.ts'
import type { Dropped } from '../runtime/mail.ts'
import type { PassingCounts } from '../runtime/passing.ts'
import type { Traffic } from '../runtime/routes.ts'
import type { StopReason } from '../runtime/runtime.ts'
import type { Replicas } from '../storage/registry.ts'
import type { Founding } from './taking-part.ts'

export type { Replicas } from '../storage/registry.ts'

export interface OpenOptions {
  /** The name under which the tabs of one browser profile find each other, and their storage. */
  readonly room: string
  readonly engine: EngineName
  readonly founding: Founding
  /** Also reach the other tabs of this profile over BroadcastChannel, from the worker itself. */
  readonly broadcast: boolean
  readonly storage: 'indexeddb' | 'memory'
  readonly replicas: Replicas
}

/** Why a replica could not be opened: a code for programs, a sentence for people. */
export interface OpenError {
  readonly code: string
  readonly message: string
}

export interface Opening {
  readonly node: NodeId
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  readonly incarnation: Incarnation
  /** The Web Lock that the worker holds while it lives. */
  readonly lock: string
}

/** One end of a stream: a MessagePort, or a BroadcastChannel whose name only two ends know. */
export interface StreamPort {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

export interface ReplicaService {
  /**
   * Claims an identity, opens its storage, starts the replica. Once. `stream` carries requests and events; each of
   * `transports` is served by a transport in the page, `arbiter` by the app's arbiter, where it has one.
   */
  open(
    options: OpenOptions,
    stream: StreamPort,
    transports: readonly MessagePort[],
    arbiter: MessagePort | null,
  ): Promise<Result<Opening, OpenError>>
  /** Serves another page beside the one that opened the replica. Fails where none was opened, or its opening failed. */
  attach(stream: StreamPort): Promise<Result<Opening, OpenError>>
  /** Deletes all that this profile holds of a room, where no tab runs a replica of it. */
  deleteRoom(room: string): Promise<Result<void, OpenError>>
  /** Deletes a replica of this profile that no tab runs: the way out of a corrupt storage. */
  deleteReplica(room: string, node: NodeId): Promise<Result<void, OpenError>>
  /**
   * Ends the replica; resolves when its storage is closed and its identity free for the next. One that leaves is taken out
   * of the ensemble first, where that takes no more than half a second (two where others need it to hand over); one that only
   * stops is missed, and still counts.
   */
  close(how: 'leave' | 'stop'): Promise<void>
}

/** What a page asks the worker itself, besides what it asks of the state. */
export type Question =
  | { readonly type: 'status' }
  /** What the replica holds, as anybody may read it: without a session, however far behind. */
  | { readonly type: 'query'; readonly query: Query }
  /** On a person's word: a new ensemble from what this replica holds, if it is in `ensemble` still. */
  | { readonly type: 'fork'; readonly ensemble: EnsembleId }
  /** Something to sign, good for one `prove` on this stream. */
  | { readonly type: 'challenge' }
  /** Whether `signature` (ECDSA on P-256, SHA-256, of `proofText`) shows that the session holds the key. */
  | {
      readonly type: 'prove'
      readonly session: SessionId
      readonly publicKey: Uint8Array
      readonly signature: Uint8Array
    }

export type Answer =
  | { readonly type: 'status'; readonly status: ReplicaStatus | null }
  | { readonly type: 'query'; readonly result: Result<QueryAnswer, Failure> }
  /** The new ensemble. Everybody at this replica hears `stopped` next. */
  | { readonly type: 'forked'; readonly result: Result<EnsembleId, OpenError> }
  | { readonly type: 'challenge'; readonly nonce: Uint8Array }
  | { readonly type: 'proven'; readonly proven: boolean }

export type ToReplica =
  | { readonly type: 'requests'; readonly requests: readonly ClientRequest[] }
  /** Answered by `pong` from the worker's own loop, whatever the replica is doing. */
  | { readonly type: 'probe'; readonly id: number }
  /** Answered by one `answer` of the same id. */
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  /** Status and decisions are told from now on, or no more. */
  | { readonly type: 'observe'; readonly status: boolean; readonly decisions: boolean }
  /** The page goes: the last thing it says. */
  | { readonly type: 'leave' }

export type FromReplica =
  | { readonly type: 'events'; readonly events: readonly ClientEvent[] }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'status'; readonly status: ReplicaStatus }
  | { readonly type: 'decisions'; readonly decisions: readonly Decision[] }
  /** No quorum is in reach: who is missing, as often as that changes. */
  | { readonly type: 'missing'; readonly missing: MissingQuorum }
  /** A replica of that ensemble is in the room. Once for each. */
  | { readonly type: 'foreign'; readonly ensemble: EnsembleId }
  /** The last thing said. */
  | { readonly type: 'stopped'; readonly reason: StopReason }

/** While no quorum is in reach, as far as the replica of this page can tell. */
export interface MissingQuorum {
  /** Whose majority it takes. */
  readonly voters: readonly NodeId[]
  /** Those of them that are not heard, longest missed first. */
  readonly missing: readonly [MissingVoter, ...MissingVoter[]]
}

/** A replica as people may want to see it. */
export interface ReplicaStatus extends EngineStatus {
  readonly node: NodeId
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  readonly incarnation: Incarnation
  readonly appliedThrough: Zxid
  /** The zxid under which sessions are expired, 0 before the first. */
  readonly leadership: Zxid
  readonly digest: number
  /** Voters that this replica does not hear, and since when: by its machine's clock, for people to see. */
  readonly missing: readonly MissingVoter[]
  /** Peers with a connection to this replica. */
  readonly connected: readonly NodeId[]
  /** Those of `connected` with a connection of their own; the others are reached by one of these. */
  readonly linked: readonly NodeId[]
  /** What went by thirds so far, and what this replica passed on between others. */
  readonly passed: PassingCounts
  readonly sent: Traffic
  /** Frames that were refused, by reason. */
  readonly dropped: Dropped
}

/** A decided slot as people may want to see it. */
export interface Decision {
  readonly slot: Slot
  readonly what:
    | 'noop'
    | 'membership'
    | 'unreadable'
    | Exclude<Command['type'], 'request'>
    | Operation['type']
  readonly session: SessionId | null
  readonly path: string | null
  /** Who takes part from this slot on, where that was decided; null in every other slot. */
  readonly membership: Membership | null
  /** By the clock of the leader that proposed it, milliseconds since 1970; null where none is stamped. */
  readonly timeMs: number | null
}

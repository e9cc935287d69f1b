/**
 * What a keeper tells its app of by events, and their types for `addEventListener`. Does not know when they happen.
 */
import type { Decision, MissingQuorum, ReplicaStatus } from '../host/worker/protocol.ts'
import type { EnsembleId } from '../logic/base/ids.ts'
import type { ZnodePath } from '../logic/state/path.ts'

/**
 * `connecting`: no session yet. `readOnly`: nor a quorum to open one, and the app asked for this (`canBeReadOnly`): what
 * this replica holds is read as anybody may read it, however old; everything else waits. `connected`: writes get through. `suspended`: no quorum is in reach; writes wait, local
 * reads are answered, a lock holder stops acting. `expired`: the session is gone with its ephemerals. `closed`: over,
 * by the app's wish or because the replica stopped.
 */
export type KeeperState = 'connecting' | 'readOnly' | 'connected' | 'suspended' | 'expired' | 'closed'

export interface KeeperEvents {
  readonly state: CustomEvent<KeeperState>
  readonly status: CustomEvent<ReplicaStatus>
  readonly decisions: CustomEvent<readonly Decision[]>
  /** A write of this keeper's was carried out and passed the soft limits of the quotas of these paths. */
  readonly quota: CustomEvent<readonly ZnodePath[]>
  /** No quorum is in reach, and these are why: each time that changes, until the next `connected`. */
  readonly missing: CustomEvent<MissingQuorum>
  /** Another ensemble was founded where one was meant. Once for each; also to a listener that comes later. */
  readonly foreign: CustomEvent<ForeignEnsemble>
  /**
   * Whether the browser keeps what is stored when it runs short of space, once it has said so: where it does not, all may be
   * gone some day, and this replica is another one then. Also to a listener that comes later. See `connect({ persist })`.
   */
  readonly persisted: CustomEvent<boolean>
  /** The ensemble was given up for this one, by `fork` here or in another tab: the keeper is closed, `connect` again. */
  readonly forked: CustomEvent<EnsembleId>
}

/** An ensemble in the same room that this one does not mix with. */
export interface ForeignEnsemble {
  readonly ensemble: EnsembleId
  /** What happened, and how to bring the two together, for people. */
  readonly message: string
}

/** An EventTarget whose events have types. */
interface TypedTarget extends EventTarget {
  addEventListener<Name extends keyof KeeperEvents>(
    type: Name,
    listener: ((event: KeeperEvents[Name]) => void) | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  removeEventListener<Name extends keyof KeeperEvents>(
    type: Name,
    listener: ((event: KeeperEvents[Name]) => void) | null,
    options?: EventListenerOptions | boolean,
  ): void
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void
}

/** EventTarget itself. */
export const KeeperTarget: new () => TypedTarget = EventTarget

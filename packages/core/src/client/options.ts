/** What an app may say when it opens a keeper, and what of it is asked of the replica. */
import type { FoundingArbiter } from '../host/arbiter.ts'
import type { PageTransport } from '../host/transport/port-protocol.ts'
import type { OpenOptions, Replicas } from '../host/worker/protocol.ts'
import { ensembleId, isId } from '../logic/base/ids.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import { KeeperError } from './error.ts'

export interface ConnectOptions {
  /** The app's name for the tree. One browser profile holds one ensemble under it. */
  readonly room: string
  /** Join this ensemble (from an invite), never found one. Without it this profile founds, or asks `arbiter` who does. */
  readonly ensemble?: string | undefined
  /**
   * With `ensemble`, where this profile takes part in another one: that one's id, which is given up. Its replicas here are
   * deleted, and what no other member has of it is lost: on a person's word only. They must not run (InUse). Has no effect
   * where the profile is in `ensemble` already.
   */
  readonly abandon?: string | undefined
  /**
   * Decides, where devices share no lock, which of them founds the room: asked when this profile opens the room for the
   * first time without an invitation, and by a fork. OpenFailed with the reason `ArbiterUnreachable` when it does not
   * answer: nothing is founded then, and the next attempt asks the same. A profile that is a member opens without it.
   */
  readonly arbiter?: FoundingArbiter | undefined
  readonly engine?: EngineName | undefined
  /**
   * `per-device` (default): one replica for the browser profile, hosted by one of its tabs; the others have a seat at it,
   * and one of them hosts it when that tab closes, crashes or freezes: sessions, ephemerals and watches go on. `per-tab`:
   * each tab is a replica, as in tests and apps for one device; the default where nothing is stored.
   */
  readonly replicas?: Replicas | undefined
  /**
   * Makes the ways to other devices (and, per tab, to other tabs): `() => [webrtc({ signaling })]`. Called each time that
   * this tab comes to host a replica, in a page that hosts none not at all. Without it, the tabs of this profile over
   * BroadcastChannel.
   */
  readonly transports?: (() => readonly PageTransport[]) | undefined
  /** Also BroadcastChannel, straight from worker to worker. Default: only where there are no `transports`. */
  readonly broadcast?: boolean | undefined
  /** Where the replica lives; memory is for tests, and per tab: what a host keeps there would go with its tab. */
  readonly storage?: 'indexeddb' | 'memory' | undefined
  /**
   * Whether to ask the browser not to delete what is stored when it runs short of space. Default: yes, unless it does not
   * already. It may ask its user (Firefox does); nothing waits for the answer, which the keeper tells as `persisted`.
   */
  readonly persist?: boolean | undefined
  /** Makes the worker, where the app's bundler wants to see it made: `() => new Worker(...)` of '@peerkeeper/core/worker'. */
  readonly worker?: (() => Worker) | undefined
  /** Without a sign of life for this long the session expires. Milliseconds, clamped to 4,000 .. 40,000. */
  readonly sessionTimeoutMs?: number | undefined
  /** For every call that does not say its own; and for connecting itself. Milliseconds. */
  readonly timeoutMs?: number | undefined
  /**
   * When `connect` resolves: with a session (default), which takes a quorum; or as soon as the replica runs, in state
   * `connecting`, so that an app can show who is missing. Calls wait for the session within their own limits.
   */
  readonly waitFor?: 'session' | 'replica' | undefined
  /**
   * Where no quorum is in reach for two seconds and there is no session yet, `connect` resolves all the same, in state
   * `readOnly` (ZooKeeper's option of this name). The session is opened when a quorum comes.
   */
  readonly canBeReadOnly?: boolean | undefined
  /** Gives up connecting. */
  readonly signal?: AbortSignal | undefined
}

/** What is asked of the replica, or a KeeperError BadArguments. */
export function openOptions(options: ConnectOptions): OpenOptions {
  const { room, ensemble, abandon, transports, storage = 'indexeddb' } = options
  const replicas = options.replicas ?? (storage === 'memory' ? 'per-tab' : 'per-device')
  if (!isId(room)) throw new KeeperError('BadArguments', 'a room is 1 to 64 letters, digits, _ or -')
  if (ensemble !== undefined && !isId(ensemble))
    throw new KeeperError('BadArguments', 'an ensemble id is 1 to 64 letters, digits, _ or -')
  if (abandon !== undefined && (!isId(abandon) || ensemble === undefined || abandon === ensemble))
    throw new KeeperError('BadArguments', 'an ensemble is abandoned for another one: give ensemble, too')
  if (options.arbiter !== undefined && storage === 'memory')
    throw new KeeperError('BadArguments', 'an arbiter needs a storage that stays: not memory')
  if (replicas === 'per-device' && storage === 'memory')
    throw new KeeperError(
      'BadArguments',
      'one replica for the device needs IndexedDB: memory goes with the tab that hosts',
    )
  if (transports !== undefined && typeof transports !== 'function')
    throw new KeeperError('BadArguments', 'transports is a function that makes them: a tab may host twice')
  return {
    room,
    engine: options.engine ?? 'multi-paxos',
    founding: ensemble === undefined ? 'found-or-join' : joining(ensemble, abandon),
    broadcast: options.broadcast ?? transports === undefined,
    storage,
    replicas,
  }
}

const joining = (ensemble: string, abandon: string | undefined) => ({
  join: ensembleId(ensemble),
  abandon: abandon === undefined ? undefined : ensembleId(abandon),
})

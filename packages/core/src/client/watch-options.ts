/** What an app may say of a watch. */
import type { StandingKind, WatchSelection } from '../logic/watch/contract.ts'
import type { CallOptions } from './calls.ts'
import type { WatchCallback, WatchEvent } from './watches.ts'

export interface WatchOptions<Value = Uint8Array> extends CallOptions {
  /** Also tell of every znode below. */
  readonly recursive?: boolean | undefined
  /** Tell of everything after this transaction: an earlier watcher's `zxid`. Without it, of everything from now on. */
  readonly from?: number | undefined
  /** Gets the events in place of the iterator. */
  readonly onEvent?: ((event: WatchEvent<Value>) => void) | undefined
}

export interface AddWatchOptions extends CallOptions {
  /** `persistent` (default): the znode and its list of children. `persistentRecursive`: it and every znode below. */
  readonly mode?: StandingKind | undefined
}

export interface RemoveWatchesOptions extends CallOptions {
  /** Whose watches; of every watcher of this session, where absent. */
  readonly watcher?: WatchCallback | undefined
  /** `data` (set by get and exists), `children`, or `any` (default): also those that stay. */
  readonly type?: WatchSelection | undefined
}

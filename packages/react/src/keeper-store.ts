/**
 * The keeper of a part of the page: given by the app, or opened while a provider of it is mounted. Owns opening, closing, and
 * opening anew; and telling the state plainly. Does not know React.
 */
import type { Keeper, KeeperError, KeeperState, MissingQuorum } from '@peerkeeper/core'
import { Live, type Start, type Store } from './store.ts'
import { errorOf } from './views.ts'

/** What {@link useKeeper} returns; see `state`. */
export type KeeperView =
  /** Not open yet. */
  | {
      readonly state: 'connecting'
      readonly keeper: Keeper | null
      readonly missing: MissingQuorum | null
      readonly error: null
    }
  /** It was not opened, because of `error`. */
  | { readonly state: 'failed'; readonly keeper: null; readonly missing: null; readonly error: KeeperError }
  | {
      /** `expired` and `closed` are for good: `reopen` begins a new session. */
      readonly state: Exclude<KeeperState, 'connecting'>
      readonly keeper: Keeper
      /** Who is missing while no quorum is in reach, once that is known. */
      readonly missing: MissingQuorum | null
      readonly error: null
    }

/** Opens a keeper; `signal` gives that up. */
export type OpenKeeper = (signal: AbortSignal) => Promise<Keeper>

export interface KeeperStore extends Store<KeeperView> {
  /** Closes what is open and opens anew, where that is the store's to do. */
  readonly reopen: () => void
}

export const connecting: KeeperView = { state: 'connecting', keeper: null, missing: null, error: null }

/** A keeper that is the app's: neither opened nor closed here. Null: there is none yet. */
export function givenKeeper(keeper: Keeper | null): KeeperStore {
  const reopen = () => undefined
  if (keeper === null) return { subscribe: () => () => undefined, getSnapshot: () => connecting, reopen }
  let view = viewOf(keeper)
  const getSnapshot = () => {
    if (view.state !== keeper.state || view.missing !== keeper.missing) view = viewOf(keeper)
    return view
  }
  const { subscribe } = new Live(view, publish => {
    const over = new AbortController()
    follow(keeper, () => publish(getSnapshot()), over.signal)
    return () => over.abort()
  })
  return { subscribe, getSnapshot, reopen }
}

/** A keeper that `open` opens when the first looks, and that is closed when nobody does any more. */
export function openedKeeper(open: OpenKeeper): KeeperStore {
  let again: (() => void) | null = null
  const start: Start<KeeperView> = publish => {
    let end = opening(open, publish)
    again = () => {
      end()
      publish(connecting)
      end = opening(open, publish)
    }
    return () => {
      again = null
      end()
    }
  }
  const store = new Live(connecting, start)
  return { subscribe: store.subscribe, getSnapshot: store.getSnapshot, reopen: () => again?.() }
}

/** One keeper, from its opening to its closing, which the function that this returns begins. */
function opening(open: OpenKeeper, publish: (view: KeeperView) => void): () => void {
  const over = new AbortController()
  const { signal } = over
  const run = async () => {
    try {
      const keeper = await open(signal)
      if (signal.aborted) return await keeper.close()
      follow(keeper, () => publish(viewOf(keeper)), signal)
      // After that is followed no more: that it closes is no news to anybody.
      signal.addEventListener('abort', () => void keeper.close(), { once: true })
    } catch (cause) {
      if (!signal.aborted) publish({ state: 'failed', keeper: null, missing: null, error: errorOf(cause) })
    }
  }
  void run()
  return () => over.abort()
}

function follow(keeper: Keeper, tell: () => void, signal: AbortSignal): void {
  keeper.on('state', tell, { signal })
  keeper.on('missing', tell, { signal })
  tell()
}

function viewOf(keeper: Keeper): KeeperView {
  const { state, missing } = keeper
  return state === 'connecting'
    ? { state, keeper, missing, error: null }
    : { state, keeper, missing, error: null }
}

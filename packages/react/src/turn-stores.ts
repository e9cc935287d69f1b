/**
 * Standing in a line while a component is mounted, to lead or to hold a lock: what has to be told of it, and what follows a
 * suspension or a loss. Leaves the line when nobody looks any more. Does not decide whose turn it is: the recipes do.
 *
 * Source: docs/RECIPES.md, "Suspended, and back".
 */
import { isKeeperError, type Keeper, type KeeperError } from '@peerkeeper/core'
import { type Hold, latch, Mutex, type Term } from '@peerkeeper/core/recipes'
import { Live, Shared, type Start, type Store } from './store.ts'
import { errorOf } from './views.ts'

/** Whose turn it is not, yet or any more. `idle`: no keeper or no path; `suspended`: no quorum is in reach; `failed`: for good, see `error`. */
type Waiting<Status> =
  | {
      readonly status: 'idle' | Status | 'suspended'
      readonly token: null
      readonly signal: null
      readonly error: null
    }
  | { readonly status: 'failed'; readonly token: null; readonly signal: null; readonly error: KeeperError }

/** What {@link useLeader} returns: `token` and `signal` are those of a term, as docs/RECIPES.md has them. */
export type LeaderView =
  | (Waiting<'standing'> & { readonly isLeader: false })
  | {
      readonly status: 'leading'
      readonly isLeader: true
      readonly token: number
      readonly signal: AbortSignal
      readonly error: null
    }

/** What {@link useLock} returns: `token` and `signal` are those of a hold, as docs/RECIPES.md has them, `path` is its znode. */
export type LockView =
  | (Waiting<'waiting'> & { readonly isHeld: false; readonly isAskedBack: false; readonly path: null })
  | {
      readonly status: 'held'
      readonly isHeld: true
      readonly token: number
      readonly signal: AbortSignal
      readonly path: string
      /** Somebody called `revoke`: whether to let go is this component's to say. */
      readonly isAskedBack: boolean
      readonly error: null
    }

const nothing = { token: null, signal: null, error: null } as const
const notLeading = { ...nothing, isLeader: false } as const
const notHeld = { ...nothing, isHeld: false, isAskedBack: false, path: null } as const

export const noLeader: LeaderView = { status: 'idle', ...notLeading }
export const noLock: LockView = { status: 'idle', ...notHeld }

const leaders = new Shared<LeaderView>(noLeader)

/** One candidate of this keeper at `path`, whoever looks; `data` is that of who looked first. */
export const leaderStore = (keeper: Keeper | null, path: string | null, data: string): Store<LeaderView> =>
  leaders.at(keeper, path, (keeper, path) => publish => {
    const candidate = latch(keeper, path, { data })
    const away = (): LeaderView => ({ status: isConnected(keeper) ? 'standing' : 'suspended', ...notLeading })
    const lead = (term: Term) => {
      if (term.signal.aborted) return
      publish({ status: 'leading', isLeader: true, token: term.token, signal: term.signal, error: null })
      term.signal.addEventListener('abort', () => publish(away()), { once: true })
    }
    const end = taking(
      keeper,
      async over => {
        for (;;) {
          const term = await candidate.wait({ signal: over })
          lead(term)
          await aborted(term.signal)
        }
      },
      () => candidate.hasLeadership || publish(away()),
      error => publish({ status: 'failed', ...notLeading, error }),
    )
    return () => {
      end()
      void candidate.close()
    }
  })

/** A place of its own in the line at `path`, for as long as somebody looks. */
export function lockStore(keeper: Keeper | null, path: string | null, data: string): Store<LockView> {
  if (keeper === null || path === null) return new Live(noLock, () => () => undefined)
  return new Live(noLock, holding(keeper, path, data))
}

const holding =
  (keeper: Keeper, path: string, data: string): Start<LockView> =>
  publish => {
    const lock = new Mutex(keeper, path)
    const away = (): LockView => ({ status: isConnected(keeper) ? 'waiting' : 'suspended', ...notHeld })
    let held: Hold | null = null
    const show = (hold: Hold) => {
      const { token, signal, path, revocation } = hold
      const tell = () => {
        const isAskedBack = revocation.aborted
        if (!signal.aborted)
          publish({ status: 'held', isHeld: true, token, signal, path, isAskedBack, error: null })
      }
      tell()
      revocation.addEventListener('abort', tell, { once: true })
      signal.addEventListener('abort', () => publish(away()), { once: true })
    }
    return taking(
      keeper,
      async over => {
        const ended = aborted(over)
        try {
          for (;;) {
            held = await heldAgain(held, over)
            held ??= await lock.acquire({ data, signal: over })
            show(held)
            await Promise.race([aborted(held.signal), ended])
          }
        } finally {
          void held?.release()
        }
      },
      () => (held !== null && !held.signal.aborted) || publish(away()),
      error => publish({ status: 'failed', ...notHeld, error }),
    )
  }

/** The hold of before in its place, with a signal of its own; null where that place is lost. */
async function heldAgain(before: Hold | null, signal: AbortSignal): Promise<Hold | null> {
  if (before === null) return null
  try {
    return await before.renew({ signal })
  } catch (error) {
    if (!isKeeperError(error, 'Lost')) throw error
    void before.release()
    return null
  }
}

/** Runs `take` until it is ended by the function that this returns; tells of states, and of an end that was not asked for. */
function taking(
  keeper: Keeper,
  take: (over: AbortSignal) => Promise<never>,
  onState: () => void,
  onEnd: (error: KeeperError) => void,
): () => void {
  const over = new AbortController()
  keeper.on('state', onState, { signal: over.signal })
  onState()
  take(over.signal).catch(cause => {
    if (over.signal.aborted) return
    onEnd(errorOf(cause))
    over.abort()
  })
  return () => over.abort()
}

const isConnected = ({ state }: Keeper): boolean => state === 'connected'

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

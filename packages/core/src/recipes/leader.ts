/**
 * One leader among those who want to be: whoever has stood in line for longest. `lead` runs a function while it leads; a
 * latch (latch.ts) says whether it does.
 *
 * Source: ZooKeeper Recipes, "Leader Election"; Curator's LeaderSelector.
 */
import { firstOf } from '../host/time/signals.ts'
import { attempt } from './attempt.ts'
import type { Line } from './line.ts'
import { type AcquireOptions, type Grant, hold, type Participant, participants, withHold } from './lock.ts'
import type { Tree, WaitOptions } from './tree.ts'
import { lockTurn } from './turn.ts'

export const candidates = (path: string): Line => ({ path, kind: 'candidate', decide: lockTurn })

export interface LeadOptions extends AcquireOptions {
  /**
   * Stands for election again, at the end of the line, whenever `work` has returned, or has thrown after its signal was
   * aborted: until `signal` is.
   */
  readonly requeue?: boolean
}

/**
 * Stands for election at `path`, runs `work` once elected, and resigns when that has settled. `work` has to end when its
 * `signal` is aborted: by what its leadership suffers, and by the `signal` of `options`. At `Suspended` another may lead as
 * soon as the session has ended, or `work`.
 *
 * Resolves with what `work` did. With `requeue` it does not resolve: it rejects, with Aborted when `signal` was and `work`
 * has ended. `timeoutMs` limits each wait to be elected. Errors: those of `Mutex.acquire`, and of `work`.
 */
export function lead<T>(
  keeper: Tree,
  path: string,
  work: (grant: Grant) => T | Promise<T>,
  options: LeadOptions & { readonly requeue: true },
): Promise<never>
export function lead<T>(
  keeper: Tree,
  path: string,
  work: (grant: Grant) => T | Promise<T>,
  options?: LeadOptions,
): Promise<T>
export async function lead<T>(
  keeper: Tree,
  path: string,
  work: (grant: Grant) => T | Promise<T>,
  options: LeadOptions = {},
): Promise<T> {
  const { data = '', requeue = false, signal } = options
  for (;;) {
    const elected = attempt(keeper, `lead ${path}`, options, made =>
      hold(keeper, candidates(path), data, made),
    )
    let isLost = false
    try {
      const result = await withHold(elected, async held => {
        const term = firstOf(held.signal, signal)
        try {
          return await work({ token: held.token, signal: term, revocation: held.revocation })
        } finally {
          isLost = term.aborted
        }
      })
      if (!requeue) return result
    } catch (error) {
      // What its work says when the leadership was lost is no news.
      if (!requeue || !isLost) throw error
    }
  }
}

/** Who leads, or null; as a quorum sees it. Errors: those of every call. */
export function leaderOf(keeper: Tree, path: string, options: WaitOptions = {}): Promise<Participant | null> {
  return attempt(keeper, `look who leads ${path}`, options, async made => {
    const [first] = await participants(keeper, candidates(path), made)
    return first ?? null
  })
}

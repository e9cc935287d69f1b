/**
 * Asking the worker for a fork, wherever the replica is hosted, and waiting until this page has heard of the old ensemble's end.
 */
import type { Timers } from '../host/time/clock.ts'
import type { EnsembleId } from '../logic/base/ids.ts'
import type { CallOptions } from './calls.ts'
import { KeeperError } from './error.ts'
import type { Link } from './link.ts'
import { mismatch } from './operations.ts'

/** Writing a large state anew, and an arbiter far away. */
const forkTimeoutMs = 30_000

/** The end is heard right after the answer. */
const endTimeoutMs = 2_000

/** Resolves with the new ensemble, when the keeper is over: `forked` says so. Rejects as `Keeper.fork` does. */
export function fork(
  link: Pick<Link, 'ask'>,
  ensemble: EnsembleId,
  forked: Promise<EnsembleId>,
  limits: CallOptions,
  timers: Timers,
): Promise<EnsembleId> {
  const asked = async (): Promise<EnsembleId> => {
    const answer = await link.ask({ type: 'fork', ensemble }, { timeoutMs: forkTimeoutMs, ...limits })
    if (answer.type !== 'forked') throw mismatch(answer.type)
    const { result } = answer
    if (!result.ok) throw new KeeperError('ForkFailed', `${result.error.code}: ${result.error.message}`)
    await new Promise<void>(resolve => timers.after(endTimeoutMs, resolve))
    return result.value
  }
  // Another tab may have asked first: then the end is all that is heard.
  return Promise.race([asked(), forked])
}

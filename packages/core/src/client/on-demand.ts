/**
 * The parts of the client that stand in files of their own and are loaded when they are first needed. A call waits for its
 * part within its own limits, and fails with NotLoaded where that is not to be had; nothing was asked then. The next call
 * asks again, but browsers may remember the failure for as long as the page lives (whatwg/html#6768). Does not know what is
 * in the parts.
 */
import { ownClock, type Timers } from '../host/time/clock.ts'
import { type CallOptions, within } from './calls.ts'
import { KeeperError } from './error.ts'

/** Of what says no limit of its own. Milliseconds. */
const loadMs = 15_000

/** The way to a replica. `connect` loads all of it, also what only the next host needs: that may have no network then. */
export const toReplica = () => import('./to-replica.ts')

/** What a session shows itself to be. */
export const identities = () => import('./identity.ts')

/** Quotas as they are read. */
export const quotas = () => import('./quotas.ts')

/** Rejects with a KeeperError: NotLoaded, Timeout, Aborted. */
export function load<Part>(
  part: () => Promise<Part>,
  options?: CallOptions,
  timers: Timers = ownClock,
): Promise<Part> {
  const loaded = part().catch((cause: unknown) => {
    throw new KeeperError(
      'NotLoaded',
      `a part of the app was not loaded, reload the page: ${cause}`,
      null,
      null,
      null,
      {
        cause,
      },
    )
  })
  return within(loaded, 'loading', loadMs, options, timers)
}

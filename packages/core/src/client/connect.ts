/**
 * Opens a keeper: finds or starts a replica, and waits for a session at it. Owns the order in which things begin, and what
 * is left behind where they do not; the rest of the client never sees the worker.
 */
import { type Attendance, attend } from './attend.ts'
import { Calls } from './calls.ts'
import { aborted } from './error.ts'
import type { Keeper } from './keeper.ts'
import type { ConnectOptions } from './options.ts'
import { ownSurroundings, type Surroundings } from './surroundings.ts'

/**
 * Opens or founds the ensemble of `room` and a session in it.
 * Rejects with a KeeperError: OpenFailed, NotLoaded, Timeout (no quorum in time), Aborted, WorkerDied, ReplicaStopped,
 * LimitExceeded (as many sessions as there may be).
 */
export const connect = (options: ConnectOptions): Promise<Keeper> => connectIn(ownSurroundings, options)

/** As {@link connect}, in a page that may be another than this one. */
export async function connectIn(surroundings: Surroundings, options: ConnectOptions): Promise<Keeper> {
  const { timeoutMs = 15_000, signal, waitFor = 'session', transports = () => [], worker, arbiter } = options
  if (signal?.aborted) throw aborted('connect', signal)
  const way = await surroundings.wayToReplica({ timeoutMs, signal })
  const asked = way.openOptions(options)
  const steps = new Calls<'replica' | 'session'>(timeoutMs, () => undefined, surroundings.clock)
  let attended = null as Attendance | null
  const reach = way.reach({
    asked,
    worker,
    transports,
    arbiter,
    timeoutMs,
    signal,
    placed: ({ opening, port }) => {
      if (attended !== null) return attended.goOnAt(port)
      attended = attend({
        surroundings,
        way,
        reach,
        options,
        asked,
        timeoutMs,
        opening,
        port,
        ready: () => steps.resolve('session', undefined),
        failed: error => steps.rejectAll(error),
      })
      steps.resolve('replica', attended)
    },
    departed: sessions => attended?.tellDeparted(sessions),
    failed: error => {
      steps.rejectAll(error)
      attended?.end(error)
    },
  })
  try {
    const { keeper } = await steps.wait<Attendance>('replica', 'connect', { signal })
    if (waitFor === 'session') await steps.wait('session', 'connect', { signal })
    return keeper
  } catch (error) {
    if (attended === null) {
      reach.abandon()
      throw error
    }
    attended.tearDown()
    const { keeper, isReachable } = attended
    throw way.explained(error, keeper.missing, isReachable ? null : keeper.ensemble, options.room)
  }
}

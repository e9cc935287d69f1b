/** How long to wait between attempts, of anything that may fail for a while. */
export type { Timers } from '@peerkeeper/core/transport'

/**
 * How long to wait after `failures` failures in a row (0, 1, 2 ...): `min` doubled each time, at most `max`, of which a
 * random half is taken off so that many peers do not come at once. `random` is uniform in [0, 1).
 */
export function backoffMs(failures: number, min: number, max: number, random: () => number): number {
  const full = Math.min(max, min * 2 ** Math.min(failures, 30))
  return full * (0.5 + random() / 2)
}

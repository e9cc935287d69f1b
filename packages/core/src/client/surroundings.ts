/**
 * What a keeper takes from the page that it lives in: its time, its randomness, and the way to its replica. A page's own, or
 * those of a test that owns all three.
 */
import { type Clock, ownClock } from '../host/time/clock.ts'
import type { CallOptions } from './calls.ts'
import { load, toReplica } from './on-demand.ts'

export interface Surroundings {
  readonly clock: Clock
  /** One that nobody has. */
  randomId(): string
  /** Rejects with a KeeperError: NotLoaded, Timeout, Aborted. */
  wayToReplica(limits: CallOptions): Promise<WayToReplica>
}

/** What goes on at the other end of it the page does not know. */
export type WayToReplica = typeof import('./to-replica.ts')

export const ownSurroundings: Surroundings = {
  clock: ownClock,
  randomId: () => crypto.randomUUID(),
  wayToReplica: limits => load(toReplica, limits),
}

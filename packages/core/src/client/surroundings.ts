/**
 * What a keeper takes from the page that it lives in: its time, its randomness, and the way to its replica. A page's own, or
 * those of a test that owns all three.
 */
import { type Clock, ownClock } from '../host/time/clock.ts'
import { type Reach, type ReachOptions, reachOwn, reachShared } from './reach.ts'

export interface Surroundings {
  readonly clock: Clock
  /** One that nobody has. */
  randomId(): string
  /** Begins to look for the replica; what comes of it `options` are told. */
  reach(options: ReachOptions): Reach
}

export const ownSurroundings: Surroundings = {
  clock: ownClock,
  randomId: () => crypto.randomUUID(),
  reach: options => (options.asked.replicas === 'per-device' ? reachShared(options) : reachOwn(options)),
}

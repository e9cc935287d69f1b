/**
 * How long voters wait before they stand, as counts of ticks: drawn anew each time, so that two seldom stand at the same
 * moment. Liveness only; the ranges and their reasons are in limits.ts.
 */
import {
  candidacyRetryTicksMax,
  electionTimeoutTicksMax,
  electionTimeoutTicksMin,
  leaderlessTicksMax,
  leaderlessTicksMin,
  suspectedTicksMax,
} from '../base/limits.ts'
import type { Random } from '../base/random.ts'

const draw = (random: Random, min: number, max: number): number => min + random.below(max - min + 1)

/** Of silence of a leader that was heard. */
export const drawElectionTicks = (random: Random): number =>
  draw(random, electionTimeoutTicksMin, electionTimeoutTicksMax)

/** For a leader to show itself where none was heard. */
export const drawLeaderlessTicks = (random: Random): number =>
  draw(random, leaderlessTicksMin, leaderlessTicksMax)

/** After a candidacy that came to nothing. */
export const drawRetryTicks = (random: Random): number => draw(random, 1, candidacyRetryTicksMax)

/** After a hint that the leader died. */
export const drawSuspectedTicks = (random: Random): number => draw(random, 1, suspectedTicksMax)

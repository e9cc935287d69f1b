/** A clock as ticks. It is the worker's, where a busy page cannot delay it. */
import { tickMs } from '../../logic/base/limits.ts'
import type { Clock } from '../time/clock.ts'

/** Calls `tick` every {@link tickMs} until the returned function is called. Ticks missed while frozen are not made up. */
export const startTicker = (clock: Clock, tick: () => void): (() => void) => clock.every(tickMs, tick)

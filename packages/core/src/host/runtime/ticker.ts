/** Real time as ticks. Lives in the worker, where a busy page cannot delay it. */
import { tickMs } from '../../logic/base/limits.ts'

/** Calls `tick` every {@link tickMs} until the returned function is called. Ticks missed while frozen are not made up. */
export function startTicker(tick: () => void): () => void {
  const timer = setInterval(tick, tickMs)
  return () => clearInterval(timer)
}

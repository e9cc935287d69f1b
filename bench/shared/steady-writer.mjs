// A client that writes one after another whatever happens, and remembers when each write was acknowledged: what it
// missed while a leader was dead is how long the failover took.
import { epochMs, pause } from './load.mjs'

/** After a refused write: short beside any failover. */
const retryMs = 5
/** Told to stop, it still tries this long for one last acknowledgement. */
const stopMs = 15_000

/**
 * @param {() => Promise<unknown>} write
 * @returns {{ stop(): Promise<{ acknowledgedAt: number[], errors: number }> }} times in milliseconds since 1970; the last
 * write was acknowledged after `stop` was called, or none was for long
 */
export function writeSteadily(write) {
  /** @type {number[]} */
  const acknowledgedAt = []
  let errors = 0
  let end = Number.POSITIVE_INFINITY
  let going = true
  const loop = async () => {
    while (epochMs() < end) {
      try {
        await write()
        acknowledgedAt.push(epochMs())
        if (!going) return
      } catch {
        errors++
        await pause(retryMs)
      }
    }
  }
  const running = loop()
  return {
    async stop() {
      going = false
      end = epochMs() + stopMs
      await running
      return { acknowledgedAt, errors }
    },
  }
}

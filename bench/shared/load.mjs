// The one load generator of all sides, in pages and in Node alike: a closed loop that keeps a number of operations in
// flight for a time and measures each. Knows nothing of what an operation does.

/**
 * @typedef {object} LoadOptions
 * @property {number} inFlight operations under way at any moment
 * @property {number} ms how long operations are begun; those under way at the end are waited for and counted
 * @property {number} [startAt] milliseconds since 1970 at which to begin, so that several clients begin together
 *
 * @typedef {object} LoadResult
 * @property {number} perSecond operations that were answered
 * @property {number} count
 * @property {number | null} p50 milliseconds from call to answer; null where nothing was answered
 * @property {number | null} p99
 * @property {number | null} max
 * @property {number} errors
 * @property {string | null} firstError
 */

/** After an error a lane rests this long: a side that refuses everything must not starve the loop. */
const restMs = 20

/** Milliseconds since 1970 with the fraction that `Date.now` lacks: comparable between the processes of one machine. */
export const epochMs = () => performance.timeOrigin + performance.now()

/** @param {number} ms @returns {Promise<void>} */
export const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

/**
 * The value below which the share `of` of `sorted` lies; null where there is none.
 * @param {readonly number[]} sorted ascending
 * @param {number} of 0 .. 1
 */
export const quantile = (sorted, of) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? null

/**
 * @param {(index: number) => Promise<unknown>} operate
 * @param {LoadOptions} options
 * @returns {Promise<LoadResult>}
 */
export async function load(operate, { inFlight, ms, startAt = 0 }) {
  await pause(Math.max(0, startAt - epochMs()))
  const began = performance.now()
  const end = began + ms
  /** @type {number[]} */
  const latencies = []
  let begun = 0
  let errors = 0
  /** @type {string | null} */
  let firstError = null
  const lane = async () => {
    for (let at = performance.now(); at < end; at = performance.now()) {
      try {
        await operate(begun++)
        latencies.push(performance.now() - at)
      } catch (error) {
        errors++
        firstError ??= String(error)
        await pause(restMs)
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  // To the last answer: operations that are answered in waves are counted in whole waves, and a stall at the end counts.
  const elapsedMs = performance.now() - began
  latencies.sort((a, b) => a - b)
  return {
    perSecond: (latencies.length / elapsedMs) * 1_000,
    count: latencies.length,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    max: latencies.at(-1) ?? null,
    errors,
    firstError,
  }
}

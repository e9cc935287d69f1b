// Everything that the bench starts is stopped again, in the opposite order: at the end, after an error, on a signal.

/** How long one thing may take to stop. */
const stopMs = 10_000

/** @type {{ what: string, stop: () => unknown }[]} */
const started = []
/** @type {Promise<void> | null} */
let stopping = null

/**
 * Remembers how to stop what was just started. While all is being stopped, it is stopped at once.
 * @param {string} what for the message when it will not stop
 * @param {() => unknown} stop
 */
export function onStop(what, stop) {
  if (stopping === null) started.push({ what, stop })
  else stopOne({ what, stop }).catch(() => undefined)
}

/** Stops all that was started. Never rejects; idempotent. */
export function stopAll() {
  stopping ??= stopStarted()
  return stopping
}

export const isStopping = () => stopping !== null

/** On a signal: stops all, then ends the process. */
export function stopOnSignals() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      process.exitCode = code
      void stopAll().then(() => process.exit(code))
    })
  }
}

async function stopStarted() {
  for (let each = started.pop(); each; each = started.pop()) await stopOne(each)
}

async function stopOne({ what, stop }) {
  try {
    await within(stopMs, `stopping ${what}`, Promise.resolve(stop()))
  } catch (error) {
    console.error(String(error))
  }
}

/**
 * `work`, or a rejection when it takes longer than `ms`.
 * @template T
 * @param {number} ms
 * @param {string} what
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export function within(ms, what, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${ms / 1_000} s`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * Asks until the answer is not null; rejects when `ms` have passed. An `ask` that rejects has no answer yet.
 * @template T
 * @param {number} ms
 * @param {string} what
 * @param {() => Promise<T | null>} ask
 * @returns {Promise<T>}
 */
export async function until(ms, what, ask) {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask().catch(() => null)
    if (answer !== null) return answer
    if (Date.now() > end) throw new Error(`${what}: not after ${ms / 1_000} s`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

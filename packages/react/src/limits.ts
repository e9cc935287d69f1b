/** Every bound of the hooks, with its reason. */

/** Znodes that one read asks for: some hundred kilobytes where they are small, and a tenth of what a read may. */
export const readsMax = 100

/** Milliseconds. What stays until its component goes has no limit of its own, and ends by its signal: the longest that a timer takes. */
export const patienceMs = 2 ** 31 - 1

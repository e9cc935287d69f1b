/** Every bound of the recipes, with its reason. Times in milliseconds. */

/**
 * What a recipe asks of the tree ends with the recipe's own limit, signal or session, never before: the longest that a timer
 * takes.
 */
export const patienceMs = 2 ** 31 - 1

/** Whoever lets go waits this long to hear that it is done; where no quorum is in reach it is done later, or with the session. */
export const releaseWaitMs = 5_000

/** A write that was refused because too many wait is asked again after this: they settle in some flushes. */
export const refusedAgainMs = 100

/** Who lost this many races for a version takes its turn with the others that did. */
export const optimisticTries = 4

/** Znodes that one read of a mirror asks for: some hundred kilobytes where they are small, and a tenth of what a read may. */
export const mirrorReadsMax = 100

/** The longest that a worker sleeps before it looks again which item is due: its clock may have been set. */
export const dueCheckMs = 60_000

/** Priorities are written in ten digits, like sequence numbers. */
export const priorityMax = 2 ** 31 - 1

/** Who may be waited for in a barrier: all of them are written into one znode. */
export const barrierMembersMax = 1_000

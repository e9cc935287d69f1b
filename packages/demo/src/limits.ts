/** Bounds of the page, each with its reason. */

/** A write that got no quorum in this time is told to have failed, so that no button waits for ever. */
export const writeLimit = { timeoutMs: 15_000 }

/** Decisions that are kept and shown: enough to read back, little enough to draw. */
export const decisionsMax = 200

/** Data is shown in lines up to this length, and edited as text up to this many bytes. */
export const previewMax = 120
export const editableBytesMax = 256 * 1_024

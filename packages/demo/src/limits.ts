/** Bounds of the page, each with its reason. */

/** A write that got no quorum in this time is told to have failed, so that no button waits for ever. */
export const writeLimit = { timeoutMs: 15_000 }

/** Decisions that are kept and shown: enough to read back, little enough to draw. */
export const decisionsMax = 200

/** What happened of late in the ensemble is a glance, with a little to scroll back. */
export const feedMax = 20

/** Data is shown in lines up to this length, and edited as text up to this many bytes. */
export const previewMax = 120
export const editableBytesMax = 256 * 1_024

/**
 * How long a replica is frozen: long enough that the others miss it (3.5 seconds) and elect a leader, too short to be taken out
 * (ten) or for its own page, which goes on, to take its worker for dead (eight).
 */
export const freezeMs = 7_000

/** A worker that is about to freeze says so at once; one that does not is gone. */
export const freezeAnswerMs = 1_000

/** A session outlasts a freeze, and what its last sign of life was old by then. */
export const sessionTimeoutMs = 15_000

/** What an invite carries at most, so that its QR code is easy to read: the library's bound. */
export const inviteDataMax = 128

/** So long nobody may be connected before a page says that only new codes help: connections come and go. */
export const apartMs = 4_000

/** How often the page looks at how its peers are reached: round trips are measured anew every few seconds. */
export const waysLookMs = 2_000

/** The replica lets go of its storage at once when that is to be deleted. */
export const wipeMs = 5_000

/** The server is told again which ensemble the room has; it matters to nobody here, so it is not waited for long. */
export const remindMs = 10_000

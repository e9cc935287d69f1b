/**
 * What `connect` loads: the way to a replica and back. Checking what is asked of it, starting its worker or a seat at another
 * tab's, what a page says when it leaves, why there is none, and deleting what is stored; and what a keeper has besides the
 * tree's operations: watchers, values. All of it comes at once, also what only the next host needs: that may have no
 * network then.
 */
export { deleteReplica, deleteRoom } from './delete-stored.ts'
export { endedBy, explained, foreignTold } from './endings.ts'
export { fork } from './fork.ts'
export { openOptions } from './options.ts'
export { askToPersist } from './persistence.ts'
export { reach } from './reach.ts'
export { statusOf } from './status.ts'
export { typedBy } from './typed.ts'
export { onPageHide } from './vigil.ts'
export { watchesOf } from './watching.ts'

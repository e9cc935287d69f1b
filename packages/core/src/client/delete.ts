/** The ways out of a storage that cannot be read any more, at the app's door. What they do is loaded when they are called. */
import type { CallOptions } from './calls.ts'
import { load, toReplica } from './on-demand.ts'

export interface DeleteOptions extends CallOptions {
  /** Makes the worker; see {@link ConnectOptions}. */
  readonly worker?: () => Worker
}

/**
 * Deletes what this browser profile holds of replica `node`, which no tab may be running; the next tab that connects
 * becomes a new member and is sent everything by the others. The lost one stays a voter until it is removed. Where it was
 * the only one of its ensemble its state is lost, and {@link deleteRoom} lets the room begin anew.
 * Rejects with a KeeperError: BadArguments, OpenFailed (its `reason` is `InUse` while a tab runs it), Timeout, NotLoaded.
 */
export async function deleteReplica(room: string, node: string, options?: DeleteOptions): Promise<void> {
  return (await load(toReplica, options)).deleteReplica(room, node, options)
}

/**
 * Deletes all that this browser profile holds of `room`: its replicas and which ensemble it was in, also where none of it
 * can be read. What no other member has is lost. The next `connect` founds, joins or asks as if for the first time.
 * Rejects with a KeeperError: BadArguments, OpenFailed (its `reason` is `InUse` while a tab has the room open), Timeout,
 * NotLoaded.
 */
export async function deleteRoom(room: string, options?: DeleteOptions): Promise<void> {
  return (await load(toReplica, options)).deleteRoom(room, options)
}

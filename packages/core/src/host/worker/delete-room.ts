/**
 * The way out of a registry that makes no sense, and of an ensemble that is to be forgotten, on a person's word: all that
 * this profile holds of a room goes. Reads nothing of it. In a browser that does not list its databases (Firefox before
 * 126) those of the replicas stay, and nobody ever opens them.
 */
import { databaseNames, deleteDatabase } from '../storage/database.ts'
import { registryName } from '../storage/registry.ts'
import { foundingTimeoutMs, underFoundingLockAlone } from './founding.ts'
import { IdentityError } from './identity-error.ts'
import { isAnyHeld } from './locks.ts'
import { replicaDatabaseName } from './names.ts'

/**
 * Deletes the profile's replicas of `room` and what is known of it: the next claim founds, joins or asks as if for the first
 * time. What no other member has is lost. Rejects with an IdentityError, `InUse` while a tab runs one of the replicas. A
 * crash on the way leaves replicas that are forgotten, or forgotten by the next claim: none is used again.
 */
export function deleteRoom(
  room: string,
  options: { readonly signal?: AbortSignal; readonly locks?: LockManager } = {},
): Promise<void> {
  const signal = options.signal ?? AbortSignal.timeout(foundingTimeoutMs)
  return underFoundingLockAlone(room, signal, options.locks, async locks => {
    if (await isAnyHeld(locks, room))
      throw new IdentityError(
        'InUse',
        `a tab of this browser still takes part in room ${room}: close it first`,
      )
    const prefix = replicaDatabaseName(room, '')
    for (const name of await databaseNames()) if (name.startsWith(prefix)) await deleteDatabase(name)
    await deleteDatabase(registryName(room))
  })
}

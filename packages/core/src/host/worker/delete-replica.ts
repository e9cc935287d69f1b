/** The way out of a storage that is Corrupt, on a person's word: a replica of this profile goes, and its identity with it. */
import type { NodeId } from '../../logic/base/ids.ts'
import { deleteDatabase } from '../storage/database.ts'
import { foundingTimeoutMs, underFoundingLock } from './founding.ts'
import { without } from './identity.ts'
import { IdentityError } from './identity-error.ts'
import { nodeLock, takeLock } from './locks.ts'
import { replicaDatabaseName } from './names.ts'

/**
 * Deletes replica `node` of this profile for good; the next claim mints a new member instead. The profile stays with its
 * ensemble, and a founder's successor joins it. Rejects with an IdentityError, `InUse` while a tab still is that replica.
 */
export function deleteReplica(
  room: string,
  node: NodeId,
  options: { readonly signal?: AbortSignal; readonly locks?: LockManager } = {},
): Promise<void> {
  const signal = options.signal ?? AbortSignal.timeout(foundingTimeoutMs)
  return underFoundingLock(room, signal, options.locks, async (registry, locks) => {
    const held = await takeLock(locks, nodeLock(room, node), { now: true })
    if (held === null) throw new IdentityError('InUse', `replica ${node} of room ${room} runs in another tab`)
    try {
      const record = await registry.read()
      // Forgotten before it is deleted: an identity without its promises must never be claimed again.
      if (record?.state === 'member') {
        const discarded = [...(record.discarded ?? []), node]
        await registry.write({ ...without(record, node), discarded })
      }
      await deleteDatabase(replicaDatabaseName(room, node))
    } finally {
      held.release()
    }
  })
}

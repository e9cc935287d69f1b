/** Changing what a browser profile knows of a room: one tab at a time, under the founding lock. */
import { openRegistry, type Registry } from '../storage/registry.ts'
import { identityErrorOf } from './identity-error.ts'
import { browserLocks, foundingLock, type HeldLock, takeLock } from './locks.ts'

/** Long enough for all tabs that a browser restores at once to claim their identities in turn. */
export const foundingTimeoutMs = 10_000

/** Does `work` while no other tab founds, claims or deletes in `room`. Rejects with an IdentityError. */
export async function underFoundingLock<T>(
  room: string,
  signal: AbortSignal,
  ownLocks: LockManager | undefined,
  work: (registry: Registry, locks: LockManager) => Promise<T>,
): Promise<T> {
  let lock: HeldLock | null = null
  let registry: Registry | null = null
  try {
    const locks = ownLocks ?? browserLocks()
    lock = await takeLock(locks, foundingLock(room), { signal })
    registry = await openRegistry(room)
    return await work(registry, locks)
  } catch (cause) {
    throw identityErrorOf(cause, room, signal)
  } finally {
    registry?.close()
    lock?.release()
  }
}

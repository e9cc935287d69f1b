/** Changing what a browser profile knows of a room: one tab at a time, under the founding lock. */
import { openRegistry, type Registry } from '../storage/registry.ts'
import { identityErrorOf } from './identity-error.ts'
import { browserLocks, foundingLock, type HeldLock, takeLock } from './locks.ts'

/** Long enough for all tabs that a browser restores at once to claim their identities in turn. */
export const foundingTimeoutMs = 10_000

/** Does `work` while no other tab founds, claims or deletes in `room`. Rejects with an IdentityError. */
export function underFoundingLock<T>(
  room: string,
  signal: AbortSignal,
  ownLocks: LockManager | undefined,
  work: (registry: Registry, locks: LockManager) => Promise<T>,
): Promise<T> {
  return underFoundingLockAlone(room, signal, ownLocks, async locks => {
    const registry = await openRegistry(room)
    try {
      return await work(registry, locks)
    } finally {
      registry.close()
    }
  })
}

/** The same, without opening the registry. */
export async function underFoundingLockAlone<T>(
  room: string,
  signal: AbortSignal,
  ownLocks: LockManager | undefined,
  work: (locks: LockManager) => Promise<T>,
): Promise<T> {
  let lock: HeldLock | null = null
  try {
    const locks = ownLocks ?? browserLocks()
    lock = await takeLock(locks, foundingLock(room), { signal })
    return await work(locks)
  } catch (cause) {
    throw identityErrorOf(cause, room, signal)
  } finally {
    lock?.release()
  }
}

/**
 * Web Locks as values: taken, held, let go of, stolen. And the names under which replicas of one browser profile hold
 * them. Knows nothing of registries.
 */
import type { NodeId } from '../../logic/base/ids.ts'

export interface HeldLock {
  /** Idempotent. */
  release(): void
  /** Fires when the lock was stolen: its holder must stop. */
  readonly lost: AbortSignal
}

/** Held while a profile founds, claims or deletes in `room`. */
export const foundingLock = (room: string): string => `peerkeeper:${room}:founding`

/** Whoever holds it is replica `node`. Nobody waits for it, so it is free the moment its holder is gone. */
export const nodeLock = (room: string, node: NodeId): string => `peerkeeper:${room}:node:${node}`

/**
 * Held by replica `node` under a name of its own, `token`, for others to wait for: a frozen tab that is granted a lock
 * keeps it, and must not keep the replica's identity.
 */
export const aliveLock = (room: string, node: NodeId, token: string): string =>
  `${aliveLockPrefix(room, node)}${token}`

export const aliveLockPrefix = (room: string, node: NodeId): string => `peerkeeper:${room}:alive:${node}:`

export const allNodeLocksPrefix = (room: string): string => `peerkeeper:${room}:node:`

/** Takes `name` for as long as it is not released. Null when it is not to be had now and `now` is true. */
export function takeLock(
  locks: LockManager,
  name: string,
  wait: { readonly now: true } | { readonly signal: AbortSignal },
): Promise<HeldLock | null> {
  const lost = new AbortController()
  const options = 'now' in wait ? { ifAvailable: true } : { signal: wait.signal }
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        resolve(null)
        return
      }
      return new Promise(release => resolve({ release, lost: lost.signal }))
    }
    locks.request(name, options, hold).catch((reason: unknown) => {
      lost.abort(reason)
      reject(reason)
    })
  })
}

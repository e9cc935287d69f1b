/**
 * Web Locks as values: taken, held, let go of, stolen. And the names under which replicas of one browser profile hold
 * them. Knows nothing of registries.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import { IdentityError } from './identity-error.ts'

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

const aliveLockPrefix = (room: string, node: NodeId): string => `peerkeeper:${room}:alive:${node}:`

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

/** Takes `name` from whoever holds it: that one's `lost` fires, which a frozen holder hears when it thaws. */
export function stealLock(locks: LockManager, name: string): Promise<HeldLock> {
  const lost = new AbortController()
  return new Promise((resolve, reject) => {
    const hold = () => new Promise<void>(release => resolve({ release, lost: lost.signal }))
    locks.request(name, { steal: true }, hold).catch((reason: unknown) => {
      lost.abort(reason)
      reject(reason)
    })
  })
}

/** Whether any replica of `room` runs in this profile. */
export const isAnyAlive = (locks: LockManager, room: string): Promise<boolean> =>
  isHeldUnder(locks, `peerkeeper:${room}:alive:`)

/** Whether anybody is a replica of `room` in this profile: also one that is frozen, or on its way in or out. */
export const isAnyHeld = (locks: LockManager, room: string): Promise<boolean> =>
  isHeldUnder(locks, `peerkeeper:${room}:node:`)

export async function isHeld(locks: LockManager, lock: string): Promise<boolean> {
  const { held = [] } = await locks.query()
  return held.some(({ name }) => name === lock)
}

async function isHeldUnder(locks: LockManager, prefix: string): Promise<boolean> {
  const { held = [] } = await locks.query()
  return held.some(({ name }) => name?.startsWith(prefix))
}

/**
 * Calls `onReleased` once when replica `node` of this profile has died or let go: the fastest hint there is, though it says
 * nothing of a frozen tab. Does nothing for replicas of other profiles, and ends with `signal`.
 */
export function watchPeerLock(
  options: {
    readonly room: string
    readonly node: NodeId
    readonly signal: AbortSignal
    readonly locks?: LockManager
  },
  onReleased: () => void,
): void {
  const { room, node, signal } = options
  const watch = async () => {
    const locks = options.locks ?? browserLocks()
    const { held = [] } = await locks.query()
    const name = held.find(each => each.name?.startsWith(aliveLockPrefix(room, node)))?.name
    if (name === undefined) return
    await locks.request(name, { mode: 'shared', signal }, () => {})
    if (!signal.aborted) onReleased()
  }
  // Without locks there is no hint, and heartbeats tell.
  watch().catch(() => {})
}

/** The browser's locks. Throws an IdentityError `Unsupported` where there are none. */
export function browserLocks(): LockManager {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } }
  const locks = navigator?.locks
  if (locks === undefined)
    throw new IdentityError(
      'Unsupported',
      'there are no Web Locks here: serve the app over https, or from localhost',
    )
  return locks
}

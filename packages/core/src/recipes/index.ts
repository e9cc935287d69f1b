/**
 * The door for recipes: docs/RECIPES.md has each in a few lines. All work on a keeper of '@peerkeeper/core'.
 *
 * ```ts
 * import { lead } from '@peerkeeper/core/recipes'
 *
 * await lead(keeper, '/leader', async ({ signal, token }) => saveToServer({ signal, token }), { signal: page.signal })
 * ```
 *
 * @module @peerkeeper/core/recipes
 */
export { Barrier } from './barrier.ts'
export { type Added, Counter } from './counter.ts'
export { DoubleBarrier, type Entered } from './double-barrier.ts'
export { Group, type JoinOptions, type Member, type Membership } from './group.ts'
export type { Held, Hold } from './hold.ts'
export type { ItemQueue, Work } from './item-queue.ts'
export { type Latch, type LatchOptions, latch, type Term } from './latch.ts'
export { type LeadOptions, lead, leaderOf } from './leader.ts'
export type { AcquireOptions, Grant, Lockable, Participant } from './lock.ts'
export type { View } from './mirror.ts'
export { type MultiHold, MultiLock } from './multi-lock.ts'
export { Mutex, type MutexOptions, withLock } from './mutex.ts'
export { type PersistentNode, type PersistentNodeOptions, persistentNode } from './persistent-node.ts'
export { DelayQueue, PriorityQueue, Queue } from './queue.ts'
export { type ReaderLock, ReadWriteLock, type WriteHold, type WriterLock } from './read-write-lock.ts'
export type { Item } from './seize.ts'
export { Semaphore } from './semaphore.ts'
export { SharedValue, type Versioned } from './shared-value.ts'
export { type CacheOptions, type SubtreeCache, subtreeCache } from './subtree-cache.ts'
export type { Tree, WaitOptions } from './tree.ts'

/** All exercises, by name. */
import type { Exercise } from '../exercise.ts'
import { barrier, doubleBarrier } from './barriers.ts'
import { leader, leaderLatch, multiLock, mutex, readWriteLock, semaphore } from './locks.ts'
import { cache, kept, presence } from './presence.ts'
import { delayQueue, priorityQueue, queueProcess, queueTake } from './queues.ts'
import { counter, sharedValue } from './values.ts'

export const exercises: readonly Exercise[] = [
  mutex,
  leader,
  leaderLatch,
  readWriteLock,
  semaphore,
  multiLock,
  queueTake,
  queueProcess,
  priorityQueue,
  delayQueue,
  barrier,
  doubleBarrier,
  counter,
  sharedValue,
  presence,
  cache,
  kept,
]

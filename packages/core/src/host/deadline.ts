/**
 * Bounds a wait that the world may never end. Counts time in steps, so that a worker that was frozen for an hour does not
 * find its deadline passed in the moment it thaws, before what it waited for could reach it.
 */
import { ownClock, type Timers } from './time/clock.ts'

const steps = 4

/**
 * Settles as `work` does, or rejects with `late()` once about `ms` milliseconds of running time have passed. The work
 * itself goes on: who starts it cleans up after it.
 */
export function withDeadline<T>(
  work: Promise<T>,
  ms: number,
  late: () => Error,
  timers: Timers = ownClock,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = steps
    const step = () => {
      left--
      if (left === 0) reject(late())
      else cancel = timers.after(ms / steps, step)
    }
    let cancel = timers.after(ms / steps, step)
    void work.then(resolve, reject).finally(() => cancel())
  })
}

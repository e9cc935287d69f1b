/**
 * Texts that take a while to be made ready, as cryptography does: all are made at once, and leave in the order in which they were
 * given. What waits is bounded; one that finds no place, or cannot be made ready, is dropped and told of, and holds up nobody.
 */
import { signalsQueuedTotalMax } from '../../wire/limits.ts'

export interface Leaving {
  /** Hands what `making` gives to `leave` behind all that was given before. */
  send(making: () => Promise<string>, leave: (text: string) => void): void
}

export function createLeaving(dropped: () => void): Leaving {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()
  return {
    send(making, leave) {
      if (waiting >= signalsQueuedTotalMax) return dropped()
      waiting += 1
      const before = last
      // Both are waited for at once: what fails early is nobody's unheard error.
      last = Promise.allSettled([making(), before])
        .then(([made]) => {
          waiting -= 1
          if (made.status === 'fulfilled') leave(made.value)
          else dropped()
        })
        .catch(dropped)
    },
  }
}

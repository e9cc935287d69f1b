/** Signaling of which something has to be made, or loaded, before it can say anything. Until then it loses what it is given. */
import type { Peer, Relay, Signaling, SignalingEvent } from './contract.ts'
import { sumOfRefusals } from './refusals.ts'

/** What has joined. */
export type Joined = Omit<Signaling, 'join'>

/**
 * Joins by what `make` makes, at once or later. Where `over` has aborted meanwhile, what was promised is left as soon as it is
 * there. A promise that rejects is its maker's business.
 */
export function lateSignaling(
  make: (self: Peer, sink: (event: SignalingEvent) => void, over: AbortSignal) => Joined | Promise<Joined>,
): Signaling {
  const over = new AbortController()
  let way: Joined | undefined
  let hasJoined = false

  function take(made: Joined): void {
    way = made
    if (over.signal.aborted) made.leave()
  }

  return {
    join(self, sink) {
      if (hasJoined || over.signal.aborted) return
      hasJoined = true
      const made = make(self, sink, over.signal)
      if (made instanceof Promise) made.then(take, () => undefined)
      else take(made)
    },
    send: (instance, data) => way?.send(instance, data),
    relay: relayOf(() => way?.relay),
    refused: () => sumOfRefusals([way?.refused?.()]),
    leave() {
      if (over.signal.aborted) return
      over.abort()
      way?.leave()
    },
  }
}

/** The relay that `find` finds when it is asked for something; none reaches nobody. */
export const relayOf = (find: (instance: string) => Relay | undefined): Relay => ({
  reaches: instance => find(instance)?.reaches(instance) ?? false,
  send: (instance, bytes) => find(instance)?.send(instance, bytes),
  waiting: instance => find(instance)?.waiting(instance) ?? 0,
})

/**
 * A way of signaling in memory whose operator is a scoundrel: it carries what it is given, and shows and does with it what a
 * test likes. Nothing is carried before a test says so.
 */
import type { Peer, Signaling, SignalingEvent } from '../src/page/signaling/contract.ts'

export interface Letter {
  readonly from: Peer
  readonly to: string
  readonly data: string
}

export interface PostOffice {
  /** One who may join. */
  way(): Signaling
  /** The peers that joined, as they presented themselves. */
  readonly present: readonly Peer[]
  /** All letters so far, oldest first. */
  readonly letters: Letter[]
  /** Tells `instance` whatever the operator likes. */
  tell(instance: string, event: SignalingEvent): void
  /** Presents everybody to everybody, as they presented themselves. */
  introduce(): void
  /** Carries the letters that were not carried yet, as they are or as `change` makes them; null loses one. */
  carry(change?: (letter: Letter) => Letter | null): void
}

export function postOffice(): PostOffice {
  const sinks = new Map<string, (event: SignalingEvent) => void>()
  const present: Peer[] = []
  const letters: Letter[] = []
  let carried = 0
  const tell = (instance: string, event: SignalingEvent) => sinks.get(instance)?.(event)
  return {
    present,
    letters,
    tell,
    way() {
      let self: Peer | undefined
      return {
        join(as, sink) {
          self = as
          present.push(as)
          sinks.set(as.instance, sink)
        },
        send(to, data) {
          if (self !== undefined) letters.push({ from: self, to, data })
        },
        leave() {
          if (self !== undefined) sinks.delete(self.instance)
        },
      }
    },
    introduce() {
      for (const to of present)
        for (const peer of present) if (peer !== to) tell(to.instance, { type: 'peer', peer })
    },
    carry(change = letter => letter) {
      for (; carried < letters.length; carried += 1) {
        const letter = letters[carried]
        const changed = letter === undefined ? null : change(letter)
        if (changed !== null) tell(changed.to, { type: 'signal', from: changed.from, data: changed.data })
      }
    },
  }
}

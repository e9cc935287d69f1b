/** A way of signaling that keeps some nodes from a page, so that there is no link with them until they are permitted. */
import type { Signaling, SignalingEvent } from '@peerkeeper/webrtc'

export interface RefusingSignaling extends Signaling {
  /** Nobody is kept away any more. */
  permit(): void
}

export function refusing(way: Signaling, nodes: readonly string[]): RefusingSignaling {
  const refused = new Set(nodes)
  const held: SignalingEvent[] = []
  let sink: (event: SignalingEvent) => void = () => undefined
  return {
    ...way,
    join(self, tell) {
      sink = tell
      way.join(self, event => {
        if (event.type === 'peer' && refused.has(event.peer.node)) held.push(event)
        else if (event.type !== 'signal' || !refused.has(event.from.node)) tell(event)
      })
    },
    permit() {
      refused.clear()
      for (const event of held.splice(0)) sink(event)
    },
  }
}

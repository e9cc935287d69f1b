/**
 * Several connections to one peer as one: a page may open a second way to a peer before it ends the first, and what ends then is
 * not the link. Told is each connection that comes up, the newest being the present one; and that the present one is down when the
 * last that stood has ended. Knows nothing of what a connection is.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { TransportEvent } from './contract.ts'

interface Peer {
  readonly standing: Set<number>
  /** What was told to be up last. */
  present: number
}

/** Passes on to `sink` what is news there. */
export function joinConnections(sink: (event: TransportEvent) => void): (event: TransportEvent) => void {
  const peers = new Map<NodeId, Peer>()
  return event => {
    switch (event.type) {
      case 'up': {
        const known = peers.get(event.peer)
        known?.standing.add(event.connection)
        if (known !== undefined) known.present = event.connection
        else peers.set(event.peer, { standing: new Set([event.connection]), present: event.connection })
        return sink(event)
      }
      case 'down': {
        const known = peers.get(event.peer)
        if (!known?.standing.delete(event.connection) || known.standing.size > 0) return
        peers.delete(event.peer)
        return sink({ type: 'down', peer: event.peer, connection: known.present })
      }
      case 'frame':
      case 'foreign':
        return sink(event)
    }
  }
}

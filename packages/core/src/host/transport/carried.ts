/**
 * The connections whose channels the page has handed to this worker: at most one a peer, the newest. Says who is up, and
 * tells the page of what it cannot see. Does not know how the channels came about, or where other frames go.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { Timers } from '../time/clock.ts'
import type { Lane, TransportEvent } from './contract.ts'
import { type Bundle, createBundle } from './lane/bundle.ts'
import type { Channel } from './lane/channel.ts'
import type { ChannelsToWorker, WorkerToPage } from './port-protocol.ts'

export interface CarriedOptions {
  readonly timers: Timers
  readonly afterTask: (run: () => void) => void
  readonly sink: (event: TransportEvent) => void
  readonly post: (message: WorkerToPage) => void
}

export interface Carried {
  /** Takes the channels of a new connection. One to the same peer that stands yet ends first. */
  take(channels: ChannelsToWorker<Channel>): void
  /** The page says that a connection is over. Nothing where it is known, or was never told of. */
  ended(connection: number): void
  /** Sends or drops, and returns true, where the frames to `peer` go over open channels of this worker. */
  send(peer: NodeId, lane: Lane, bytes: Uint8Array): boolean
  /** Ends all, what waits is handed to the browser first. No event comes of it. */
  close(): void
}

interface Connection {
  readonly number: number
  readonly bundle: Bundle
}

export function createCarried({ timers, afterTask, sink, post }: CarriedOptions): Carried {
  const connections = new Map<NodeId, Connection>()

  /** Forgets the connection; who is told of it was told that it stood. */
  function remove(peer: NodeId, { number, bundle }: Connection, wasUp: boolean): void {
    connections.delete(peer)
    bundle.close()
    if (wasUp) sink({ type: 'down', peer, connection: number })
  }

  function drop(peer: NodeId): void {
    const known = connections.get(peer)
    if (known !== undefined) remove(peer, known, known.bundle.isUp)
  }

  return {
    take({ peer, connection: number, control, bulk, peerWords }) {
      drop(peer)
      let wasUp = false
      const bundle = createBundle(
        { channels: { control, bulk, peerWords }, timers, afterTask },
        {
          up() {
            wasUp = true
            post({ type: 'opened', connection: number })
            sink({ type: 'up', peer, connection: number })
          },
          frame: bytes => sink({ type: 'frame', peer, connection: number, bytes }),
          closed(reason) {
            post({ type: 'broken', connection: number, reason })
            remove(peer, connection, wasUp)
          },
        },
      )
      const connection = { number, bundle }
      connections.set(peer, connection)
    },
    ended(connection) {
      for (const [peer, { number }] of connections) if (number === connection) return drop(peer)
    },
    send(peer, lane, bytes) {
      const connection = connections.get(peer)
      if (connection === undefined || !connection.bundle.isUp) return false
      const { bundle, number } = connection
      const before = bundle.framesDropped
      bundle.send(lane, bytes)
      const frames = bundle.framesDropped
      if (frames > before) post({ type: 'dropped', connection: number, frames })
      return true
    },
    close() {
      for (const { bundle } of connections.values()) bundle.close()
      connections.clear()
    },
  }
}

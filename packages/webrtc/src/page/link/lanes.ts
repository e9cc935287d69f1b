/**
 * Where the lanes of a connection run: in this page, or in the worker that the channels are handed to. A connection sees no
 * difference, but that frames of the worker's lanes never come by here.
 */
import {
  type BundleEvents,
  type Channel,
  createBundle,
  createLane,
  type Lane,
  type NodeId,
  type PageToWorker,
  type Timers,
  type WorkerToPage,
} from '@peerkeeper/core/transport'
import type { AttemptChannels, PageChannel } from './dial.ts'

export interface Lanes {
  readonly framesDropped: number
  /** Sends or drops; nothing where the lanes are the worker's, who sends by itself. */
  send(lane: Lane, bytes: Uint8Array): void
  /** Says `bytes` in this task, and ends without an event. Idempotent. */
  farewell(bytes: Uint8Array): void
  /** Ends without an event. Idempotent. */
  close(): void
}

export interface ConnectionId {
  readonly peer: NodeId
  readonly connection: number
}

/** Takes the channels of an attempt, in the task that made them. Throws where the browser does not hand them over. */
export type OpenLanes<Made extends Channel = PageChannel> = (
  channels: AttemptChannels<Made>,
  id: ConnectionId,
  events: BundleEvents,
) => Lanes

/** Lanes that hand nothing over. */
export type LanesHere = OpenLanes<Channel>

export interface LaneWorld {
  readonly timers: Timers
  readonly afterTask: (run: () => void) => void
}

export const lanesInPage =
  ({ timers, afterTask }: LaneWorld): LanesHere =>
  ({ control, bulk, peerWords }, _, events) =>
    createBundle({ channels: { control, bulk, peerWords }, timers, afterTask }, events)

/** What a worker says of the channels that it was given. */
export type ChannelNews = Extract<WorkerToPage, { type: 'opened' | 'broken' | 'dropped' }>

export interface WorkerLanes {
  readonly open: OpenLanes
  hear(news: ChannelNews): void
}

/** Lanes in the worker to which `post` goes. */
export function lanesInWorker(
  { timers, afterTask }: LaneWorld,
  post: (message: PageToWorker, transfer: Transferable[]) => void,
): WorkerLanes {
  const known = new Map<number, (news: ChannelNews) => void>()

  const open: OpenLanes = (attempt, { peer, connection }, events) => {
    let framesDropped = 0
    const raw = {
      control: attempt.control.transferable,
      bulk: attempt.bulk.transferable,
      peerWords: attempt.peerWords.transferable,
    }
    post({ type: 'channels', peer, connection, ...raw }, Object.values(raw))
    // How it ends is seen by the other channels and by the connection underneath.
    const ignore = () => {}
    const words = createLane(
      { channel: attempt.ownWords, timers, afterTask },
      { open: ignore, frame: ignore, closed: ignore },
    )
    known.set(connection, news => {
      switch (news.type) {
        case 'opened':
          return events.up()
        case 'broken':
          known.delete(connection)
          return events.closed(news.reason)
        case 'dropped':
          framesDropped = news.frames
      }
    })
    const close = () => {
      if (known.delete(connection)) post({ type: 'ended', connection }, [])
      words.close()
    }
    return {
      get framesDropped() {
        return framesDropped
      },
      send: ignore,
      farewell(bytes) {
        words.farewell(bytes)
        close()
      },
      close,
    }
  }

  return { open, hear: news => known.get(news.connection)?.(news) }
}

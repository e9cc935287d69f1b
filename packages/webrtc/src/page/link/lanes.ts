/**
 * Where the lanes of a connection run: in this page (in-page.ts), or in the worker that the channels are handed to. A
 * connection sees no difference, but that frames of the worker's lanes never come by here.
 */
import {
  type BundleEvents,
  type Channel,
  createFrameQueue,
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

/** What a worker says of the channels that it was given. */
export type ChannelNews = Extract<WorkerToPage, { type: 'opened' | 'broken' | 'dropped' }>

export interface WorkerLanes {
  readonly open: OpenLanes
  hear(news: ChannelNews): void
}

/** Lanes in the worker to which `post` goes. */
export function lanesInWorker(post: (message: PageToWorker, transfer: Transferable[]) => void): WorkerLanes {
  const known = new Map<number, (news: ChannelNews) => void>()

  const open: OpenLanes = (attempt, { peer, connection }, events) => {
    let framesDropped = 0
    const raw = {
      control: attempt.control.transferable,
      bulk: attempt.bulk.transferable,
      peerWords: attempt.peerWords.transferable,
    }
    post({ type: 'channels', peer, connection, ...raw }, Object.values(raw))
    const words = attempt.ownWords
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
      send() {},
      farewell(bytes) {
        say(words, bytes)
        close()
      },
      close,
    }
  }

  return { open, hear: news => known.get(news.connection)?.(news) }
}

/** Says `bytes` as a lane would, in this task. */
function say(words: Channel, bytes: Uint8Array): void {
  const queue = createFrameQueue()
  queue.push(bytes)
  try {
    while (words.isOpen && !queue.isEmpty) words.send(queue.nextMessage())
  } catch {
    // It goes unheard: the peer finds out by the silence.
  }
}

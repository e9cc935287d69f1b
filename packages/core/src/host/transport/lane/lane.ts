/**
 * One lane of a link: frames in, frames out, over one channel. Owns packing, chunking, the bounded queue and
 * back-pressure. Does not know peers, connections or the page: it runs wherever its channel lives.
 *
 * Frames of one task leave together, and while the browser still holds bytes of ours, small frames wait and gather: they
 * could not overtake those bytes anyway, and one full message costs no more than one small one.
 */
import {
  frameBytesMax,
  laneBufferedBytesMax,
  laneQueueBytesMax,
  laneWakeMs,
  messageBytesMax,
} from '../../../logic/base/limits.ts'
import type { Timers } from '../../time/clock.ts'
import type { Channel } from './channel.ts'
import { createFrameQueue, wholeHeadBytes } from './framing.ts'
import { createReassembly } from './reassembly.ts'

export interface LaneEvents {
  /** The channel opened, or the peer was heard on it. Once, before any frame. */
  open(): void
  /** `bytes` belong to the callee. */
  frame(bytes: Uint8Array): void
  /** The lane is over, with a reason for people. Once, and nothing comes after it. */
  closed(reason: string): void
}

export interface ChannelLane {
  /** Frames that were too large or found the queue full, since the lane began. */
  readonly framesDropped: number
  /** Takes a frame to send, or drops and counts it. Never throws. The caller does not touch `bytes` again. */
  send(bytes: Uint8Array): void
  /** Hands the browser what waits, as far as it takes it, and ends the lane and its channel without an event. Idempotent. */
  close(): void
  /** Closes, with `bytes` behind what waits; all within this task: the page goes away. Idempotent. */
  farewell(bytes: Uint8Array): void
}

export interface LaneOptions {
  readonly channel: Channel
  readonly timers: Timers
  /** Runs its argument when the current task is over: `queueMicrotask`. */
  readonly afterTask: (run: () => void) => void
  /** Bytes that may wait. Default laneQueueBytesMax. */
  readonly queueBytesMax?: number
}

export function createLane(options: LaneOptions, events: LaneEvents): ChannelLane {
  const { channel, timers, afterTask, queueBytesMax = laneQueueBytesMax } = options
  const queue = createFrameQueue()
  const reassembly = createReassembly()
  let state: 'waiting' | 'open' | 'closed' = 'waiting'
  let isFlushDue = false
  let cancelWake: (() => void) | undefined
  let framesDropped = 0

  channel.listen({
    open: opened,
    message(data) {
      if (state === 'closed') return
      opened()
      const fault = reassembly.take(data, bytes => {
        if (state === 'open') events.frame(bytes)
      })
      if (fault !== undefined) fail(`the peer sent ${fault}`)
    },
    drained: flush,
    closed: () => fail('the channel closed'),
  })
  // A channel that was handed over may have opened on its way, and does not say so again.
  afterTask(() => {
    if (channel.isOpen && state === 'waiting') opened()
  })

  function opened(): void {
    if (state === 'waiting') {
      state = 'open'
      events.open()
    }
    flush()
  }

  function flush(): void {
    if (state !== 'open' || !channel.isOpen) return
    while (!queue.isEmpty) {
      const buffered = channel.bufferedAmount
      if (buffered >= laneBufferedBytesMax) return wakeAt(laneBufferedBytesMax / 2)
      if (buffered > 0 && queue.bytes < messageBytesMax && !queue.isAmidFrame) return wakeAt(0)
      try {
        channel.send(queue.nextMessage())
      } catch {
        return fail('the channel refused a message')
      }
    }
  }

  /** What waits goes out before the end, as far as the browser takes it: it may be what a peer cannot do without. */
  function sendWaiting(): void {
    if (state !== 'open' || !channel.isOpen) return
    try {
      while (!queue.isEmpty && channel.bufferedAmount < laneBufferedBytesMax)
        channel.send(queue.nextMessage())
    } catch {
      // It goes unheard: the peer finds out by the silence.
    }
  }

  function wakeAt(bufferedBytes: number): void {
    channel.bufferedAmountLowThreshold = bufferedBytes
    cancelWake ??= timers.after(laneWakeMs, () => {
      cancelWake = undefined
      flush()
    })
  }

  function end(): void {
    state = 'closed'
    cancelWake?.()
    queue.clear()
  }

  /** Reports first, so that this reason is heard before those that follow from it. */
  function fail(reason: string): void {
    if (state === 'closed') return
    end()
    events.closed(reason)
    channel.close()
  }

  return {
    get framesDropped() {
      return framesDropped
    },
    send(bytes) {
      if (state === 'closed' || isGivenAway(bytes)) return
      if (bytes.length > frameBytesMax || queue.bytes + bytes.length + wholeHeadBytes > queueBytesMax) {
        framesDropped += 1
        return
      }
      queue.push(bytes)
      if (isFlushDue) return
      isFlushDue = true
      afterTask(() => {
        isFlushDue = false
        flush()
      })
    },
    close() {
      if (state === 'closed') return
      sendWaiting()
      end()
      channel.close()
    },
    farewell(bytes) {
      if (state !== 'closed') queue.push(bytes)
      this.close()
    },
  }
}

/** Whether the bytes were transferred before: then they are none any more, and nothing may be done with them. */
function isGivenAway(bytes: Uint8Array): boolean {
  if (bytes.length > 0) return false
  try {
    return new Uint8Array(bytes.buffer).length < 0
  } catch {
    return true
  }
}

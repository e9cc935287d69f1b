/**
 * The lanes of one connection to a peer under one life: control, bulk, and the one on which the peer's page says its last
 * words. Runs where the channels live, in the worker or in the page. Ends as a whole; does not know who dials.
 */

import type { Timers } from '../../time/clock.ts'
import type { Lane } from '../contract.ts'
import type { Channel } from './channel.ts'
import { createLane } from './lane.ts'

export interface BundleEvents {
  /** The peer can be sent to. Once, before any frame. */
  up(): void
  /** `bytes` belong to the callee. */
  frame(bytes: Uint8Array): void
  /** Over, by itself. Once, and nothing comes after it. */
  closed(reason: string): void
}

export interface Bundle {
  /** Frames that were too large or found a queue full. */
  readonly framesDropped: number
  readonly isUp: boolean
  /** Takes a frame to send, or drops it: also where the connection is not up. Never throws. */
  send(lane: Lane, bytes: Uint8Array): void
  /** Hands the browser what waits, then `bytes`, all within this task, and ends without an event. Idempotent. */
  farewell(bytes: Uint8Array): void
  /** Hands the browser what waits, as far as it takes it, and ends without an event. Idempotent. */
  close(): void
}

export interface BundleOptions {
  readonly channels: { readonly [lane in Lane]: Channel } & { readonly peerWords: Channel }
  readonly timers: Timers
  /** Runs its argument when the current task is over: `queueMicrotask`. */
  readonly afterTask: (run: () => void) => void
}

export function createBundle({ channels, timers, afterTask }: BundleOptions, events: BundleEvents): Bundle {
  let state: 'waiting' | 'up' | 'over' = 'waiting'
  const frame = (bytes: Uint8Array) => {
    if (state === 'up') events.frame(bytes)
  }
  const up = () => {
    if (state !== 'waiting') return
    state = 'up'
    events.up()
  }
  const lane = (channel: Channel) =>
    createLane({ channel, timers, afterTask }, { open: up, frame, closed: fail })
  const lanes = {
    control: lane(channels.control),
    bulk: lane(channels.bulk),
    peerWords: lane(channels.peerWords),
  }

  function end(): void {
    state = 'over'
    for (const each of Object.values(lanes)) each.close()
  }

  function fail(reason: string): void {
    if (state === 'over') return
    end()
    events.closed(reason)
  }

  return {
    get framesDropped() {
      return lanes.control.framesDropped + lanes.bulk.framesDropped
    },
    get isUp() {
      return state === 'up'
    },
    send(to, bytes) {
      if (state === 'up') lanes[to].send(bytes)
    },
    farewell(bytes) {
      if (state === 'up') {
        // From here on it ends without an event, whatever the peer answers.
        state = 'over'
        lanes.control.farewell(bytes)
      }
      end()
    },
    close: end,
  }
}

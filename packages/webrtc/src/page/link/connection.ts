/**
 * One attempt at a connection, from its first signal to its end: the peer connection and its two lanes under one life. Ends
 * as a whole; does not know who dials, or what comes after it.
 */
import type { Lane } from '@peerkeeper/core/transport'
import { createLane } from '../../lane/lane.ts'
import { connectTimeoutMs } from '../../wire/limits.ts'
import type { RtcSignal } from '../../wire/link-signal.ts'
import type { Timers } from '../../wire/timers.ts'
import type { Dial } from './dial.ts'

export interface ConnectionEvents {
  signal(signal: RtcSignal): void
  /** The peer can be sent to. Once, before any frame. */
  up(): void
  frame(bytes: Uint8Array): void
  /** Over, by itself. Once, and nothing comes after it. */
  closed(reason: string): void
}

export interface Connection {
  readonly framesDropped: number
  signal(signal: RtcSignal): void
  send(lane: Lane, bytes: Uint8Array): void
  /** Sends `bytes` on the lane for control in any case, and ends it without an event: the page goes away. Idempotent. */
  farewell(bytes: Uint8Array): void
  /** Ends it without an event. Idempotent. */
  destroy(): void
}

export interface ConnectionOptions {
  readonly dial: Dial
  readonly initiator: boolean
  readonly timers: Timers
  readonly afterTask: (run: () => void) => void
}

/** Begins an attempt; throws what `dial` throws. It fails by itself when it is not up in connectTimeoutMs. */
export function createConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { dial, initiator, timers, afterTask } = options
  let state: 'connecting' | 'up' | 'over' = 'connecting'

  const attempt = dial(initiator, {
    signal(signal) {
      if (state !== 'over') events.signal(signal)
    },
    closed: fail,
  })
  const laneEvents = {
    open() {
      if (state !== 'connecting') return
      state = 'up'
      cancelTimeout()
      events.up()
    },
    frame: (bytes: Uint8Array) => events.frame(bytes),
    closed: fail,
  }
  const lanes = {
    control: createLane({ channel: attempt.control, timers, afterTask }, laneEvents),
    bulk: createLane({ channel: attempt.bulk, timers, afterTask }, laneEvents),
  }
  const cancelTimeout = timers.after(connectTimeoutMs, () => fail('no connection in time'))

  function end(): void {
    state = 'over'
    cancelTimeout()
    lanes.control.close()
    lanes.bulk.close()
    attempt.destroy()
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
    signal(signal) {
      if (state !== 'over') attempt.signal(signal)
    },
    send(lane, bytes) {
      if (state === 'up') lanes[lane].send(bytes)
    },
    farewell(bytes) {
      if (state === 'over') return
      const isUp = state === 'up'
      // From here on it ends without an event, whatever the peer answers.
      state = 'over'
      if (isUp) lanes.control.farewell(bytes)
      end()
    },
    destroy() {
      if (state !== 'over') end()
    },
  }
}

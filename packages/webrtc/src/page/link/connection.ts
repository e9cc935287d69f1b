/**
 * One attempt at a connection, from its first signal to its end: the peer connection and its lanes under one life. Ends as a
 * whole; does not know who dials, or what comes after it.
 */
import type { Lane, Timers } from '@peerkeeper/core/transport'
import { connectTimeoutMs } from '../../wire/limits.ts'
import type { RtcSignal } from '../../wire/link-signal.ts'
import type { Dial } from './dial.ts'
import type { ConnectionId, OpenLanes } from './lanes.ts'

export interface ConnectionEvents {
  signal(signal: RtcSignal): void
  /** The peer can be sent to. Once, before any frame. */
  up(): void
  /** Where the lanes run in this page. */
  frame(bytes: Uint8Array): void
  /** Over, by itself. Once, and nothing comes after it. */
  closed(reason: string): void
}

export interface Connection {
  readonly framesDropped: number
  signal(signal: RtcSignal): void
  send(lane: Lane, bytes: Uint8Array): void
  /** Says `bytes` in any case, and ends it without an event: the page goes away. Idempotent. */
  farewell(bytes: Uint8Array): void
  /** Ends it without an event. Idempotent. */
  destroy(): void
}

export interface ConnectionOptions {
  readonly id: ConnectionId
  readonly dial: Dial
  readonly openLanes: OpenLanes
  readonly initiator: boolean
  readonly timers: Timers
}

/** Begins an attempt; throws what `dial` and `openLanes` throw. It fails by itself when it is not up in connectTimeoutMs. */
export function createConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { id, dial, openLanes, initiator, timers } = options
  let state: 'connecting' | 'up' | 'over' = 'connecting'

  const attempt = dial(initiator, {
    signal(signal) {
      if (state !== 'over') events.signal(signal)
    },
    closed: fail,
  })
  const lanes = openOrDestroy()
  const cancelTimeout = timers.after(connectTimeoutMs, () => fail('no connection in time'))

  function openOrDestroy() {
    try {
      return openLanes(attempt, id, { up, frame: events.frame, closed: fail })
    } catch (error) {
      attempt.destroy()
      throw error
    }
  }

  function up(): void {
    if (state !== 'connecting') return
    state = 'up'
    cancelTimeout()
    events.up()
  }

  function end(): void {
    state = 'over'
    cancelTimeout()
    lanes.close()
    attempt.destroy()
  }

  function fail(reason: string): void {
    if (state === 'over') return
    end()
    events.closed(reason)
  }

  return {
    get framesDropped() {
      return lanes.framesDropped
    },
    signal(signal) {
      if (state !== 'over') attempt.signal(signal)
    },
    send(lane, bytes) {
      if (state === 'up') lanes.send(lane, bytes)
    },
    farewell(bytes) {
      if (state === 'over') return
      const isUp = state === 'up'
      // From here on it ends without an event, whatever the peer answers.
      state = 'over'
      if (isUp) lanes.farewell(bytes)
      end()
    },
    destroy() {
      if (state !== 'over') end()
    },
  }
}

/**
 * One attempt at a connection, from its first signal to its end: the peer connection and its lanes under one life. Ends as a
 * whole; does not know who dials, or what comes after it.
 */
import type { Lane, Timers } from '@peerkeeper/core/transport'
import { connectTimeoutMs, signalsWaitingMax } from '../../wire/limits.ts'
import type { RtcSignal } from '../../wire/link-signal.ts'
import type { Attempt, Dial } from './dial.ts'
import type { ConnectionId, Lanes, OpenLanes } from './lanes.ts'
import type { ReasonCode } from './reason.ts'
import { createSilence, type Silence } from './silence.ts'

export interface ConnectionEvents {
  signal(signal: RtcSignal): void
  /** The peer can be sent to. Once, before any frame. */
  up(): void
  /** Where the lanes run in this page. */
  frame(bytes: Uint8Array): void
  /** Over, by itself. Once, and nothing comes after it. */
  closed(reason: string, code: ReasonCode): void
}

export interface Connection {
  readonly framesDropped: number
  signal(signal: RtcSignal): void
  send(lane: Lane, bytes: Uint8Array): void
  /** The network may have changed: where the connection stands and does not soon show that it lives, it ends. */
  check(): void
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
  /** Whether another attempt could be made now: only then is a connection given up that the browser has not. Default never. */
  readonly mayReplace?: () => boolean
}

/** What an attempt is made of, once it is. */
interface Parts {
  readonly attempt: Attempt
  readonly lanes: Lanes
  readonly silence: Silence
}

/**
 * Begins an attempt; throws what `dial` and `openLanes` throw, and ends with it where they are called later, because the dial
 * waits for something first. It fails by itself when it is not up in connectTimeoutMs.
 */
export function createConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { id, dial, openLanes, initiator, timers, mayReplace = () => false } = options
  let state: 'connecting' | 'up' | 'over' = 'connecting'
  let parts: Parts | undefined
  /** What the peer signals while there is no attempt yet to take it. */
  const waiting: RtcSignal[] = []
  let isSilent = false
  let cancelTimeout = () => {}

  const dialed = dial(initiator, {
    signal(signal) {
      if (state !== 'over') events.signal(signal)
    },
    silent(isSo) {
      isSilent = isSo
      if (state === 'up') parts?.silence.silent(isSo)
    },
    closed: fail,
  })
  if (dialed instanceof Promise)
    dialed.then(take).catch(error => fail(error instanceof Error ? error.message : String(error), 'NoWebRtc'))
  else take(dialed)
  cancelTimeout = timers.after(connectTimeoutMs, () => {
    const why = parts?.attempt.path?.explain()
    fail(why?.text ?? 'no connection in time', why?.code ?? 'Timeout')
  })

  function take(attempt: Attempt): void {
    if (state === 'over') return attempt.destroy()
    const lost = () => fail('nothing was heard over the path any more', 'PathLost')
    const { path } = attempt
    const heard = path === undefined ? undefined : () => path.heard()
    const silence = createSilence({ timers, mayReplace, heard, lost })
    parts = { attempt, lanes: openOrDestroy(attempt), silence }
    for (const signal of waiting.splice(0)) attempt.signal(signal)
  }

  function openOrDestroy(attempt: Attempt): Lanes {
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
    if (isSilent) parts?.silence.silent(true)
    events.up()
  }

  function end(): void {
    state = 'over'
    cancelTimeout()
    parts?.silence.stop()
    parts?.lanes.close()
    parts?.attempt.destroy()
  }

  function fail(reason: string, code: ReasonCode = 'Closed'): void {
    if (state === 'over') return
    end()
    events.closed(reason, code)
  }

  return {
    get framesDropped() {
      return parts?.lanes.framesDropped ?? 0
    },
    signal(signal) {
      if (state === 'over') return
      if (parts !== undefined) parts.attempt.signal(signal)
      else if (waiting.length < signalsWaitingMax) waiting.push(signal)
    },
    send(lane, bytes) {
      if (state === 'up') parts?.lanes.send(lane, bytes)
    },
    check() {
      if (state === 'up') parts?.silence.check()
    },
    farewell(bytes) {
      if (state === 'over') return
      const isUp = state === 'up'
      // From here on it ends without an event, whatever the peer answers.
      state = 'over'
      if (isUp) parts?.lanes.farewell(bytes)
      end()
    },
    destroy() {
      if (state !== 'over') end()
    },
  }
}

/**
 * One attempt at a connection, from its first signal to its end: the peer connection and its lanes under one life. Ends as a
 * whole; does not know who dials, or what comes after it.
 */
import type { Channel, Lane, Timers } from '@peerkeeper/core/transport'
import { connectTimeoutMs, signalsWaitingMax } from '../../wire/limits.ts'
import { notLoaded } from '../loading.ts'
import type { Attempt, Dial } from './dial.ts'
import type { ConnectionId, Lanes, OpenLanes } from './lanes.ts'
import type { MeasuredPath } from './measure-path.ts'
import type { Reason, ReasonCode } from './reason.ts'
import { createSilence, type Silence } from './silence.ts'

export interface ConnectionEvents<Signal> {
  signal(signal: Signal): void
  /** The peer can be sent to. Once, before any frame. */
  up(): void
  /** Where the lanes run in this page. */
  frame(bytes: Uint8Array): void
  /** Over, by itself. Once, and nothing comes after it. */
  closed(reason: string, code: ReasonCode): void
}

export interface Connection<Signal> {
  readonly framesDropped: number
  /** Why it does not stand yet, as far as one can see; undefined where nothing can be seen, or it does. */
  explain(): Reason | undefined
  /** How it goes, where it stands and somebody can say. */
  measure(): Promise<MeasuredPath | undefined>
  signal(signal: Signal): void
  /** Bytes of the peer, where the attempt takes such. */
  receive(bytes: Uint8Array): void
  /** What brings them is gone. */
  wayGone(): void
  send(lane: Lane, bytes: Uint8Array): void
  /** The network may have changed: where the connection stands and does not soon show that it lives, it ends. */
  check(): void
  /** What the peer is to hear last, in place of what was given before. */
  lastWords(bytes: Uint8Array): void
  /** Says the last words, if any were given, and ends it without an event: the page goes away. Idempotent. */
  farewell(): void
  /** Ends it without an event. Idempotent. */
  destroy(): void
}

/** How attempts are made, and where the lanes of their channels run. */
export interface Means<Signal, Made extends Channel> {
  readonly dial: Dial<Signal, Made>
  readonly openLanes: OpenLanes<Made>
}

export interface ConnectionOptions<Signal, Made extends Channel> {
  readonly id: ConnectionId
  /** Promised where they have to be loaded first. */
  readonly means: Means<Signal, Made> | Promise<Means<Signal, Made>>
  readonly initiator: boolean
  readonly timers: Timers
  /** Whether another attempt could be made now: only then is a connection given up that the browser has not. Default never. */
  readonly mayReplace?: () => boolean
}

/** What an attempt is made of, once it is. */
interface Parts<Signal, Made extends Channel> {
  readonly attempt: Attempt<Signal, Made>
  readonly lanes: Lanes
  readonly silence: Silence
}

/**
 * Begins an attempt; throws what `dial` and `openLanes` throw, and ends with it where they are called later, because the means
 * are being loaded, or the dial waits for something first. It fails by itself when it is not up in connectTimeoutMs.
 */
export function createConnection<Signal, Made extends Channel>(
  options: ConnectionOptions<Signal, Made>,
  events: ConnectionEvents<Signal>,
): Connection<Signal> {
  const { id, means, initiator, timers, mayReplace = () => false } = options
  let state: 'connecting' | 'up' | 'over' = 'connecting'
  let parts: Parts<Signal, Made> | undefined
  /** What the peer signals while there is no attempt yet to take it. */
  const waiting: Signal[] = []
  let lastWords: Uint8Array | undefined
  let isSilent = false
  let isLoading = true
  let cancelTimeout = () => {}

  if (means instanceof Promise)
    means.then(begin, error => fail(notLoaded(error), 'NotLoaded')).catch(cannotDial)
  else begin(means)
  cancelTimeout = timers.after(connectTimeoutMs, () => {
    const why = explain()
    fail(why?.text ?? 'no connection in time', why?.code ?? 'Timeout')
  })

  function begin({ dial, openLanes }: Means<Signal, Made>): void {
    if (state === 'over') return
    isLoading = false
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
    const made = (attempt: Attempt<Signal, Made>) => take(attempt, openLanes)
    if (dialed instanceof Promise) dialed.then(made).catch(cannotDial)
    else made(dialed)
  }

  function cannotDial(error: unknown): void {
    fail(error instanceof Error ? error.message : String(error), 'NoWebRtc')
  }

  function explain(): Reason | undefined {
    if (state !== 'connecting') return undefined
    if (isLoading) return { code: 'NotLoaded', text: notLoaded('it takes too long') }
    return parts?.attempt.path?.explain()
  }

  function take(attempt: Attempt<Signal, Made>, openLanes: OpenLanes<Made>): void {
    if (state === 'over') return attempt.destroy()
    const lost = () => fail('nothing was heard over the path any more', 'PathLost')
    const { path } = attempt
    const heard = path === undefined ? undefined : () => path.heard()
    const silence = createSilence({ timers, mayReplace, heard, lost })
    parts = { attempt, lanes: openOrDestroy(attempt, openLanes), silence }
    for (const signal of waiting.splice(0)) attempt.signal(signal)
  }

  function openOrDestroy(attempt: Attempt<Signal, Made>, openLanes: OpenLanes<Made>): Lanes {
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

  function sayLast(bytes: Uint8Array): void {
    const words = parts?.attempt.words
    if (words === undefined) parts?.lanes.farewell(bytes)
    else words.say()
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
    explain,
    async measure() {
      return state === 'up' ? parts?.attempt.path?.measure?.() : undefined
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
    receive(bytes) {
      if (state !== 'over') parts?.attempt.receive?.(bytes)
    },
    wayGone() {
      if (state !== 'over') parts?.attempt.wayGone?.()
    },
    lastWords(bytes) {
      if (state === 'over') return
      lastWords = bytes
      parts?.attempt.words?.prepare(bytes)
    },
    farewell() {
      if (state === 'over') return
      const isUp = state === 'up'
      // From here on it ends without an event, whatever the peer answers.
      state = 'over'
      if (isUp && lastWords !== undefined) sayLast(lastWords)
      end()
    },
    destroy() {
      if (state !== 'over') end()
    },
  }
}

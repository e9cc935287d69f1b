/**
 * One way to a peer, over WebRTC or over the relay: its attempts one after another, of which one counts. They are numbered by the
 * dialer; a signal of another attempt than the present one is late and ignored, except that a higher number tells the answerer
 * that the dialer has begun anew.
 *
 *     resting --dial--> connecting --open--> up          any --broke--> resting (the dialer waits, then dials)
 *
 * Does not know how signals travel, who the peer is at present, or that there is another way.
 */
import type { Lane, Timers } from '@peerkeeper/core/transport'
import { linkStableMs, redialMsMax, redialMsMin } from '../../wire/limits.ts'
import { backoffMs } from '../../wire/timers.ts'
import type { NetworkHint } from '../network-hints.ts'
import type { Connection, ConnectionEvents } from './connection.ts'
import type { MeasuredPath } from './measure-path.ts'
import type { ReasonCode } from './reason.ts'
import type { WayState } from './ways.ts'

export interface LineOptions<Signal> {
  readonly isDialer: boolean
  readonly timers: Timers
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** A number higher than all before, for attempts and for connections. */
  readonly nextNumber: () => number
  /** Begins an attempt, or throws where this way is closed. */
  readonly connect: (begin: Begin, events: ConnectionEvents<Signal>) => Connection<Signal>
  /** Brings a signal of an attempt to the peer. */
  readonly signal: (attempt: number, signal: Signal) => void
  /** Tells the peer that this end of an attempt is no more. */
  readonly gone: (attempt: number) => void
  /** Whether one that broke is to be dialed again. */
  readonly mayRedial: () => boolean
}

export interface Begin {
  readonly attempt: number
  readonly connection: number
  readonly initiator: boolean
}

export interface LineEvents {
  up(connection: number): void
  down(connection: number): void
  frame(connection: number, bytes: Uint8Array): void
  /** An attempt ended; before it is told that it is down. */
  ended(reason: string, code: ReasonCode): void
  /** An attempt began, came up, or ended; after what else is told of it. */
  changed(): void
}

export interface Line<Signal> {
  readonly state: WayState
  readonly framesDropped: number
  /** Attempts that failed since the last good one. */
  readonly failures: number
  /** How the connection goes that stands, where somebody can say. */
  measure(): Promise<MeasuredPath | undefined>
  /** The dialer's: begins an attempt where none is under way, and none is waited for. */
  dial(): void
  /** The answerer's: the dialer has begun this attempt. */
  offered(attempt: number): void
  /** Of the present attempt, or ignored. */
  signalled(attempt: number, signal: Signal): void
  gone(attempt: number): void
  /** Bytes of the peer, where its attempts take such. */
  receive(bytes: Uint8Array): void
  /** What brings them is gone. */
  wayGone(): void
  /** The peer is another from now on, which has made no attempt yet. */
  renew(reason: string, code: ReasonCode): void
  /** Ends an attempt that is under way, or waited for. */
  giveUp(): void
  /** Ends what there is, for good or until it is dialed, and tells of it. */
  drop(reason: string, code: ReasonCode): void
  /** The network may have changed; see link.ts. */
  wake(hint: NetworkHint, canDial: boolean): void
  /** What stands shows that it lives, or is given up. */
  check(): void
  send(lane: Lane, bytes: Uint8Array): void
  /** What the peer is to hear last over the present connection. */
  lastWords(bytes: Uint8Array): void
  /** Ends what there is without an event. */
  close(): void
  /** Says the last words, and ends without an event. */
  farewell(): void
}

interface Attempt<Signal> {
  readonly attempt: number
  readonly connection: Connection<Signal>
  readonly number: number
}

type State<Signal> =
  | { readonly type: 'resting'; readonly cancel: (() => void) | undefined }
  | ({ readonly type: 'connecting' } & Attempt<Signal>)
  /** `cancel` stops the watch for "stood long enough". */
  | ({ readonly type: 'up'; readonly cancel: () => void } & Attempt<Signal>)

export function createLine<Signal>(options: LineOptions<Signal>, events: LineEvents): Line<Signal> {
  const { isDialer, timers } = options
  const resting: State<Signal> = { type: 'resting', cancel: undefined }
  let state: State<Signal> = resting
  /** The answerer's: the highest attempt so far. Invariant: only rises while the peer stays the same. */
  let attemptSeen = 0
  let failures = 0
  let framesDropped = 0

  function dial(): void {
    if (options.mayRedial()) begin(options.nextNumber())
    else rest()
  }

  function begin(attempt: number): void {
    rest()
    const number = options.nextNumber()
    try {
      const connection = options.connect(
        { attempt, connection: number, initiator: isDialer },
        {
          signal: signal => options.signal(attempt, signal),
          up: () => up(attempt),
          frame(bytes) {
            if (state.type === 'up' && state.attempt === attempt) events.frame(number, bytes)
          },
          closed(reason, code) {
            options.gone(attempt)
            broke(reason, code)
          },
        },
      )
      state = { type: 'connecting', attempt, connection, number }
    } catch (error) {
      // The dialer need not wait for an answer that will not come.
      if (!isDialer) options.gone(attempt)
      return broke(error instanceof Error ? error.message : String(error), 'NoWebRtc')
    }
    events.changed()
  }

  function up(attempt: number): void {
    if (state.type !== 'connecting' || state.attempt !== attempt) return
    const cancel = timers.after(linkStableMs, () => {
      failures = 0
    })
    const { connection, number } = state
    state = { type: 'up', attempt, connection, number, cancel }
    events.up(number)
    events.changed()
  }

  /** The present attempt ended; the dialer tries again after a while. */
  function broke(reason: string, code: ReasonCode): void {
    const wait = backoffMs(failures, redialMsMin, redialMsMax, options.random)
    end(reason, code, () => {
      failures += 1
      if (isDialer && options.mayRedial()) state = { type: 'resting', cancel: timers.after(wait, dial) }
    })
  }

  function end(reason: string, code: ReasonCode, then: () => void = () => {}): void {
    const ended = state
    rest()
    then()
    events.ended(reason, code)
    if (ended.type === 'up') events.down(ended.number)
    events.changed()
  }

  /** Leaves any state without an event. */
  function rest(): void {
    if (state.type !== 'connecting') state.cancel?.()
    if (state.type !== 'resting') {
      framesDropped += state.connection.framesDropped
      state.connection.destroy()
    }
    state = resting
  }

  function drop(reason: string, code: ReasonCode): void {
    if (state.type === 'resting') rest()
    else end(reason, code)
  }

  return {
    get state() {
      return state.type === 'resting' ? 'down' : state.type
    },
    get framesDropped() {
      return framesDropped + (state.type === 'resting' ? 0 : state.connection.framesDropped)
    },
    get failures() {
      return failures
    },
    async measure() {
      return state.type === 'up' ? state.connection.measure() : undefined
    },
    dial() {
      if (state.type === 'resting' && state.cancel === undefined) dial()
    },
    offered(attempt) {
      if (isDialer || attempt <= attemptSeen) return
      attemptSeen = attempt
      // An attempt that has not come far says nothing of why those before it failed.
      if (state.type === 'up') drop('the peer dialed anew', 'PeerRedialed')
      begin(attempt)
    },
    signalled(attempt, signal) {
      if (state.type !== 'resting' && state.attempt === attempt) state.connection.signal(signal)
    },
    gone(attempt) {
      if (state.type === 'resting' || state.attempt !== attempt) return
      // Of a path that both look for in vain, one gives up first.
      const why = state.connection.explain()
      broke(why?.text ?? 'the peer lost the connection', why?.code ?? 'PeerLost')
    },
    receive(bytes) {
      if (state.type !== 'resting') state.connection.receive(bytes)
    },
    wayGone() {
      if (state.type !== 'resting') state.connection.wayGone()
    },
    renew(reason, code) {
      drop(reason, code)
      attemptSeen = 0
      failures = 0
    },
    giveUp() {
      if (state.type !== 'up') rest()
    },
    drop,
    wake(hint, canDial) {
      if (state.type === 'up') return state.connection.check()
      // That a path to another was lost says nothing of one that never was.
      if (hint === 'lost') return
      failures = 0
      if (isDialer && canDial && (hint === 'moved' || state.type === 'resting')) dial()
    },
    check() {
      if (state.type === 'up') state.connection.check()
    },
    send(lane, bytes) {
      if (state.type === 'up') state.connection.send(lane, bytes)
    },
    lastWords(bytes) {
      if (state.type === 'up') state.connection.lastWords(bytes)
    },
    close: rest,
    farewell() {
      if (state.type === 'up') state.connection.farewell()
      rest()
    },
  }
}

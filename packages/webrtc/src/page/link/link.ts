/**
 * The link to one other node: who dials, when again, and which attempt counts. Of two nodes the one with the smaller id
 * dials, so two offers never cross. Attempts are numbered by the dialer; a signal of another attempt than the present one is
 * late and ignored, except that a higher number tells the answerer that the dialer has begun anew.
 *
 *     resting --dial--> connecting --open--> up          any --broke--> resting (the dialer waits, then dials)
 *
 * Does not know how signals travel or who else is there.
 */
import type { Lane, NodeId, Timers } from '@peerkeeper/core/transport'
import { linkStableMs, redialMsMax, redialMsMin, replacedInstancesMax } from '../../wire/limits.ts'
import type { AttemptSignal } from '../../wire/link-signal.ts'
import { backoffMs } from '../../wire/timers.ts'
import type { NetworkHint } from '../network-hints.ts'
import { type Connection, createConnection } from './connection.ts'
import type { Dial } from './dial.ts'
import type { OpenLanes } from './lanes.ts'
import type { ReasonCode } from './reason.ts'

export interface LinkContext {
  readonly self: NodeId
  readonly dial: Dial
  readonly openLanes: OpenLanes
  readonly timers: Timers
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** A number higher than all before, for attempts and for connections. */
  readonly nextNumber: () => number
  /** Brings `signal` to the tab `instance`. */
  readonly signal: (instance: string, signal: AttemptSignal) => void
}

export interface LinkEvents {
  up(connection: number): void
  down(connection: number): void
  frame(connection: number, bytes: Uint8Array): void
}

export interface Link {
  readonly state: 'connecting' | 'up' | 'down'
  readonly framesDropped: number
  /** Attempts that failed since the last good one. */
  readonly failures: number
  /** Why the last connection or attempt ended, for people. */
  readonly lastReason: string | undefined
  /** The same for programs. */
  readonly reasonCode: ReasonCode | undefined
  /** Whether there is nothing to keep: not connected, not reachable. */
  readonly isIdle: boolean
  /** Signaling says that the node is reachable as `instance`. Another one than before is the node after a reload. */
  announced(instance: string): void
  left(instance: string): void
  signalled(instance: string, signal: AttemptSignal): void
  /**
   * The network may have changed, or the page has slept. What stands shows that it lives, or is replaced; what waits to dial
   * dials now. Where the network moved for certain, an attempt under way begins anew: it bears the old addresses.
   */
  wake(hint: NetworkHint): void
  send(lane: Lane, bytes: Uint8Array): void
  /** What the peer is to hear last over the present connection. */
  lastWords(bytes: Uint8Array): void
  /** Ends the link without an event. */
  close(): void
  /** Says the last words, and ends the link without an event. */
  farewell(): void
}

type State =
  | { readonly type: 'resting'; readonly cancel: (() => void) | undefined }
  | {
      readonly type: 'connecting'
      readonly attempt: number
      readonly connection: Connection
      readonly number: number
    }
  | {
      readonly type: 'up'
      readonly attempt: number
      readonly connection: Connection
      readonly number: number
      /** Stops the watch for "stood long enough". */
      readonly cancel: () => void
      lastWords: Uint8Array | undefined
    }

export function createLink(context: LinkContext, peer: NodeId, events: LinkEvents): Link {
  const { timers, random } = context
  const isDialer = context.self < peer
  const resting: State = { type: 'resting', cancel: undefined }
  let state: State = resting
  let instance: string | undefined
  let isReachable = false
  /** Instances that came before the present one. One that was replaced never returns. */
  const replaced: string[] = []
  /** The answerer's: the highest attempt of `instance` so far. Invariant: only rises while the instance stays. */
  let attemptSeen = 0
  let failures = 0
  let framesDropped = 0
  let lastReason: string | undefined
  let reasonCode: ReasonCode | undefined

  /** Whether `candidate` is the peer's present instance, after taking it as that if it is a new one. */
  function isPresent(candidate: string): boolean {
    if (candidate === instance) return true
    if (replaced.includes(candidate)) return false
    if (instance !== undefined) {
      replaced.push(instance)
      if (replaced.length > replacedInstancesMax) replaced.shift()
      drop('the peer came back as another tab', 'PeerReturned')
    }
    instance = candidate
    isReachable = false
    attemptSeen = 0
    failures = 0
    return true
  }

  function reachable(): void {
    if (isReachable) return
    isReachable = true
    if (isDialer && state.type === 'resting') dial()
  }

  function dial(): void {
    begin(context.nextNumber(), true)
  }

  function begin(attempt: number, initiator: boolean): void {
    rest()
    const to = instance
    if (to === undefined) return
    const number = context.nextNumber()
    const id = { peer, connection: number }
    const mayReplace = () => isReachable
    const options = { id, dial: context.dial, openLanes: context.openLanes, initiator, timers, mayReplace }
    try {
      const connection = createConnection(options, {
        signal: signal => context.signal(to, { type: 'rtc', attempt, signal }),
        up: () => up(attempt),
        frame(bytes) {
          if (state.type === 'up' && state.attempt === attempt) events.frame(state.number, bytes)
        },
        closed(reason, code) {
          context.signal(to, { type: 'gone', attempt })
          broke(reason, code)
        },
      })
      state = { type: 'connecting', attempt, connection, number }
    } catch (error) {
      broke(error instanceof Error ? error.message : String(error), 'NoWebRtc')
    }
  }

  function up(attempt: number): void {
    if (state.type !== 'connecting') return
    const cancel = timers.after(linkStableMs, () => {
      failures = 0
    })
    const { connection, number } = state
    state = { type: 'up', attempt, connection, number, cancel, lastWords: undefined }
    events.up(number)
  }

  /** The present attempt ended; the dialer tries again after a while. */
  function broke(reason: string, code: ReasonCode): void {
    drop(reason, code)
    const wait = backoffMs(failures, redialMsMin, redialMsMax, random)
    failures += 1
    if (!isDialer || !isReachable) return
    state = { type: 'resting', cancel: timers.after(wait, dial) }
  }

  function drop(reason: string, code: ReasonCode): void {
    lastReason = reason
    reasonCode = code
    const ended = state
    rest()
    if (ended.type === 'up') events.down(ended.number)
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
    get lastReason() {
      return lastReason
    },
    get reasonCode() {
      return reasonCode
    },
    get isIdle() {
      return !isReachable && state.type === 'resting'
    },
    announced(from) {
      if (!isPresent(from)) return
      const isBack = !isReachable
      // Signals of an attempt under way may have been lost while the peer could not be reached.
      if (isBack && isDialer && state.type === 'connecting') rest()
      reachable()
      // What was kept only because nothing could take its place need not be kept any more.
      if (isBack && state.type === 'up') state.connection.check()
    },
    left(from) {
      if (from !== instance) return
      isReachable = false
      if (state.type === 'resting') rest()
    },
    signalled(from, signal) {
      if (!isPresent(from)) return
      if (!isDialer && signal.type === 'rtc' && signal.attempt > attemptSeen) {
        attemptSeen = signal.attempt
        if (state.type !== 'resting') drop('the peer dialed anew', 'PeerRedialed')
        begin(signal.attempt, false)
      }
      reachable()
      if (state.type === 'resting' || state.attempt !== signal.attempt) return
      switch (signal.type) {
        case 'rtc':
          return state.connection.signal(signal.signal)
        case 'gone':
          return broke('the peer lost the connection', 'PeerLost')
      }
    },
    wake(hint) {
      if (state.type === 'up') return state.connection.check()
      // That a path to another was lost says nothing of one that never was.
      if (hint === 'lost') return
      failures = 0
      if (isDialer && isReachable && (hint === 'moved' || state.type === 'resting')) dial()
    },
    send(lane, bytes) {
      if (state.type === 'up') state.connection.send(lane, bytes)
    },
    lastWords(bytes) {
      if (state.type === 'up') state.lastWords = bytes
    },
    close: rest,
    farewell() {
      if (state.type === 'up' && state.lastWords !== undefined) state.connection.farewell(state.lastWords)
      rest()
    },
  }
}

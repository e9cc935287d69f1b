/**
 * The link to one other node, which has two ways: WebRTC, and the relay where that does not work. Owns which tab of the node is
 * meant, who dials, and when the relay is used (ways.ts decides, line.ts makes attempts). Of two nodes the one with the smaller
 * id dials, so two offers never cross. Each way that stands is a connection of its own; frames go over one of them, and are
 * heard from both. Does not know how signals travel or who else is there.
 */
import type { Channel, Lane, NodeId, Timers } from '@peerkeeper/core/transport'
import { relayAfterMs, relayLingerMs, replacedInstancesMax } from '../../wire/limits.ts'
import type { AttemptSignal, RelaySignal, RtcSignal } from '../../wire/link-signal.ts'
import type { NetworkHint } from '../network-hints.ts'
import type { Peer, Relay } from '../signaling/contract.ts'
import { createConnection, type Means } from './connection.ts'
import type { PageChannel } from './dial.ts'
import { createLine, type Line, type LineEvents } from './line.ts'
import type { MeasuredPath } from './measure-path.ts'
import type { ReasonCode } from './reason.ts'
import type { RelayDialOptions } from './relay/relay-dial.ts'
import { planWays } from './ways.ts'

export type { AttemptSignal } from '../../wire/link-signal.ts'

export interface LinkContext {
  readonly self: Peer
  /** Absent where there is no WebRTC, as in Node. */
  readonly rtcMeans: (() => Loaded<Means<RtcSignal, PageChannel>>) | undefined
  /** Absent where signaling brings no bytes. */
  readonly relay: Relay | undefined
  readonly relayMeans: (options: RelayDialOptions) => Loaded<Means<RelaySignal, Channel>>
  readonly timers: Timers
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** A number higher than all before, for attempts and for connections. */
  readonly nextNumber: () => number
  /** Brings `signal` to the tab `instance`. */
  readonly signal: (instance: string, signal: AttemptSignal) => void
  /** Told what settles once what was given to the relay before it was given up has left. */
  readonly flushing: (until: Promise<void>) => void
}

/** There, or to be loaded first. */
type Loaded<T> = T | Promise<T>

/** `way` is the connection's. Of several that stand the one by WebRTC carries what is sent. */
export interface LinkEvents {
  up(connection: number, way: Way): void
  down(connection: number, way: Way): void
  frame(connection: number, bytes: Uint8Array, way: Way): void
}

export type Way = 'webrtc' | 'relay'

export interface Link {
  readonly state: 'connecting' | 'up' | 'down'
  /** Which way frames go; undefined while the link is not up. */
  readonly path: Way | undefined
  readonly framesDropped: number
  /** Attempts that failed since the last good one. */
  readonly failures: number
  /** Why the last connection or attempt ended, for people. */
  readonly lastReason: string | undefined
  /** The same for programs. */
  readonly reasonCode: ReasonCode | undefined
  /** Whether there is nothing to keep: not connected, not reachable. */
  readonly isIdle: boolean
  /** How it goes by WebRTC; undefined where it does not, or nobody can say. */
  measure(): Promise<MeasuredPath | undefined>
  /** Signaling says that the node is reachable as `instance`. Another one than before is the node after a reload. */
  announced(instance: string): void
  left(instance: string): void
  signalled(instance: string, signal: AttemptSignal): void
  /** Bytes that say that they are from `instance`. */
  relayed(instance: string, bytes: Uint8Array): void
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

export function createLink(context: LinkContext, peer: NodeId, events: LinkEvents): Link {
  const { self, timers } = context
  const isDialer = self.node < peer
  let instance: string | undefined
  let isReachable = false
  /** Instances that came before the present one. One that was replaced never returns. */
  const replaced: string[] = []
  /** As long as the present instance has not said otherwise. */
  let peerHasRtc = true
  let isLate = false
  let cancelLate: (() => void) | undefined
  let cancelLinger: (() => void) | undefined
  let last: { readonly reason: string; readonly code: ReasonCode } | undefined

  const canRtc = () => context.rtcMeans !== undefined && peerHasRtc
  const relayReaches = () =>
    isReachable && instance !== undefined && (context.relay?.reaches(instance) ?? false)
  const signal = (about: AttemptSignal) => {
    if (instance !== undefined) context.signal(instance, about)
  }
  const common = {
    isDialer,
    timers,
    random: context.random,
    nextNumber: context.nextNumber,
    gone: (attempt: number) => signal({ type: 'gone', attempt }),
  }

  const rtc: Line<RtcSignal> = createLine<RtcSignal>(
    {
      ...common,
      signal: (attempt, about) => signal({ type: 'rtc', attempt, signal: about }),
      mayRedial: () => isReachable && canRtc(),
      connect({ connection, initiator }, of) {
        const means = context.rtcMeans?.()
        if (means === undefined) throw new Error('there is no WebRTC here')
        const mayReplace = () => isReachable
        const id = { peer, connection }
        return createConnection({ id, means, initiator, timers, mayReplace }, of)
      },
    },
    eventsOf('webrtc'),
  )
  const relay: Line<RelaySignal> = createLine<RelaySignal>(
    {
      ...common,
      signal: (attempt, about) => signal({ type: 'relay', attempt, signal: about }),
      mayRedial: () => plan().relay === 'dial',
      connect({ attempt, connection, initiator }, of) {
        const to = instance
        if (context.relay === undefined || to === undefined) throw new Error('there is no relay here')
        const means = context.relayMeans({
          relay: context.relay,
          self,
          peer: { node: peer, ensemble: self.ensemble, instance: to },
          attempt,
          timers,
          flushing: context.flushing,
        })
        const id = { peer, connection }
        const mayReplace = relayReaches
        return createConnection({ id, means, initiator, timers, mayReplace }, of)
      },
    },
    eventsOf('relay'),
  )

  function eventsOf(way: Way): LineEvents {
    return {
      up: connection => events.up(connection, way),
      down: connection => events.down(connection, way),
      frame: (connection, bytes) => events.frame(connection, bytes, way),
      ended(reason, code) {
        // Where WebRTC stands the relay ends because it is not needed any more.
        if (way === 'webrtc' || rtc.state !== 'up') last = { reason, code }
      },
      changed: steer,
    }
  }

  const plan = () =>
    planWays({
      canRtc: canRtc(),
      rtc: rtc.state,
      rtcFailed: rtc.failures > 0,
      isLate,
      relayReaches: relayReaches(),
      relay: relay.state,
    })

  /** Does about the relay what is to be done; the dialer's business, as all dialing is. */
  function steer(): void {
    watchTime()
    if (!isDialer) return
    const { relay: wish } = plan()
    if (wish !== 'linger') {
      cancelLinger?.()
      cancelLinger = undefined
    }
    switch (wish) {
      case 'dial':
        return relay.dial()
      case 'linger':
        cancelLinger ??= timers.after(relayLingerMs, () => {
          cancelLinger = undefined
          relay.drop('WebRTC took over', 'Closed')
        })
        return
      case 'end':
        return relay.giveUp()
      case 'keep':
    }
  }

  /** Notes when WebRTC has been waited for long enough. */
  function watchTime(): void {
    const isWaiting = isReachable && rtc.state !== 'up'
    if (isWaiting) {
      cancelLate ??= timers.after(relayAfterMs, () => {
        isLate = true
        steer()
      })
    } else {
      cancelLate?.()
      cancelLate = undefined
      isLate = false
    }
  }

  /** Whether `candidate` is the peer's present instance, after taking it as that if it is a new one. */
  function isPresent(candidate: string): boolean {
    if (candidate === instance) return true
    if (replaced.includes(candidate)) return false
    const isOther = instance !== undefined
    if (instance !== undefined) {
      replaced.push(instance)
      if (replaced.length > replacedInstancesMax) replaced.shift()
    }
    isReachable = false
    instance = candidate
    peerHasRtc = true
    if (isOther) {
      rtc.renew('the peer came back as another tab', 'PeerReturned')
      relay.renew('the peer came back as another tab', 'PeerReturned')
    }
    return true
  }

  function reachable(): void {
    if (isReachable) return
    isReachable = true
    if (isDialer) rtc.dial()
    steer()
  }

  return {
    get state() {
      const states = [rtc.state, relay.state]
      return states.find(state => state === 'up') ?? states.find(state => state === 'connecting') ?? 'down'
    },
    get path() {
      return plan().carrier
    },
    get framesDropped() {
      return rtc.framesDropped + relay.framesDropped
    },
    get failures() {
      return canRtc() ? rtc.failures : relay.failures
    },
    get lastReason() {
      return last?.reason
    },
    get reasonCode() {
      return last?.code
    },
    get isIdle() {
      return !isReachable && rtc.state === 'down' && relay.state === 'down'
    },
    measure: rtc.measure,
    announced(from) {
      if (!isPresent(from)) return
      const isBack = !isReachable
      if (isBack && isDialer) {
        // Signals of an attempt under way may have been lost while the peer could not be reached.
        rtc.giveUp()
        relay.giveUp()
      }
      reachable()
      // It may be that the relay reaches it again.
      steer()
      // What was kept only because nothing could take its place need not be kept any more.
      if (isBack) for (const line of [rtc, relay]) line.check()
    },
    left(from) {
      if (from !== instance) return
      isReachable = false
      for (const line of [rtc, relay]) if (line.state === 'down') line.giveUp()
      if (context.relay?.reaches(from) !== true) relay.wayGone()
      watchTime()
    },
    signalled(from, about) {
      if (!isPresent(from)) return
      switch (about.type) {
        case 'rtc':
          if (context.rtcMeans === undefined) {
            signal({ type: 'gone', attempt: about.attempt, isUnable: true })
            return reachable()
          }
          rtc.offered(about.attempt)
          reachable()
          return rtc.signalled(about.attempt, about.signal)
        case 'relay':
          relay.offered(about.attempt)
          reachable()
          return relay.signalled(about.attempt, about.signal)
        case 'gone':
          if (about.isUnable) peerHasRtc = false
          reachable()
          rtc.gone(about.attempt)
          if (about.isUnable) last = { reason: 'the peer has no WebRTC', code: 'NoWebRtc' }
          return relay.gone(about.attempt)
      }
    },
    relayed(from, bytes) {
      if (from === instance) relay.receive(bytes)
    },
    wake(hint) {
      rtc.wake(hint, isReachable && canRtc())
      relay.wake(hint, plan().relay === 'dial')
    },
    send(lane, bytes) {
      switch (plan().carrier) {
        case 'webrtc':
          return rtc.send(lane, bytes)
        case 'relay':
          return relay.send(lane, bytes)
        case undefined:
      }
    },
    lastWords(bytes) {
      rtc.lastWords(bytes)
      relay.lastWords(bytes)
    },
    close() {
      cancelLate?.()
      cancelLinger?.()
      rtc.close()
      relay.close()
    },
    farewell() {
      cancelLate?.()
      cancelLinger?.()
      rtc.farewell()
      relay.farewell()
    },
  }
}

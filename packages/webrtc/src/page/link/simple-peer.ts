/**
 * The only file that knows simple-peer. One attempt has five channels, all agreed on beforehand by number, so that they
 * open with the connection and need no renegotiation: simple-peer keeps the first for itself (it opens and closes with the
 * connection and carries nothing), the others are ours alone and may be handed to a worker. Last words have a channel each
 * way: the end that says them stays in its page, the end that hears them goes where frames go.
 */
import { rtcChannel, type Timers } from '@peerkeeper/core/transport'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { parseRtcSignal } from '../../wire/link-signal.ts'
import type { Attempt, AttemptEvents, Dial, PageChannel } from './dial.ts'
import { type IceServers, type ServersOfAttempt, serversOf } from './ice-servers.ts'
import { measurePath } from './measure-path.ts'
import { explainNoPath } from './no-path.ts'
import { heardOver, isStanding, watchPath } from './path-facts.ts'

const lifelineId = 0
const controlId = 1
const bulkId = 2
const initiatorWordsId = 3
const answererWordsId = 4

export interface SimplePeerOptions {
  /** Without any, only peers that see each other's addresses (one machine, one network) can connect. */
  readonly iceServers: IceServers
  /** `'relay'`: only through TURN servers, so that peers do not learn each other's addresses. */
  readonly iceTransportPolicy: RTCIceTransportPolicy
  readonly timers: Timers
}

/** Dials over simple-peer. Where the app must be asked for servers, an attempt begins when it has answered. */
export function simplePeerDial({ iceServers, iceTransportPolicy, timers }: SimplePeerOptions): Dial {
  const nextServers = serversOf(iceServers, timers)
  return (initiator, events) => {
    const begin = (servers: ServersOfAttempt) => attempt(initiator, servers, iceTransportPolicy, events)
    const servers = nextServers()
    return servers instanceof Promise ? servers.then(begin) : begin(servers)
  }
}

function attempt(
  initiator: boolean,
  { iceServers, error: serversError }: ServersOfAttempt,
  iceTransportPolicy: RTCIceTransportPolicy,
  events: AttemptEvents,
): Attempt | Promise<Attempt> {
  const peer = new SimplePeer({
    initiator,
    trickle: true,
    config: { iceServers: [...iceServers], iceTransportPolicy },
    channelName: 'lifeline',
    channelConfig: { negotiated: true, id: lifelineId },
  })
  const connection = peer._pc
  // What the browser says of it, as of servers that it cannot read, comes a little later.
  if (!connection)
    return new Promise((_, reject) => {
      peer.on('error', error => reject(new Error(`this browser makes no connection: ${messageOf(error)}`)))
    })
  const watch = watchPath(connection, { iceServers, iceTransportPolicy, serversError })
  let isOver = false
  const over = (reason: string, isLost = false) => {
    if (isOver) return
    isOver = true
    // The library only says that it failed: what never stood found no path, what stood has lost it.
    const { code, text } = watch.facts.isConnected
      ? ({ code: isLost ? 'PathLost' : 'Closed', text: reason } as const)
      : explainNoPath(watch.facts)
    peer.destroy()
    events.closed(text, code)
  }
  peer.on('signal', raw => {
    const signal = parseRtcSignal(raw)
    if (signal !== undefined && !isOver) events.signal(signal)
  })
  peer.on('error', error => over(messageOf(error), isOfPath(error)))
  peer.on('close', () => over('the connection closed'))
  peer.on('data', () => over('the peer spoke on the lifeline'))
  connection.addEventListener('iceconnectionstatechange', () => {
    const state = connection.iceConnectionState
    if (!isOver && (state === 'disconnected' || isStanding(state))) events.silent(state === 'disconnected')
  })
  // In the same task as the connection, hence part of its first offer or answer.
  const channel = (label: string, id: number): PageChannel => {
    const transferable = connection.createDataChannel(label, { negotiated: true, id })
    return Object.assign(rtcChannel(transferable), { transferable })
  }
  return {
    control: channel('control', controlId),
    bulk: channel('bulk', bulkId),
    ownWords: channel('words', initiator ? initiatorWordsId : answererWordsId),
    peerWords: channel('words', initiator ? answererWordsId : initiatorWordsId),
    path: {
      explain: () => explainNoPath(watch.facts),
      heard: () => heardOver(connection),
      measure: () => measurePath(connection),
    },
    signal(signal) {
      if (isOver || peer.destroyed) return
      watch.heard(signal)
      peer.signal(signal)
    },
    destroy() {
      isOver = true
      peer.destroy()
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whether an error of the library's means that the browser gave the path up. The connection is closed when it comes. */
const isOfPath = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_CONNECTION_FAILURE' || error.code === 'ERR_ICE_CONNECTION_FAILURE')

/**
 * Signaling through a server: keeps one WebSocket open, comes back after every loss, and tells who can be reached through it
 * right now. While it is away everybody counts as left; links do not care. Carries signals unread.
 */
import { isRecord, parseJson } from '../../wire/guards.ts'
import {
  clientPingMs,
  clientSilenceMs,
  reconnectMsMax,
  reconnectMsMin,
  roomPeersMax,
  serverCheckMs,
} from '../../wire/limits.ts'
import { encodeRelayMessage, parseRelayMessage } from '../../wire/relay-message.ts'
import { type ClientMessage, type Member, parseServerMessage } from '../../wire/server-protocol.ts'
import { backoffMs, type Timers } from '../../wire/timers.ts'
import { loadAgain } from '../loading.ts'
import { type NetworkHint, type NetworkHints, pageHints } from '../network-hints.ts'
import { pageTimers, randomId } from '../timers.ts'
import type { Peer, Relay, Signaling, SignalingEvent } from './contract.ts'
import { type Joined, lateSignaling } from './late.ts'
import { parsePeer } from './peer.ts'
import { bytesOfSecret } from './secret.ts'

export type SignalingStatus =
  | { readonly type: 'online' }
  /** The socket closed with `code` (see closeCodes) or never opened; it is tried again by itself. */
  | { readonly type: 'offline'; readonly code: number; readonly reason: string }

export interface WebSocketSignalingOptions {
  /** The server, `wss://...`. */
  readonly url: string
  /** Peers of the same room find each other. Without a secret anybody who knows its name can join: 1 to 128 characters. */
  readonly room: string
  /**
   * What {@link createSecret} made, the same for all who are to find each other: the server then learns neither the room's name
   * nor who is in it nor what they say, and nobody without it can take part.
   */
  readonly secret?: string
  /** What the server asks of those who use it; it travels in the first message, never in the address. */
  readonly token?: string
  /** Told whenever the server is reached or lost. */
  readonly onStatus?: (status: SignalingStatus) => void
  /** Default: the page's own. */
  readonly timers?: Timers
  /** Signs that the network changed: the server is then called again at once, or must show that it is there. Default: the page's. */
  readonly hints?: NetworkHints
  /** Uniform in [0, 1). Default Math.random. */
  readonly random?: () => number
  /** Opens a socket. Default `new WebSocket(url)`. */
  readonly openSocket?: (url: string) => WebSocket
}

/**
 * Signaling through `peerkeeper-signaling` or a server that speaks as it does. Throws a TypeError where the secret is none of
 * {@link createSecret}'s.
 */
export function webSocketSignaling({ secret, ...options }: WebSocketSignalingOptions): Signaling {
  if (secret === undefined) return openSignaling(options)
  bytesOfSecret(secret)
  return lateSignaling(async (self, sink, over) => {
    const failed = (reason: string) => options.onStatus?.({ type: 'offline', code: 0, reason })
    const load = () => import('./sealed.ts')
    const { roomKeys, sealedSignaling } = await loadAgain(load, options, over, failed)
    const keys = roomKeys(secret, options.room)
    const sealed = sealedSignaling(keys, room => openSignaling({ ...options, room }))
    sealed.join(self, sink)
    return sealed
  })
}

const openSignaling = (options: Omit<WebSocketSignalingOptions, 'secret'>): Signaling =>
  lateSignaling((self, sink) => createSession(options, self, sink))

function createSession(
  options: Omit<WebSocketSignalingOptions, 'secret'>,
  self: Peer,
  sink: (event: SignalingEvent) => void,
): Joined {
  const {
    url,
    room,
    token,
    onStatus = () => {},
    timers = pageTimers,
    hints = pageHints,
    random = Math.random,
  } = options
  const openSocket = options.openSocket ?? (at => new WebSocket(at))
  /** Who can be reached over the present socket. */
  const peers = new Map<string, Peer>()
  /** Shows the server after a loss that this is the same client, and not one who has seen its instance. */
  const key = randomId()
  let socket: WebSocket | undefined
  let failures = 0
  let isSilent = false
  /** The server has welcomed this client over the present socket, and not been lost since. */
  let isOnline = false
  let isChecking = false
  /** The present server brings bytes to others. */
  let relays = false
  let cancelTimer = () => {}

  function connect(): void {
    let opened: WebSocket
    try {
      opened = openSocket(url)
    } catch (error) {
      return lost(0, String(error))
    }
    socket = opened
    isSilent = false
    isOnline = false
    isChecking = false
    relays = false
    opened.binaryType = 'arraybuffer'
    cancelTimer = timers.after(clientSilenceMs, () => drop('the server does not answer'))
    const { node, ensemble, proof } = self
    const card = JSON.stringify({ node, ensemble, proof })
    const admission = token === undefined ? {} : { token }
    opened.onopen = () => say({ type: 'join', room, instance: self.instance, card, key, ...admission })
    opened.onmessage = event => {
      isSilent = false
      if (typeof event.data === 'string') heard(event.data)
      else heardBytes(event.data)
    }
    // What went wrong comes with `close`; a WebSocket of Node's ends the process when nobody listens to this.
    opened.onerror = () => {}
    opened.onclose = event => lost(event.code, event.reason)
  }

  function heard(text: string): void {
    const message = parseServerMessage(text)
    if (message === undefined) return
    switch (message.type) {
      case 'welcome':
        failures = 0
        isOnline = true
        relays = message.relay
        keepAlive()
        onStatus({ type: 'online' })
        for (const member of message.members) arrived(member)
        return
      case 'joined':
        return arrived(message)
      case 'left':
        return gone(message.instance)
      case 'signal': {
        const from = peers.get(message.from)
        if (from !== undefined) sink({ type: 'signal', from, data: message.data })
        return
      }
      case 'pong':
      case 'stands':
    }
  }

  function heardBytes(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return
    const message = parseRelayMessage(new Uint8Array(data))
    if (message !== undefined && peers.has(message.instance)) sink({ type: 'relayed', ...message })
  }

  function arrived(member: Member): void {
    const card = parseJson(member.card)
    const peer = parsePeer(isRecord(card) ? { ...card, instance: member.instance } : undefined)
    if (peer === undefined || peer.instance === self.instance) return
    if (peers.size >= roomPeersMax && !peers.has(peer.instance)) return
    peers.set(peer.instance, peer)
    sink({ type: 'peer', peer })
  }

  function gone(instance: string): void {
    if (peers.delete(instance)) sink({ type: 'left', instance })
  }

  /** Pings now and then; a server that said nothing since the last ping is lost. */
  function keepAlive(): void {
    cancelTimer()
    cancelTimer = timers.after(clientPingMs, () => {
      if (isSilent) return drop('the server went silent')
      isSilent = true
      say({ type: 'ping' })
      keepAlive()
    })
  }

  /** A server that was there answers soon, or is lost. One that is waited for is called now. */
  function wake(hint: NetworkHint): void {
    if (socket !== undefined && isOnline) return check()
    // A call that is under way bears the old address only where the network moved for certain.
    if (hint === 'lost' || (socket !== undefined && hint !== 'moved')) return
    release()
    cancelTimer()
    failures = 0
    connect()
  }

  function check(): void {
    if (isChecking) return
    isChecking = true
    isSilent = true
    say({ type: 'ping' })
    cancelTimer()
    cancelTimer = timers.after(serverCheckMs, () => {
      isChecking = false
      if (isSilent) return drop('the server went silent')
      keepAlive()
    })
  }

  /** Gives the socket up without waiting for it to close. */
  function drop(reason: string): void {
    release()
    lost(0, reason)
  }

  function lost(code: number, reason: string): void {
    socket = undefined
    cancelTimer()
    for (const instance of [...peers.keys()]) gone(instance)
    onStatus({ type: 'offline', code, reason })
    cancelTimer = timers.after(backoffMs(failures, reconnectMsMin, reconnectMsMax, random), connect)
    failures += 1
  }

  function release(): void {
    if (socket === undefined) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    socket = undefined
  }

  function say(message: ClientMessage): void {
    if (socket?.readyState === openState) socket.send(JSON.stringify(message))
  }

  const stopListening = hints.listen(wake)
  connect()
  const relay: Relay = {
    reaches: instance => relays && socket?.readyState === openState && peers.has(instance),
    send(instance, bytes) {
      if (this.reaches(instance)) socket?.send(encodeRelayMessage(instance, bytes))
    },
    waiting: () => socket?.bufferedAmount ?? 0,
  }
  return {
    send: (to, data) => say({ type: 'signal', to, data }),
    relay,
    leave() {
      stopListening()
      say({ type: 'bye' })
      release()
      cancelTimer()
      peers.clear()
    },
  }
}

/** WebSocket.OPEN, which does not exist where this module may be imported. */
const openState = 1

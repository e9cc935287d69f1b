/**
 * Signaling among the tabs of one browser profile, with no server: everybody hears everybody on one BroadcastChannel.
 * Presence is a hello, answered by all who are there, a sign of life now and then, and a bye. Carries signals unread.
 */
import { presenceExpiresMs, presenceMs, roomPeersMax } from '../../wire/limits.ts'
import type { Timers } from '../../wire/timers.ts'
import { pageTimers } from '../timers.ts'
import type { Peer, Signaling, SignalingEvent } from './contract.ts'
import { type PresenceMessage, parsePresence } from './presence.ts'

export interface BroadcastSignalingOptions {
  /** Tabs of the same room find each other. Any text. */
  readonly room: string
  /** Default: the page's own. */
  readonly timers?: Timers
}

/** Signaling for the tabs of one browser profile. They must share the page's origin. */
export function broadcastSignaling(options: BroadcastSignalingOptions): Signaling {
  const { room, timers = pageTimers } = options
  let leave = () => {}
  let post = (_message: PresenceMessage) => {}
  let self: Peer | undefined
  let isOver = false

  function join(as: Peer, sink: (event: SignalingEvent) => void): void {
    if (isOver || self !== undefined) return
    self = as
    const channel = new BroadcastChannel(`peerkeeper:signaling:${room}`)
    /** What takes each peer off the list when it stays silent. */
    const expiries = new Map<string, () => void>()
    post = message => channel.postMessage(message)

    function heard(peer: Peer): void {
      const { instance } = peer
      const cancel = expiries.get(instance)
      if (cancel === undefined && expiries.size >= roomPeersMax) return
      cancel?.()
      expiries.set(
        instance,
        timers.after(presenceExpiresMs, () => gone(instance)),
      )
      if (cancel === undefined) sink({ type: 'peer', peer })
    }

    function gone(instance: string): void {
      expiries.get(instance)?.()
      if (expiries.delete(instance)) sink({ type: 'left', instance })
    }

    channel.onmessage = event => {
      const message = parsePresence(event.data)
      if (message === undefined || message.from.instance === as.instance) return
      switch (message.type) {
        case 'hello':
          post({ type: 'here', from: as, hops: 0 })
          return heard(message.from)
        case 'here':
          return heard(message.from)
        case 'bye':
          return gone(message.from.instance)
        case 'signal':
          heard(message.from)
          if (message.to === as.instance) sink({ type: 'signal', from: message.from, data: message.data })
      }
    }

    let cancelSign = () => {}
    const showUp = () => {
      post({ type: 'here', from: as, hops: 0 })
      cancelSign = timers.after(presenceMs, showUp)
    }
    cancelSign = timers.after(presenceMs, showUp)
    post({ type: 'hello', from: as })

    leave = () => {
      post({ type: 'bye', from: as })
      channel.onmessage = null
      channel.close()
      cancelSign()
      for (const cancel of expiries.values()) cancel()
      expiries.clear()
      post = () => {}
    }
  }

  return {
    join,
    send(instance, data) {
      if (self !== undefined) post({ type: 'signal', from: self, to: instance, data, hops: 0 })
    },
    leave() {
      if (isOver) return
      isOver = true
      leave()
    },
  }
}

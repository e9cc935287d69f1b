/**
 * The only file that knows simple-peer. One attempt has five channels, all agreed on beforehand by number, so that they
 * open with the connection and need no renegotiation: simple-peer keeps the first for itself (it opens and closes with the
 * connection and carries nothing), the others are ours alone and may be handed to a worker. Last words have a channel each
 * way: the end that says them stays in its page, the end that hears them goes where frames go.
 */
import { rtcChannel } from '@peerkeeper/core/transport'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { parseRtcSignal } from '../../wire/link-signal.ts'
import type { Dial, PageChannel } from './dial.ts'

const lifelineId = 0
const controlId = 1
const bulkId = 2
const initiatorWordsId = 3
const answererWordsId = 4

/**
 * Dials over simple-peer. `iceServers` are the STUN and TURN servers to use; without any, only peers that see each other's
 * addresses (one machine, one network) can connect.
 */
export function simplePeerDial(iceServers: readonly RTCIceServer[]): Dial {
  return (initiator, events) => {
    const peer = new SimplePeer({
      initiator,
      trickle: true,
      config: { iceServers: [...iceServers] },
      channelName: 'lifeline',
      channelConfig: { negotiated: true, id: lifelineId },
    })
    let isOver = false
    const over = (reason: string) => {
      if (isOver) return
      isOver = true
      peer.destroy()
      events.closed(reason)
    }
    peer.on('signal', raw => {
      const signal = parseRtcSignal(raw)
      if (signal !== undefined && !isOver) events.signal(signal)
    })
    peer.on('error', error => over(error instanceof Error ? error.message : String(error)))
    peer.on('close', () => over('the connection closed'))
    peer.on('data', () => over('the peer spoke on the lifeline'))
    const connection = peer._pc
    if (!connection) {
      isOver = true
      throw new Error('this browser refuses to make an RTCPeerConnection')
    }
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
      signal(signal) {
        if (!isOver && !peer.destroyed) peer.signal(signal)
      },
      destroy() {
        isOver = true
        peer.destroy()
      },
    }
  }
}

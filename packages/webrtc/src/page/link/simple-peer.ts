/**
 * The only file that knows simple-peer. One attempt has three channels, all agreed on beforehand by number, so that they
 * open with the connection and need no renegotiation: simple-peer keeps the first for itself (it opens and closes with the
 * connection and carries nothing), control and bulk are ours alone and could be handed to a worker.
 */
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { parseRtcSignal } from '../../wire/link-signal.ts'
import type { Dial } from './dial.ts'
import { rtcChannel } from './rtc-channel.ts'

const lifelineId = 0
const controlId = 1
const bulkId = 2

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
    return {
      // Made in the same task as the connection, hence part of its first offer or answer.
      control: rtcChannel(connection.createDataChannel('control', { negotiated: true, id: controlId })),
      bulk: rtcChannel(connection.createDataChannel('bulk', { negotiated: true, id: bulkId })),
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

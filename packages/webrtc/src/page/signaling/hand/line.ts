/**
 * One connection that is opened by hand: an RTCPeerConnection with one channel for texts. The only file here that knows WebRTC;
 * tests bring lines of their own. It is told descriptions that were made of codes, and gives its own with all addresses.
 *
 * Whoever answers begins to look for the other at once, minutes before that one has the answer and looks back. Firefox would give
 * up for good after seconds in which nothing is left to try: so it is given something to try now and then, an address at
 * which nobody is (RFC 5737). The addresses of the other are given anew, too, so that a NAT on this side stays open to them.
 */
import { candidateLine } from '../../../wire/hand/candidate.ts'
import { type SessionEssentials, writeSession } from '../../../wire/hand/session.ts'
import { handGatherMs, handHoldMs, handHoldsPerRetry } from '../../../wire/limits.ts'
import type { Timers } from '../../../wire/timers.ts'

export interface LineEvents {
  /** The channel is open. Once. */
  open(): void
  /** Not parsed. */
  text(text: string): void
  /** It could not be opened, or is no more. Once, and nothing comes after it. */
  ended(reason: string): void
}

export interface Line {
  /** This side's offer, with all addresses that were found in `handGatherMs`. Rejects when the browser refuses. */
  offer(): Promise<string>
  /** This side's answer to `offer`, likewise. */
  answer(offer: SessionEssentials): Promise<string>
  /** Takes the answer to this side's offer: now both try to reach each other. Rejects when the browser refuses. */
  complete(answer: SessionEssentials): Promise<void>
  /** Characters given to `send` that have not left yet, about. */
  readonly waiting: number
  /** Sends, or loses what cannot be sent. Never throws. */
  send(text: string): void
  /** Ends it without an event. Idempotent. */
  close(): void
}

/** Throws where there is no WebRTC. */
export type OpenLine = (events: LineEvents) => Line

/** Lines over the browser's WebRTC; `iceServers` are the STUN and TURN servers to use. */
export function webRtcLines(iceServers: readonly RTCIceServer[], timers: Timers): OpenLine {
  return events => {
    const connection = new RTCPeerConnection({ iceServers: [...iceServers] })
    const channel = connection.createDataChannel('peerkeeper', { negotiated: true, id: 0 })
    let isOver = false
    /** Only this side waits for an answer: where it fails now, it fails for good. */
    let isCalling = false
    let cancelHold = () => {}

    function close(): void {
      isOver = true
      cancelHold()
      channel.onopen = channel.onmessage = channel.onclose = null
      connection.onconnectionstatechange = connection.onicegatheringstatechange = null
      connection.close()
    }

    function ended(reason: string): void {
      if (isOver) return
      close()
      events.ended(reason)
    }

    channel.onopen = () => {
      isCalling = true
      cancelHold()
      events.open()
    }
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') events.text(data)
      else ended('the other device sent what is no text')
    }
    channel.onclose = () => ended('the other device closed the connection')
    connection.onconnectionstatechange = () => {
      if (isCalling && connection.connectionState === 'failed') ended('the devices do not reach each other')
    }

    /** The present local description, when there is nothing more to find or time is up. */
    function gathered(): Promise<string> {
      return new Promise(resolve => {
        const done = () => {
          over.removeEventListener('abort', done)
          connection.onicegatheringstatechange = null
          resolve(connection.localDescription?.sdp ?? '')
        }
        const over = AbortSignal.timeout(handGatherMs)
        over.addEventListener('abort', done)
        connection.onicegatheringstatechange = () => {
          if (connection.iceGatheringState === 'complete') done()
        }
        if (connection.iceGatheringState === 'complete') done()
      })
    }

    /** `number` counts up, so that each candidate is another one. */
    function hold(offer: SessionEssentials, number: number): void {
      cancelHold = timers.after(handHoldMs, () => {
        const isRetry = number % handHoldsPerRetry === 0
        const { length } = offer.candidates
        const first = number * (length + 1)
        const lines = [
          candidateLine({ ...nowhere, port: nowhere.port + (number % 50_000) }, first),
          ...(isRetry ? offer.candidates.map((each, index) => candidateLine(each, first + 1 + index)) : []),
        ]
        if (connection.iceConnectionState !== 'connected')
          for (const line of lines)
            connection.addIceCandidate({ candidate: line.slice(2), sdpMLineIndex: 0 }).catch(() => undefined)
        hold(offer, number + 1)
      })
    }

    return {
      async offer() {
        await connection.setLocalDescription(await connection.createOffer())
        return gathered()
      },
      async answer(offer) {
        await connection.setRemoteDescription({ type: 'offer', sdp: writeSession(offer) })
        await connection.setLocalDescription(await connection.createAnswer())
        if (!isOver) hold(offer, 1)
        return gathered()
      },
      complete(answer) {
        isCalling = true
        return connection.setRemoteDescription({ type: 'answer', sdp: writeSession(answer) })
      },
      get waiting() {
        return channel.bufferedAmount
      },
      send(text) {
        try {
          channel.send(text)
        } catch {
          // Not open, or not any more: what it said is lost, and its end is told by events.
        }
      },
      close,
    }
  }
}

/** TEST-NET-1: routers know that nobody is there. */
const nowhere = { type: 'host', address: { kind: 'v4', bytes: [192, 0, 2, 1] }, port: 10_000 } as const

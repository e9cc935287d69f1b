/**
 * Which of the two ways to a peer carries its frames, and whether the relay is wanted: a pure decision, told as a table in
 * docs/SIGNALING.md. WebRTC comes first; the relay where it failed, takes long or is not to be had, and until it is back.
 */

export type WayState = 'down' | 'connecting' | 'up'

export interface WaysSeen {
  /** Both sides have WebRTC, as far as is known. */
  readonly canRtc: boolean
  readonly rtc: WayState
  /** An attempt failed, or a connection broke, since one last stood for a while. */
  readonly rtcFailed: boolean
  /** WebRTC has been tried for so long without success that one should not wait for it. */
  readonly isLate: boolean
  /** Signaling brings bytes to the peer now. */
  readonly relayReaches: boolean
  readonly relay: WayState
}

export interface WaysPlan {
  /** Where frames go; undefined: nowhere. */
  readonly carrier: 'webrtc' | 'relay' | undefined
  /**
   * `dial`: it is to be there. `keep`: nothing is to be done about it. `linger`: it stands and is needed no more, but for what is on
   * its way. `end`: it is not to be tried.
   */
  readonly relay: 'dial' | 'keep' | 'linger' | 'end'
}

export function planWays(seen: WaysSeen): WaysPlan {
  if (seen.rtc === 'up') return { carrier: 'webrtc', relay: seen.relay === 'up' ? 'linger' : 'end' }
  const carrier = seen.relay === 'up' ? 'relay' : undefined
  const isWanted = !seen.canRtc || seen.rtcFailed || seen.isLate
  if (isWanted && seen.relayReaches) return { carrier, relay: 'dial' }
  return { carrier, relay: seen.relay === 'up' ? 'keep' : 'end' }
}

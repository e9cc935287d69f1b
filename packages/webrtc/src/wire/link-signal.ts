/**
 * What two peers tell each other through signaling in order to connect: the text that signaling carries and does not look
 * into. The sender is known from signaling (its instance); here stands which attempt the message is about.
 *
 *     dialer (smaller id)                    answerer
 *       rtc 7 offer        ------------------>  begins attempt 7, forgets the one before
 *       rtc 7 candidate    <----------------->  rtc 7 candidate
 *                          <------------------  rtc 7 answer
 *       (channels open)                         (channels open)
 *                          <------------------  gone 7      its end broke: dial again
 *
 *       relay 8 offer      ------------------>  where WebRTC does not work: keys for frames that signaling brings
 *                          <------------------  relay 8 answer
 *
 *     who does not want a link that is there sends `release`: the other ends it where it does not want it either
 *                          <------------------  ask         wants a link, and is not the one who dials
 */
import { isRecord, isText, parseJson } from './guards.ts'
import { signalTextMax } from './limits.ts'

export type RtcSignal =
  | { readonly type: 'offer' | 'answer'; readonly sdp: string }
  | {
      readonly type: 'candidate'
      readonly candidate: {
        readonly candidate: string
        readonly sdpMid: string | null
        readonly sdpMLineIndex: number | null
      }
    }

/** How two agree on keys for the relay: the public halves of key pairs that are used once (wire/relay-keys.ts). */
export interface RelaySignal {
  readonly type: 'offer' | 'answer'
  /** The raw point, as base64url. */
  readonly key: string
}

/** About one attempt of one link. */
export type AttemptSignal =
  /** `attempt` is numbered by the dialer: 1, 2, 3 ... for as long as its instance lives. */
  | { readonly type: 'rtc'; readonly attempt: number; readonly signal: RtcSignal }
  /** Likewise, of an attempt by the relay; both kinds are numbered together. */
  | { readonly type: 'relay'; readonly attempt: number; readonly signal: RelaySignal }
  /** The sender's end of this attempt is no more. `isUnable`: it has no WebRTC, and none is to be tried. */
  | { readonly type: 'gone'; readonly attempt: number; readonly isUnable?: boolean }

/** About whether there is to be a link. */
export type WishSignal =
  /** The sender wants a link and cannot dial. */
  | { readonly type: 'ask' }
  /** The sender does not want the link that there is. */
  | { readonly type: 'release' }

export type LinkSignal = AttemptSignal | WishSignal

export const encodeLinkSignal = (signal: LinkSignal): string => JSON.stringify(signal)

/** The signal that `text` holds, or undefined when it holds none. */
export function parseLinkSignal(text: string): LinkSignal | undefined {
  if (text.length > signalTextMax) return undefined
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { type, attempt, signal, isUnable } = value
  if (type === 'ask' || type === 'release') return { type }
  if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1) return undefined
  if (type === 'gone') return isUnable === true ? { type, attempt, isUnable } : { type, attempt }
  if (type === 'relay') {
    const parsed = parseRelaySignal(signal)
    return parsed && { type, attempt, signal: parsed }
  }
  if (type !== 'rtc') return undefined
  const parsed = parseRtcSignal(signal)
  return parsed && { type, attempt, signal: parsed }
}

/** 65 bytes as base64url. */
const relayKeyPattern = /^[0-9A-Za-z_-]{87}$/

function parseRelaySignal(value: unknown): RelaySignal | undefined {
  if (!isRecord(value)) return undefined
  const { type, key } = value
  if (type !== 'offer' && type !== 'answer') return undefined
  return typeof key === 'string' && relayKeyPattern.test(key) ? { type, key } : undefined
}

/** The offer, answer or candidate in `value`. Whatever else a WebRTC library might emit or obey is refused. */
export function parseRtcSignal(value: unknown): RtcSignal | undefined {
  if (!isRecord(value)) return undefined
  const { type, sdp, candidate } = value
  if ((type === 'offer' || type === 'answer') && isText(sdp, signalTextMax)) return { type, sdp }
  if (type !== 'candidate' || !isRecord(candidate)) return undefined
  const { candidate: line, sdpMid, sdpMLineIndex } = candidate
  // An empty line is how a browser says that there are no more candidates.
  if (typeof line !== 'string' || line.length > signalTextMax) return undefined
  return {
    type,
    candidate: {
      candidate: line,
      sdpMid: isText(sdpMid, 64) ? sdpMid : null,
      sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null,
    },
  }
}

/**
 * What of a session description is needed to connect one data channel, and a description made of that: for Chromium and
 * Firefox, whichever of them wrote the one it came from. Who answers, with which DTLS key, and where: nothing else of it
 * matters, and nothing else of a code gets into what a browser is told.
 */
import { handCandidatesMax } from '../limits.ts'
import type { Reader } from './bytes.ts'
import {
  type Candidate,
  candidateBytes,
  candidateLine,
  readCandidate,
  readCandidateBytes,
} from './candidate.ts'

export interface SessionEssentials {
  /** `actpass` in an offer; in an answer which end begins with DTLS. */
  readonly setup: Setup
  /** What ICE checks name and prove themselves with (RFC 8445): 4 to 64, and 22 to 64, letters of its alphabet. */
  readonly ufrag: string
  readonly pwd: string
  /** SHA-256 of the DTLS certificate: 32 bytes. */
  readonly fingerprint: readonly number[]
  /** The best first; at least one. */
  readonly candidates: readonly Candidate[]
}

export type Setup = (typeof setups)[number]
const setups = ['actpass', 'active', 'passive'] as const

/** ICE writes in the alphabet of base64: six bits a letter. */
const iceAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const ufragPattern = /^[A-Za-z0-9+/]{4,64}$/
const pwdPattern = /^[A-Za-z0-9+/]{22,64}$/

/** Undefined where `sdp` is not the description of one data channel, bundled as `0`, or has nowhere to be reached at. */
export function readSession(sdp: string): SessionEssentials | undefined {
  const lines = sdp.split(/\r?\n/)
  const attribute = (name: string) =>
    lines.find(line => line.startsWith(`a=${name}:`))?.slice(name.length + 3)
  const setup = setups.find(each => each === attribute('setup'))
  const ufrag = attribute('ice-ufrag') ?? ''
  const pwd = attribute('ice-pwd') ?? ''
  const hex = /^sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/i.exec(attribute('fingerprint') ?? '')?.[1]
  const media = lines.filter(line => line.startsWith('m='))
  if (media.length !== 1 || !media[0]?.startsWith('m=application ') || attribute('mid') !== '0')
    return undefined
  if (setup === undefined || hex === undefined) return undefined
  if (!ufragPattern.test(ufrag) || !pwdPattern.test(pwd)) return undefined
  const candidates = lines
    .flatMap(line => readCandidate(line) ?? [])
    .sort((a, b) => b.priority - a.priority)
    .map(({ type, address, port }) => ({ type, address, port }))
  if (candidates.length === 0) return undefined
  const fingerprint = hex.split(':').map(byte => Number.parseInt(byte, 16))
  return { setup, ufrag, pwd, fingerprint, candidates: chosen(candidates) }
}

/** Each type gets its place before any gets a second one: a code is short, and one of each kind of way is tried. */
function chosen(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= handCandidatesMax) return candidates
  const rank = (candidate: Candidate) =>
    candidates.filter(({ type }) => type === candidate.type).indexOf(candidate)
  const kept = new Set([...candidates].sort((a, b) => rank(a) - rank(b)).slice(0, handCandidatesMax))
  return candidates.filter(each => kept.has(each))
}

/**
 * An offer is told as one that begins with DTLS: then who answers waits for the other to begin. The other way round it would
 * begin minutes before anybody hears it, and by then try once a minute.
 */
export function writeSession(session: SessionEssentials): string {
  const { ufrag, pwd, fingerprint, candidates } = session
  const setup = session.setup === 'actpass' ? 'active' : session.setup
  const hex = fingerprint.map(byte => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')
  const lines = [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${hex}`,
    `a=setup:${setup}`,
    'a=mid:0',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
    ...candidates.map(candidateLine),
  ]
  return lines.map(line => `${line}\r\n`).join('')
}

export const sessionBytes = (session: SessionEssentials): readonly number[] => [
  setups.indexOf(session.setup) * 16 + session.candidates.length,
  ...iceBytes(session.ufrag),
  ...iceBytes(session.pwd),
  ...session.fingerprint,
  ...session.candidates.flatMap(candidateBytes),
]

export function readSessionBytes(reader: Reader): SessionEssentials | undefined {
  const head = reader.number(1)
  const ufrag = readIce(reader)
  const pwd = readIce(reader)
  const fingerprint = reader.take(32)
  if (head === undefined || ufrag === undefined || pwd === undefined || fingerprint === undefined)
    return undefined
  const setup = setups[head >> 4]
  const count = head & 15
  if (setup === undefined || count === 0 || count > handCandidatesMax) return undefined
  if (!ufragPattern.test(ufrag) || !pwdPattern.test(pwd)) return undefined
  const candidates: Candidate[] = []
  for (let n = 0; n < count; n++) {
    const candidate = readCandidateBytes(reader)
    if (candidate === undefined) return undefined
    candidates.push(candidate)
  }
  return { setup, ufrag, pwd, fingerprint, candidates }
}

/** Four letters in three bytes, the number of letters in front. */
function iceBytes(text: string): readonly number[] {
  const bits = Array.from(text, letter => iceAlphabet.indexOf(letter).toString(2).padStart(6, '0')).join('')
  const bytes = (bits.match(/.{1,8}/g) ?? []).map(each => Number.parseInt(each.padEnd(8, '0'), 2))
  return [text.length, ...bytes]
}

function readIce(reader: Reader): string | undefined {
  const length = reader.number(1)
  const bytes = length === undefined ? undefined : reader.take(Math.ceil((length * 6) / 8))
  const bits = bytes?.map(byte => byte.toString(2).padStart(8, '0')).join('')
  return bits
    ?.slice(0, (length ?? 0) * 6)
    .replace(/.{6}/g, each => iceAlphabet[Number.parseInt(each, 2)] ?? '')
}

/** Collects what a peer connection gathers and tries, for no-path.ts to explain, and how it goes in the end. Decides nothing. */
import type { RtcSignal } from '../../wire/link-signal.ts'
import type { CandidateType, PathFacts } from './no-path.ts'

/** What a browser reports when a server does not answer: not a STUN error, those are 300 to 699. */
const silentErrorCode = 701

export interface ServersGiven {
  readonly iceServers: readonly RTCIceServer[]
  readonly iceTransportPolicy: RTCIceTransportPolicy
  readonly serversError: string | undefined
}

export interface PathWatch {
  readonly facts: PathFacts
  /** A signal of the other side. */
  heard(signal: RtcSignal): void
}

/** Watches `connection` from its making until it is closed. */
export function watchPath(
  connection: RTCPeerConnection,
  { iceServers, iceTransportPolicy, serversError }: ServersGiven,
): PathWatch {
  const local = new Set<CandidateType>()
  const remote = new Set<CandidateType>()
  const silent = new Set<string>()
  const refused = new Set<string>()
  let isAnswered = false
  let isConnected = false

  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) collect(candidate.candidate, local)
  })
  connection.addEventListener('icecandidateerror', ({ errorCode, errorText, url }) => {
    if (errorCode === silentErrorCode) silent.add(url)
    else refused.add(`${errorCode} ${errorText}`)
  })
  connection.addEventListener('iceconnectionstatechange', () => {
    if (isStanding(connection.iceConnectionState)) isConnected = true
  })

  const given = (scheme: RegExp) => iceServers.some(({ urls }) => [urls].flat().some(url => scheme.test(url)))
  return {
    get facts() {
      return {
        stunGiven: given(/^stuns?:/i),
        turnGiven: given(/^turns?:/i),
        relayOnly: iceTransportPolicy === 'relay',
        serversError,
        isAnswered,
        isConnected,
        local,
        remote,
        silent,
        refused,
      }
    },
    heard(signal) {
      if (signal.type === 'candidate') return collect(signal.candidate.candidate, remote)
      isAnswered = true
      collect(signal.sdp, remote)
    },
  }
}

export const isStanding = (state: RTCIceConnectionState): boolean =>
  state === 'connected' || state === 'completed'

/** Adds the types of all candidates that stand in `text`, a candidate's line or a session description. */
function collect(text: string, types: Set<CandidateType>): void {
  for (const [, type] of text.matchAll(/ typ (host|srflx|prflx|relay)\b/g)) types.add(type as CandidateType)
}

/**
 * A number that has risen when anything was heard over the path of `connection`: the peer's data, its checks, or its answers to
 * ours. Answers to connectivity checks keep coming while the path works, every few seconds.
 */
export async function heardOver(connection: RTCPeerConnection): Promise<number> {
  let heard = 0
  const stats = await connection.getStats()
  stats.forEach((entry: Readonly<Record<string, unknown>>) => {
    if (entry['type'] !== 'candidate-pair') return
    for (const name of ['bytesReceived', 'requestsReceived', 'responsesReceived']) {
      const count = entry[name]
      if (typeof count === 'number') heard += count
    }
  })
  return heard
}

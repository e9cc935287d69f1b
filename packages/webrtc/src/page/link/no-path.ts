/**
 * Says why an attempt found no path, from what was gathered and tried. Pure; the facts are collected in path-facts.ts. Kinds of
 * candidates are those of RFC 8445: host (an own address), srflx (seen by a STUN server), prflx (seen by the peer), relay (TURN).
 */
import type { Reason } from './reason.ts'

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay'

export interface PathFacts {
  readonly stunGiven: boolean
  readonly turnGiven: boolean
  /** Only paths through TURN servers may be used. */
  readonly relayOnly: boolean
  /** Why the app's function gave no servers this time. */
  readonly serversError: string | undefined
  /** The peer's offer or answer has come. */
  readonly isAnswered: boolean
  /** ICE found a path. */
  readonly isConnected: boolean
  readonly local: ReadonlySet<CandidateType>
  readonly remote: ReadonlySet<CandidateType>
  /** Servers that did not answer. */
  readonly silent: ReadonlySet<string>
  /** What servers that did answer refused with: `401 Unauthorized`. */
  readonly refused: ReadonlySet<string>
}

export function explainNoPath(facts: PathFacts): Reason {
  const { code, text } = explain(facts)
  const error = facts.serversError
  return { code, text: error === undefined ? text : `${text} (the app's iceServers failed: ${error})` }
}

function explain(facts: PathFacts): Reason {
  const { local, remote, silent, refused, turnGiven, stunGiven } = facts
  const tried = `tried ${names(local)} here, ${names(remote)} there`
  const which = silent.size === 0 ? '' : ` (${[...silent].join(', ')})`
  if (facts.isConnected)
    return { code: 'Timeout', text: 'there is a path, but no connection came of it in time' }
  if (!facts.isAnswered) return { code: 'NoAnswer', text: 'the peer did not answer through signaling' }
  if (turnGiven && refused.size > 0 && !local.has('relay'))
    return {
      code: 'TurnRefused',
      text: `no path: the TURN server refused (${[...refused].join(', ')}): are its credentials right, and not expired? ${tried}`,
    }
  if (turnGiven && !local.has('relay'))
    return {
      code: 'TurnSilent',
      text: `no path: the TURN server did not answer${which}: UDP seems to be blocked, or the server is down; ${tried}`,
    }
  if (local.size === 0)
    return {
      code: 'NoAddress',
      text: facts.relayOnly
        ? 'no path: only TURN may be used, and no TURN server was given'
        : 'no path: this browser has no address to use; is it offline?',
    }
  if (remote.size === 0)
    return { code: 'NoAddress', text: 'no path: the peer has no address to use; is it offline?' }
  if (stunGiven && !local.has('srflx') && silent.size > 0)
    return {
      code: 'StunSilent',
      text: `no path: the STUN server did not answer${which}: UDP seems to be blocked, and no TURN server was given; ${tried}`,
    }
  if (!stunGiven && !turnGiven && isOwnOnly(remote))
    return {
      code: 'NoServers',
      text: 'no path: host candidates only on both sides, no STUN or TURN server given',
    }
  return {
    code: 'NoPath',
    text: turnGiven
      ? `no path: ${tried}`
      : `no path: ${tried}; where networks let no direct path through, a TURN server is needed`,
  }
}

const isOwnOnly = (types: ReadonlySet<CandidateType>): boolean => !types.has('srflx') && !types.has('relay')

const names = (types: ReadonlySet<CandidateType>): string =>
  types.size === 0 ? 'no candidates' : [...types].join(' and ')

/** How a member is reached, from what the replica and the transport of this page tell. Pure. */
import type { WebRtcLink, WebRtcPath } from '@peerkeeper/webrtc'

/** What is asked of the replica's status. */
export interface ReachStatus {
  readonly connected: readonly string[]
  /** Those of them with a connection to this replica; the others are reached by one of these. */
  readonly linked: readonly string[]
}

export type LinkLike = Pick<WebRtcLink, 'path' | 'state' | 'isWanted' | 'lastReason' | 'reasonCode'> & {
  readonly peer: string
}
export type PathLike = Omit<WebRtcPath, 'peer'> & { readonly peer: string }

/** What the transport tells. */
export interface Seen {
  readonly links: readonly LinkLike[]
  readonly paths: readonly PathLike[]
}

/** Why a link is not as it should be, in the transport's words. */
export interface Why {
  readonly text: string
  readonly code: string | null
}

export type Reach =
  /** From browser to browser; `between` the kinds of addresses at both ends. */
  | {
      readonly way: 'direct' | 'nat' | 'turn'
      readonly between: string
      readonly roundTripMs: number | null
    }
  | { readonly way: 'relay' | 'third' | 'none'; readonly why: Why | null }
  /** It has a connection, of which this page knows no more: the tab that hosts the replica does. */
  | { readonly way: 'unknown' }

export function reachOf(node: string, { connected, linked }: ReachStatus, { links, paths }: Seen): Reach {
  const link = links.find(({ peer }) => peer === node)
  if (!connected.includes(node)) return { way: 'none', why: whyOf(link) }
  if (!linked.includes(node)) return { way: 'third', why: whyOf(link) ?? whyByThird(link) }
  if (link?.path === 'relay') return { way: 'relay', why: whyOf(link) ?? notYet }
  const path = paths.find(({ peer }) => peer === node)
  return link?.path === undefined || path === undefined ? { way: 'unknown' } : direct(path)
}

function direct({ local, remote, roundTripMs }: PathLike): Reach {
  const kinds = [local, remote]
  const way = kinds.includes('relay') ? 'turn' : kinds.includes('srflx') ? 'nat' : 'direct'
  return { way, between: `${local} to ${remote}`, roundTripMs: roundTripMs ?? null }
}

function whyOf(link: LinkLike | undefined): Why | null {
  if (link?.lastReason === undefined) return null
  return { text: link.lastReason, code: link.reasonCode ?? null }
}

const notYet: Why = { text: 'WebRTC has found no path yet', code: null }

const whyByThird = (link: LinkLike | undefined): Why =>
  link?.state === 'connecting'
    ? { text: 'a link is being made', code: null }
    : { text: 'no link is needed: who does not vote has three', code: null }

/** In a word or two, with the round trip where it is known: `direct · 3 ms`. */
export function reachText(reach: Reach): string {
  switch (reach.way) {
    case 'direct':
      return `direct${tripText(reach.roundTripMs)}`
    case 'nat':
      return `direct, through NAT${tripText(reach.roundTripMs)}`
    case 'turn':
      return `through TURN${tripText(reach.roundTripMs)}`
    case 'relay':
      return 'by the server’s relay'
    case 'third':
      return 'by a third'
    case 'none':
      return 'not connected'
    case 'unknown':
      return 'connected'
  }
}

const tripText = (ms: number | null): string =>
  ms === null ? '' : ms < 1 ? ' · < 1 ms' : ` · ${Math.round(ms)} ms`

/** What that means, for who asks. */
export function reachTitle(reach: Reach): string {
  switch (reach.way) {
    case 'direct':
      return `WebRTC from browser to browser (${reach.between}): frames pass no server.`
    case 'nat':
      return `WebRTC from browser to browser, through a NAT that a STUN server told of (${reach.between}): frames pass no server.`
    case 'turn':
      return `WebRTC through a TURN server (${reach.between}), which sees ciphertext.`
    case 'relay':
      return 'Sealed frames go through the signaling server, which cannot read them, until WebRTC works.'
    case 'third':
      return 'Another member passes its frames on, signed: the two have no connection with each other.'
    case 'none':
      return ''
    case 'unknown':
      return 'How is known to the tab that hosts the replica.'
  }
}

/** What is in the way of a better one; null where nothing is, or nobody knows. */
export const whyNotBetter = (reach: Reach): Why | null => ('why' in reach ? reach.why : null)

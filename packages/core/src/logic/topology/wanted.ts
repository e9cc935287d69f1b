/**
 * With whom a replica would be linked. Voters with all voters; everybody else with a few of them, each with others, so that
 * a voter's links are shared out; whoever knows no voter with a few of those who are there, until it is told who votes.
 *
 * Two stations: a replica says what it wants by what it knows of the ensemble, and who makes the links chooses by that from
 * those who are there. Neither knows how a link is made; nothing here bears on consensus.
 */
import type { NodeId } from '../base/ids.ts'
import { upstreamsWanted } from '../base/limits.ts'
import { ranked } from './rank.ts'

/** What a replica would have of those who are there. */
export interface Wanted {
  /** These, the best first. */
  readonly peers: readonly NodeId[]
  /** So many of them. */
  readonly count: number
  /** Where none of them can be had: so many of the others, whoever they are. */
  readonly others: number
}

/** What `self` wants, by the voters that it knows of; none: it knows nothing yet. */
export function wantedBy(self: NodeId, voters: readonly NodeId[]): Wanted {
  const others = voters.filter(node => node !== self)
  const count = voters.includes(self) ? others.length : Math.min(upstreamsWanted, others.length)
  return { peers: ranked(self, others), count, others: upstreamsWanted }
}

export const isSameWish = (a: Wanted, b: Wanted): boolean =>
  a.count === b.count &&
  a.others === b.others &&
  a.peers.length === b.peers.length &&
  a.peers.every((node, index) => node === b.peers[index])

/** One who could be linked with, or is. */
export interface Candidate {
  readonly node: NodeId
  readonly link: 'up' | 'connecting' | 'down'
  /** Attempts that failed since the last good one. */
  readonly failures: number
}

/**
 * Whom `self` links with, of `there`: as many as it wants of those that it wants. The others are for where none of these is
 * there or can be connected: first those with a link, which stay, then those that are being tried, then those with whom it
 * failed least, so that a newcomer tries one few after the other.
 */
export function choose(self: NodeId, wanted: Wanted, there: readonly Candidate[]): readonly NodeId[] {
  const known = new Map(there.map(each => [each.node, each]))
  const chosen = wanted.peers.flatMap(node => known.get(node) ?? []).slice(0, wanted.count)
  const nodes = chosen.map(({ node }) => node)
  if (chosen.some(({ link, failures }) => link === 'up' || failures === 0)) return nodes
  const preferred = ranked(
    self,
    there.map(({ node }) => node).filter(node => node !== self && !nodes.includes(node)),
  )
  const others = preferred
    .flatMap(node => known.get(node) ?? [])
    .toSorted((a, b) => merit(b) - merit(a) || a.failures - b.failures)
  return [...nodes, ...others.slice(0, wanted.others).map(({ node }) => node)]
}

/** A link that stands is kept; one that is being made for the first time is not given up for whoever has just come. */
const merit = ({ link, failures }: Candidate): number =>
  link === 'up' ? 2 : link === 'connecting' && failures === 0 ? 1 : 0

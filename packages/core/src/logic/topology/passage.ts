/**
 * By whom a frame goes to a peer that this replica has no link with: one hop, by a neighbour that says that it is linked with
 * the peer. Which one is fixed for each pair while nothing changes, so that frames keep their order, and differs from pair to
 * pair, so that nobody passes everything. What neighbours say may be old: the frame is lost then, as frames may be.
 */
import { compareIds, type NodeId } from '../base/ids.ts'
import { ranked } from './rank.ts'

/** One with whom this replica has a link, and what it said last. */
export interface Neighbour {
  readonly node: NodeId
  /** With whom it is linked. */
  readonly linked: ReadonlySet<NodeId>
  /** It is heard: one that is frozen keeps its links, and passes nothing on. */
  readonly isFresh: boolean
  readonly isVoter: boolean
}

/** Who passes frames from `self` to `to`; null: nobody is known who could. */
export function passBy(self: NodeId, to: NodeId, neighbours: Iterable<Neighbour>): NodeId | null {
  const between = [...neighbours].filter(({ node, linked }) => node !== to && linked.has(to))
  const best = Math.max(...between.map(merit))
  const equals = between.filter(each => merit(each) === best).map(({ node }) => node)
  // The same both ways: one pair is one third's business.
  const pair = compareIds(self, to) < 0 ? `${self} ${to}` : `${to} ${self}`
  return ranked(pair, equals)[0] ?? null
}

/** Who is heard before who is not; voters before others, who may be phones with a thin line. */
const merit = ({ isFresh, isVoter }: Neighbour): number => (isFresh ? 2 : 0) + (isVoter ? 1 : 0)

/** With whom `self` has business: a voter with every member, anybody else with the voters. */
export function concernOf(
  self: NodeId,
  voters: readonly NodeId[],
  observers: readonly NodeId[],
): readonly NodeId[] {
  const all = voters.includes(self) ? [...voters, ...observers] : voters
  return all.filter(node => node !== self)
}

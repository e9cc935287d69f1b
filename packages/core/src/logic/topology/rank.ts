/**
 * Rendezvous hashing: everyone ranks the same candidates in an order of its own, which spreads those who choose the first
 * few; one candidate more or less moves nobody else. Does not know what is chosen for.
 *
 * Source: Thaler and Ravishankar, A Name-Based Mapping Scheme for Rendezvous (1996).
 */

import { hashString } from '../base/hash.ts'
import { compareIds, type NodeId } from '../base/ids.ts'

/** `nodes` in the order in which `who` (any text) prefers them. The same for the same `who`, in whatever order they come. */
export function ranked(who: string, nodes: Iterable<NodeId>): readonly NodeId[] {
  const scored = Array.from(nodes, node => ({ node, score: hashString(`${who} ${node}`) }))
  return scored.sort((a, b) => b.score - a.score || compareIds(a.node, b.node)).map(({ node }) => node)
}

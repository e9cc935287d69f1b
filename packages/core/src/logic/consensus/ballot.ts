/**
 * The number of a proposal: a counter, made unique by the node that uses it. Total order: by counter, then by node id.
 * Source: Lamport, Paxos Made Simple (2001), section 2.2: different proposers choose from disjoint sets of numbers.
 */
import { compareIds, type NodeId, nodeId } from '../base/ids.ts'
import { aCounter, aNodeId, record, type Shape } from '../base/shape.ts'

export interface Ballot {
  /** 0 only in {@link noBallot}. */
  readonly counter: number
  /** Who may propose in this ballot. Invariant: a node never uses a ballot twice, restarts included. */
  readonly node: NodeId
}

/** Before every ballot: nothing promised, nothing accepted. */
export const noBallot: Ballot = { counter: 0, node: nodeId('0') }

/** -1, 0 or 1 as `a` is before, equal to or after `b`. */
export function compareBallots(a: Ballot, b: Ballot): -1 | 0 | 1 {
  if (a.counter !== b.counter) return a.counter < b.counter ? -1 : 1
  return compareIds(a.node, b.node)
}

export const sameBallot = (a: Ballot, b: Ballot): boolean => compareBallots(a, b) === 0

/** The lowest ballot of `node` above `ballot`. Durable before it is used: see {@link Ballot.node}. */
export const nextBallot = (ballot: Ballot, node: NodeId): Ballot => ({ counter: ballot.counter + 1, node })

/** For people: `7.alice`. */
export const showBallot = (ballot: Ballot): string => `${ballot.counter}.${ballot.node}`

/** A ballot from outside. */
export const aBallot: Shape<Ballot> = record({ counter: aCounter, node: aNodeId })

/** A ballot from outside, or null. */
export const parseBallot = (value: unknown): Ballot | null => aBallot(value) ?? null

/**
 * Who takes part in an ensemble. Membership is itself decided in the log, one change at a time; how a change takes
 * effect is each protocol's own rule.
 */
import { compareIds, type NodeId } from '../base/ids.ts'
import { membersMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { aNodeId, listOf, record, type Shape, where } from '../base/shape.ts'

export interface Membership {
  /** They vote; a quorum is a majority of them. Sorted by id; empty only at a replica that has not yet heard. */
  readonly voters: readonly NodeId[]
  /** They learn what is decided and never count. Sorted by id; disjoint from the voters. */
  readonly observers: readonly NodeId[]
}

export type MembershipChange =
  | { readonly type: 'addObserver'; readonly node: NodeId }
  /** Makes an observer a voter. */
  | { readonly type: 'promote'; readonly node: NodeId }
  /** Takes a voter or observer out, for good. */
  | { readonly type: 'remove'; readonly node: NodeId }

export const noMembership: Membership = { voters: [], observers: [] }

export const isVoter = (membership: Membership, node: NodeId): boolean => membership.voters.includes(node)

export const isMember = (membership: Membership, node: NodeId): boolean =>
  isVoter(membership, node) || membership.observers.includes(node)

/** Voters, then observers. */
export const members = (membership: Membership): readonly NodeId[] => [
  ...membership.voters,
  ...membership.observers,
]

/**
 * The membership after `change`: at most one voter more or less, so that any quorum of the old meets any of the new.
 * Refused with a sentence when the change does not fit (already so, unknown node, last voter, too many members).
 */
export function changeMembership(old: Membership, change: MembershipChange): Result<Membership, string> {
  const without = (nodes: readonly NodeId[]) => nodes.filter(node => node !== change.node)
  const including = (nodes: readonly NodeId[]) => [...nodes, change.node].sort(compareIds)
  switch (change.type) {
    case 'addObserver':
      if (isMember(old, change.node)) return err(`${change.node} is a member already`)
      if (members(old).length >= membersMax) return err(`an ensemble holds at most ${membersMax} members`)
      return ok({ voters: old.voters, observers: including(old.observers) })
    case 'promote':
      if (!old.observers.includes(change.node)) return err(`${change.node} is no observer`)
      return ok({ voters: including(old.voters), observers: without(old.observers) })
    case 'remove':
      if (!isMember(old, change.node)) return err(`${change.node} is no member`)
      if (isVoter(old, change.node) && old.voters.length === 1) return err('the last voter stays')
      return ok({ voters: without(old.voters), observers: without(old.observers) })
  }
}

const someNodes = listOf(aNodeId, membersMax)

/** A membership from outside, however sorted. */
export const aMembership: Shape<Membership> = value => {
  const read = someMembers(value)
  return read && { voters: read.voters.toSorted(compareIds), observers: read.observers.toSorted(compareIds) }
}

const someMembers = where(record<Membership>({ voters: someNodes, observers: someNodes }), read => {
  const all = members(read)
  return all.length <= membersMax && new Set(all).size === all.length
})

/** Majorities of the configured voters: never of those who happen to be visible. */
import { assert } from '../base/assert.ts'
import type { NodeId, Slot } from '../base/ids.ts'

/** How many of `voters` make a quorum: more than half. Any two quorums share a voter. */
export const quorumSize = (voters: readonly NodeId[]): number => Math.floor(voters.length / 2) + 1

/** Whether those `voters` of whom `has` is true are a quorum. False for no voters at all. */
export function isQuorum(voters: readonly NodeId[], has: (node: NodeId) => boolean): boolean {
  return voters.length > 0 && voters.filter(has).length >= quorumSize(voters)
}

/** The highest slot that a quorum of `voters` has reached, given how far each one is. */
export function quorumSlot(voters: readonly NodeId[], reached: (node: NodeId) => Slot): Slot {
  assert(voters.length > 0, 'a quorum is counted over at least one voter')
  const descending = voters.map(reached).sort((a, b) => b - a)
  const slot = descending[quorumSize(voters) - 1]
  assert(slot !== undefined, 'a quorum is no larger than its voters')
  return slot
}

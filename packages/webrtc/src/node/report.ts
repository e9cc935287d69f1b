/** How a member is, in words: for the log of `peerkeeper-member` and for /health. Knows no more than its status. */
import type { NodeReplica } from '@peerkeeper/core/node'

type Status = ReturnType<NodeReplica['status']>

/** Why it cannot commit now, or undefined when it can. */
export function troubleOf({ proposer, membership, node, connected }: Status): string | undefined {
  const isMember = [...membership.voters, ...membership.observers].includes(node)
  if (!isMember) return 'not taken into the ensemble yet'
  if (proposer !== null) return undefined
  const there = membership.voters.filter(voter => voter === node || connected.includes(voter)).length
  return `no quorum: ${there} of ${membership.voters.length} voters are there`
}

/** One line that changes when anything does that an operator wants to know. */
export function describe(status: Status): string {
  const { membership, node, role, connected } = status
  const part = membership.voters.includes(node) ? `votes, ${role}` : 'observes'
  const trouble = troubleOf(status)
  const state =
    trouble ?? `quorum of ${membership.voters.length} ${membership.voters.length === 1 ? 'voter' : 'voters'}`
  return `${part}; ${state}; connected with ${connected.length}`
}

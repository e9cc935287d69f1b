/** What to tell of an ensemble: who is in it, whether a quorum is in reach, what to do when not. Pure. */
import type { KeeperState } from '@peerkeeper/core'
import { many, shortId } from '../ui/format.ts'

/** What is asked of the library's `ReplicaStatus`. */
export interface StatusLike {
  readonly node: string
  readonly leader: string | null
  readonly role: 'leader' | 'candidate' | 'follower' | 'observer'
  readonly membership: { readonly voters: readonly string[]; readonly observers: readonly string[] }
  readonly connected: readonly string[]
}

export interface Member {
  readonly node: string
  readonly role: 'leader' | 'candidate' | 'follower' | 'observer' | 'joining'
  readonly isSelf: boolean
  readonly isConnected: boolean
}

export interface Quorum {
  readonly voters: number
  readonly needed: number
  /** Voters in reach, this one included. */
  readonly reached: number
  readonly missing: readonly string[]
}

/** Voters, observers, then those who are connected and not yet members. */
export function membersOf(status: StatusLike): readonly Member[] {
  const { node: self, membership, connected, leader } = status
  const { voters, observers } = membership
  const known = new Set([...voters, ...observers])
  const joining = [self, ...connected].filter(
    (node, index, all) => !known.has(node) && all.indexOf(node) === index,
  )
  const roleOf = (node: string): Member['role'] => {
    if (node === leader) return 'leader'
    if (node === self && status.role === 'candidate') return 'candidate'
    return voters.includes(node) ? 'follower' : observers.includes(node) ? 'observer' : 'joining'
  }
  return [...voters, ...observers, ...joining].map(node => ({
    node,
    role: roleOf(node),
    isSelf: node === self,
    isConnected: node === self || connected.includes(node),
  }))
}

export function quorumOf({ node: self, membership: { voters }, connected }: StatusLike): Quorum {
  const missing = voters.filter(voter => voter !== self && !connected.includes(voter))
  return {
    voters: voters.length,
    needed: Math.floor(voters.length / 2) + 1,
    reached: voters.length - missing.length,
    missing,
  }
}

/** `quorum 2 of 3 voters`; empty while no voter is known. */
export const quorumText = ({ voters, needed }: Quorum): string =>
  voters === 0 ? '' : `quorum ${needed} of ${many(voters, 'voter')}`

/** What stands in the way, or could, and what helps; null when nothing does. */
export function adviceFor(state: KeeperState, status: StatusLike | null): string | null {
  switch (state) {
    case 'connected':
      return status === null ? null : growthAdvice(quorumOf(status), membersOf(status).length)
    case 'connecting':
      return status === null || status.membership.voters.length < 2
        ? 'Joining ...'
        : suspendedAdvice(quorumOf(status))
    case 'expired':
    case 'closed':
      return null
    case 'readOnly':
    case 'suspended':
      return status === null ? 'No quorum is in reach.' : suspendedAdvice(quorumOf(status))
  }
}

/** With fewer than three voters the loss of one stops all. */
function growthAdvice({ voters }: Quorum, members: number): string | null {
  if (voters >= 3) return null
  return members === 1
    ? 'Only this tab so far. With two more, any one may leave and nothing stops.'
    : 'With three tabs all of them vote, and any one may leave.'
}

function suspendedAdvice({ needed, reached, missing }: Quorum): string {
  if (reached >= needed) return 'A quorum is in reach and elects a leader. Writes wait for a moment.'
  const names = missing.map(shortId).join(', ')
  const are = missing.length === 1 ? 'is' : 'are'
  return (
    `${many(missing.length, 'voter')} ${are} not connected (${names}), so nothing can be decided. ` +
    'Reads are answered, writes wait. Open another tab to bring a quorum back.'
  )
}

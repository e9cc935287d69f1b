/** What to tell of an ensemble: who is in it, whether a quorum is in reach, what to do when not. Pure. */
import type { KeeperState, MissingQuorum, MissingVoter } from '@peerkeeper/core'
import { clockTime, many, shortId } from '../ui/format.ts'

/** What is asked of the library's `ReplicaStatus`. */
export interface StatusLike {
  readonly node: string
  readonly leader: string | null
  readonly role: 'leader' | 'candidate' | 'follower' | 'observer'
  readonly membership: { readonly voters: readonly string[]; readonly observers: readonly string[] }
  readonly connected: readonly string[]
  /** Voters that are not heard. */
  readonly missing: readonly Missing[]
}

export type Missing = Omit<MissingVoter, 'node'> & { readonly node: string }

export interface Member {
  readonly node: string
  readonly role: 'leader' | 'candidate' | 'follower' | 'observer' | 'joining'
  readonly isSelf: boolean
  readonly isConnected: boolean
  /** A voter that is not heard, since then; milliseconds since 1970. */
  readonly missingSinceMs: number | null
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
  const { node: self, membership, connected, leader, missing } = status
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
    missingSinceMs: missing.find(each => each.node === node)?.since ?? null,
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

/**
 * What stands in the way, or could, and what helps; null when nothing does. `missing` is who a quorum waits for, by the
 * keeper's word.
 */
export function adviceFor(
  state: KeeperState,
  status: StatusLike | null,
  missing: MissingQuorum | null,
): string | null {
  switch (state) {
    case 'connected':
      return status === null ? null : growthAdvice(quorumOf(status), membersOf(status).length)
    case 'connecting':
      return missing === null ? 'Joining ...' : missingAdvice(missing)
    case 'expired':
    case 'closed':
      return null
    case 'readOnly':
    case 'suspended':
      return missing === null
        ? 'No leader is known, or it cannot be reached. Writes wait for a moment.'
        : missingAdvice(missing)
  }
}

/** With fewer than three voters the loss of one stops all. */
function growthAdvice({ voters }: Quorum, members: number): string | null {
  if (voters >= 3) return null
  return members === 1
    ? 'Only this tab so far. Open two more: they meet by themselves, and then any one may leave and nothing stops.'
    : 'With three tabs all of them vote, and any one may leave.'
}

function missingAdvice({ voters, missing }: MissingQuorum): string {
  const names = missing.map(({ node, since }) => `${shortId(node)} since ${clockTime(since)}`).join(', ')
  const are = missing.length === 1 ? 'is' : 'are'
  return (
    `${missing.length} of ${many(voters.length, 'voter')} ${are} missing: ${names}. Nothing can be decided: reads are ` +
    'answered, writes wait. Open another tab: closed ones of this browser come back with it. '
  )
}

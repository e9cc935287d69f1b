/**
 * Raft without its liveness. Cut away, and why safety does not miss it:
 *
 * - Counts of ticks, `suspected` and random waits: read by ticks and by `hearsLeader` only, and a node gets ticks only when
 *   it is to lose its patience, as many as that takes.
 * - Pre-votes. Each is granted at once: more elections than the voters would allow.
 * - A voter that hears a leader ignores who asks for its vote, which is as if nothing had arrived. So a hint that the leader
 *   died goes before: hints may be wrong at any time.
 * - Heartbeats. A term and its leader also come with the first append, which went to the same nodes, and the commit index
 *   with `append` and `chosen`. Rounds and `life` serve reads.
 * - `refused`. It tells a later term. Without it a node learns of the term by what its candidate or leader sends; that one
 *   may skip terms is a restriction of this.
 */
import type { NodeId } from '../../../logic/base/ids.ts'
import type { Core } from '../../../logic/consensus/raft/core.ts'
import type { Message } from '../../../logic/consensus/raft/messages.ts'
import { countsLeftOut, type Lens, plain } from './lens.ts'

export const raftLens: Lens<Message> = {
  ...plain,
  leftOut: countsLeftOut,
  travels: message => (lost.has(message.type) ? null : message),
  answer: (_asker, message) =>
    message.type === 'preVote'
      ? { type: 'preVoteReply', ballot: message.ballot, granted: true, term: 0 }
      : null,
  *arrival(core, from, message) {
    const leader = leaderOf(core() as Core)
    if (message.type === 'requestVote' && leader !== null) yield { type: 'suspect', peer: leader }
    yield { type: 'message', from, message }
  },
}

const leaderOf = ({ role }: Core): NodeId | null =>
  role.role === 'follower' ? (role.leader?.node ?? null) : null

const lost: ReadonlySet<Message['type']> = new Set(['preVote', 'preVoteReply', 'heartbeat', 'refused'])

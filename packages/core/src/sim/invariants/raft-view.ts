/** What checkers understand of Raft's messages and records. */
import { isCounter, isId, type NodeId, nodeId } from '../../logic/base/ids.ts'
import { type Message, parseMessage } from '../../logic/consensus/raft/messages.ts'
import type { EngineView } from './engine-view.ts'

/** Who uses a term as its own. What is on disk and what is vouched for is another file's: term-logs.ts. */
export const raftView: EngineView = {
  promised: () => null,
  meaning(message) {
    const parsed = parseMessage(message)
    if (parsed === null) return null
    const { type } = parsed
    return type === 'requestVote' || type === 'heartbeat' || type === 'append'
      ? { type: 'claims', ballot: parsed.ballot }
      : null
  },
}

/** A message of Raft, or null. */
export const raftMessage = (message: unknown): Message | null => parseMessage(message)

export interface RaftRecord {
  readonly term: number
  readonly votedFor: NodeId | null
}

export function raftRecord(hardState: unknown): RaftRecord | null {
  if (typeof hardState !== 'object' || hardState === null) return null
  const { term, votedFor } = hardState as { term?: unknown; votedFor?: unknown }
  return isCounter(term) ? { term, votedFor: isId(votedFor) ? nodeId(votedFor) : null } : null
}

/** What checkers understand of leaderless Paxos: its messages, and the promises in a stored record. */
import { isCounter } from '../../logic/base/ids.ts'
import { type BallotRange, ballotRanges } from '../../logic/consensus/paxos/ballot-ranges.ts'
import { type Message, parseMessage } from '../../logic/consensus/paxos/messages.ts'
import type { EngineView } from './engine-view.ts'

/** Who uses a ballot as its own, and for what. What is promised and vouched for is slot-acceptors.ts. */
export const paxosView: EngineView = {
  promised: () => null,
  meaning(message) {
    const parsed = parseMessage(message)
    if (parsed === null) return null
    if (parsed.type === 'prepare') return { type: 'claims', ballot: parsed.ballot }
    if (parsed.type === 'readAsk') return { type: 'claims', ballot: parsed.round }
    return parsed.type === 'accept' ? { type: 'proposes', run: parsed.run } : null
  },
}

/** A message of leaderless Paxos, or null. */
export const paxosMessage = (message: unknown): Message | null => parseMessage(message)

export interface PaxosRecord {
  readonly chosenThrough: number
  readonly promises: readonly BallotRange[]
}

export function paxosRecord(hardState: unknown): PaxosRecord | null {
  if (typeof hardState !== 'object' || hardState === null) return null
  const { chosenThrough, promises } = hardState as { chosenThrough?: unknown; promises?: unknown }
  const ranges = ballotRanges(promises)
  return ranges !== undefined && isCounter(chosenThrough) ? { chosenThrough, promises: ranges } : null
}

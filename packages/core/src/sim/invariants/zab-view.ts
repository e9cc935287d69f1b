/** What checkers understand of ZAB's messages and records. */
import { type Ballot, parseBallot } from '../../logic/consensus/ballot.ts'
import type { Message } from '../../logic/consensus/zab/messages.ts'
import { parseMessage } from '../../logic/consensus/zab/parse.ts'
import type { EngineView } from './engine-view.ts'

/** Who uses an epoch as its own, and for what. What is on disk and what is vouched for is another file's: epoch-logs.ts. */
export const zabView: EngineView = {
  promised: () => null,
  meaning(message) {
    const parsed = parseMessage(message)
    if (parsed?.type === 'propose') return { type: 'proposes', run: parsed.run }
    return parsed?.type === 'newEpoch' || parsed?.type === 'ping'
      ? { type: 'claims', ballot: parsed.ballot }
      : null
  },
}

/** A message of ZAB, or null. */
export const zabMessage = (message: unknown): Message | null => parseMessage(message)

export interface ZabRecord {
  readonly accepted: Ballot
  readonly current: Ballot
}

export function zabRecord(hardState: unknown): ZabRecord | null {
  if (typeof hardState !== 'object' || hardState === null) return null
  const fields = hardState as { accepted?: unknown; current?: unknown }
  const accepted = parseBallot(fields.accepted)
  const current = parseBallot(fields.current)
  return accepted && current && { accepted, current }
}

/**
 * What checkers understand of an engine's own messages and records: who vouches for what, who proposes what. The only
 * file of the simulator that knows a protocol's messages; an engine that is not listed is checked by what it decides.
 */
import type { Slot } from '../../logic/base/ids.ts'
import { type Ballot, parseBallot } from '../../logic/consensus/ballot.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { parseMessage } from '../../logic/consensus/multi-paxos/messages.ts'
import type { Run } from '../../logic/consensus/value.ts'
import { paxosView } from './paxos-view.ts'
import { raftView } from './raft-view.ts'
import { zabView } from './zab-view.ts'

export type Meaning =
  /** The sender will accept nothing below `ballot`. */
  | { readonly type: 'promises'; readonly ballot: Ballot }
  /** The sender accepted in `ballot`, or knows as chosen, everything up to `through`. */
  | { readonly type: 'vouches'; readonly ballot: Ballot; readonly through: Slot }
  /** The sender uses `ballot` as its own. */
  | { readonly type: 'claims'; readonly ballot: Ballot }
  /** The sender proposes the values of `run` in its ballot. */
  | { readonly type: 'proposes'; readonly run: Run }

export interface EngineView {
  /** The promise in a stored record; null where there is none. */
  promised(hardState: unknown): Ballot | null
  /** What `message` commits its sender to; null where to nothing. */
  meaning(message: unknown): Meaning | null
}

const multiPaxos: EngineView = {
  promised: hardState =>
    typeof hardState === 'object' && hardState !== null
      ? parseBallot((hardState as { promised?: unknown }).promised)
      : null,
  meaning(message) {
    const parsed = parseMessage(message)
    if (parsed === null) return null
    const { type } = parsed
    if (type === 'promise') return { type: 'promises', ballot: parsed.ballot }
    if (type === 'accepted') return { type: 'vouches', ballot: parsed.ballot, through: parsed.through }
    if (type === 'prepare' || type === 'heartbeat') return { type: 'claims', ballot: parsed.ballot }
    if (type === 'accept') return { type: 'proposes', run: parsed.run }
    return null
  },
}

const views: { readonly [engine in EngineName]?: EngineView } = {
  'multi-paxos': multiPaxos,
  paxos: paxosView,
  raft: raftView,
  zab: zabView,
}

/** Null for an engine whose messages are not understood here. */
export const engineView = (engine: EngineName): EngineView | null => views[engine] ?? null

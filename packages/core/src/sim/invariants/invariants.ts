/** All checkers of one run, joined in the order in which they depend on each other. */
import type { Codec } from '../../logic/base/codec.ts'
import type { NodeId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { type Observer, Observers } from '../observer.ts'
import { Acceptors } from './acceptors.ts'
import { Answers } from './answers.ts'
import { Decisions } from './decisions.ts'
import { Digests } from './digests.ts'
import { type EngineView, engineView } from './engine-view.ts'
import { EpochLogs } from './epoch-logs.ts'
import { Jumps } from './jumps.ts'
import { Proposers } from './proposers.ts'
import { SlotAcceptors } from './slot-acceptors.ts'
import { TermLogs } from './term-logs.ts'
import { Twin } from './twin.ts'

export interface Invariants {
  readonly observers: Required<Observer>
  readonly decisions: Decisions
  readonly answers: Answers
}

export function createInvariants(engine: EngineName, founders: readonly NodeId[], codec: Codec): Invariants {
  const view = engineView(engine)
  const twin = new Twin(codec)
  const disks = disksOf(engine, view, () => decisions)
  const decisions = new Decisions(founders, chosen => {
    disks?.decided(chosen)
    twin.apply(chosen)
  })
  const jumps = new Jumps()
  const answers = new Answers(twin, jumps, () => decisions.through)
  const ofProtocol = view && disks ? [disks, new Proposers(view)] : []
  const observers = new Observers([decisions, ...ofProtocol, jumps, answers, new Digests()])
  return { observers, decisions, answers }
}

/** Who checks what is on disk; null for an engine that is not understood here. */
function disksOf(
  engine: EngineName,
  view: EngineView | null,
  decisions: () => Decisions,
): Acceptors | SlotAcceptors | TermLogs | EpochLogs | null {
  if (engine === 'paxos') return new SlotAcceptors(decisions)
  if (engine === 'raft') return new TermLogs(decisions)
  if (engine === 'zab') return new EpochLogs(decisions)
  return view && new Acceptors(view, decisions)
}

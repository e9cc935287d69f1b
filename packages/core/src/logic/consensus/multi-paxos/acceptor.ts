/**
 * The acceptor: promises for all slots at once, accepts slot by slot, and vouches for it only after the write. The
 * rules themselves are those of paxos/acceptor.ts. Does not know who leads or why.
 */
import { type NodeId, type Slot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax, pipelineSlotsMax } from '../../base/limits.ts'
import { type Ballot, compareBallots, sameBallot } from '../ballot.ts'
import { judgeAccept, judgePrepare } from '../paxos/acceptor.ts'
import { lastSlotOf, type Run, type Value } from '../value.ts'
import type { Core, Effects } from './core.ts'

/**
 * Answers a prepare for the slots from `first` on with one page of what was accepted there; with a snapshot when some
 * of it is forgotten here. Returns whether it was promised.
 */
export function prepare(core: Core, from: NodeId, ballot: Ballot, first: Slot, effects: Effects): boolean {
  const verdict = judgePrepare(core.promised, ballot)
  if (verdict === 'refuse') {
    effects.send(from, { type: 'refused', promised: core.promised })
    return false
  }
  if (first <= core.log.forgottenThrough) {
    core.snapshots.offer(from, effects)
    return false
  }
  if (verdict === 'promise') raisePromise(core, ballot, effects)
  const page = core.log.runsFrom(first, { entriesMax: appendEntriesMax, bytesMax: appendBytesMax })
  effects.sendAfterPersist(from, {
    type: 'promise',
    ballot,
    from: first,
    through: page.through,
    complete: page.through >= core.log.lastSlot,
    runs: page.runs,
  })
  return true
}

/** Promises `ballot`, which is above what was promised, and has that written. */
export function raisePromise(core: Core, ballot: Ballot, effects: Effects): void {
  core.promised = ballot
  if (compareBallots(ballot, core.highestSeen) > 0) core.highestSeen = ballot
  effects.saveHardState()
}

/**
 * Accepts the values of `run` and has them written; what is chosen here or accepted in this ballot already is left
 * alone. Returns whether the run was accepted: not when a higher ballot was promised, or it lies absurdly far ahead.
 */
export function accept(core: Core, run: Run, effects: Effects): boolean {
  if (judgeAccept(core.promised, run.ballot) === 'refuse') return false
  if (run.firstSlot > core.log.lastSlot + pipelineSlotsMax) return false
  if (compareBallots(run.ballot, core.promised) > 0) raisePromise(core, run.ballot, effects)
  let fresh: { firstSlot: Slot; values: Value[] } | null = null
  for (let at = run.firstSlot, i = 0; at <= lastSlotOf(run); at = slotAfter(at), i++) {
    const value = run.values[i]
    const held = core.log.at(at)
    const known = at <= core.chosenThrough || (held !== undefined && sameBallot(held.ballot, run.ballot))
    if (value === undefined || known) {
      if (fresh) effects.append({ ballot: run.ballot, ...fresh })
      fresh = null
      continue
    }
    core.log.set(at, { ballot: run.ballot, value })
    if (fresh) fresh.values.push(value)
    else fresh = { firstSlot: at, values: [value] }
  }
  if (fresh) effects.append({ ballot: run.ballot, ...fresh })
  return true
}

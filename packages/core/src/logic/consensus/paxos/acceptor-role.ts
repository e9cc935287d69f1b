/**
 * The acceptor for many slots: applies the two rules of acceptor.ts to every slot of a message, all or none of them, and
 * vouches only after the write. All or none keeps the commands of one proposer together; it may always refuse. What it
 * knows as chosen is not voted on any more: the proposer is told. Does not know why anybody proposes.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.2, and section 2.3 on refusals.
 */
import { type NodeId, type Slot, slotAfter } from '../../base/ids.ts'
import { appendBytesMax, appendEntriesMax, paxosAheadSlotsMax } from '../../base/limits.ts'
import { type Ballot, sameBallot } from '../ballot.ts'
import { lastSlotOf, type Run, sameValue, type Value } from '../value.ts'
import { judgeAccept, judgePrepare } from './acceptor.ts'
import { type BallotRange, BallotRanges } from './ballot-ranges.ts'
import { type Core, type Effects, isChosen, maxBallot, noticeBallot } from './core.ts'
import { teach } from './learner.ts'
import type { Message } from './messages.ts'

export function onPrepare(
  core: Core,
  from: NodeId,
  { ballot, first, last }: Extract<Message, { type: 'prepare' }>,
  effects: Effects,
): void {
  if (!isBelieved(core, last)) return
  if (first <= core.chosenThrough) return teach(core, from, first, effects)
  notice(core, ballot, first, last)
  const refuses = (at: Slot) => judgePrepare(maxBallot(core, at), ballot) === 'refuse'
  const conflicts = conflictsIn(core, first, last, at => !isChosen(core.log.at(at)) && refuses(at))
  if (conflicts.length > 0) return effects.send(from, { type: 'refused', ballot, conflicts })
  if (core.promises.raise(first, last, ballot)) effects.saveHardState()
  const limits = { entriesMax: appendEntriesMax, bytesMax: appendBytesMax }
  const { runs, through } = core.log.runsFrom(first, limits, last)
  effects.sendAfterPersist(from, { type: 'promise', ballot, first, last: through, runs })
}

export function onAccept(core: Core, from: NodeId, run: Run, effects: Effects): void {
  const { ballot, firstSlot: first } = run
  const last = lastSlotOf(run)
  if (!isBelieved(core, last)) return
  notice(core, ballot, first, last)
  if (!agreesWithChosen(core, run)) return teach(core, from, first, effects)
  const refuses = (at: Slot) => judgeAccept(maxBallot(core, at), ballot) === 'refuse'
  const conflicts = conflictsIn(core, first, last, at => isOpen(core, at) && refuses(at))
  if (conflicts.length > 0) return effects.send(from, { type: 'refused', ballot, conflicts })
  accept(core, run, effects)
  effects.sendAfterPersist(from, { type: 'accepted', ballot, first, last })
}

/** Not known as chosen here. */
const isOpen = (core: Core, at: Slot): boolean => at > core.chosenThrough && !isChosen(core.log.at(at))

/** What lies absurdly far ahead must not fill the memory; who is that far behind has to learn first. */
const isBelieved = (core: Core, last: Slot): boolean => last <= core.chosenThrough + paxosAheadSlotsMax

/** Remembers that the owner of `ballot` is at work in these slots. */
function notice(core: Core, ballot: Ballot, first: Slot, last: Slot): void {
  noticeBallot(core, ballot)
  if (last > core.chosenThrough) core.proposer.claims.raise(first, last, ballot)
}

/** False when some slot is known to be chosen otherwise, or is forgotten here. */
function agreesWithChosen(core: Core, run: Run): boolean {
  return run.values.every((value, index) => {
    const at = slotAfter(run.firstSlot, index)
    if (isOpen(core, at)) return true
    const held = core.log.at(at)
    return held !== undefined && sameValue(held.value, value)
  })
}

function conflictsIn(
  core: Core,
  first: Slot,
  last: Slot,
  isConflict: (at: Slot) => boolean,
): readonly BallotRange[] {
  const conflicts = new BallotRanges()
  for (let at = first; at <= last; at = slotAfter(at))
    if (isConflict(at)) conflicts.raise(at, at, maxBallot(core, at))
  return conflicts.toJSON()
}

/** Takes in the values of the open slots of `run` and has them written; what stands there in this ballot already stays. */
function accept(core: Core, { ballot, firstSlot, values }: Run, effects: Effects): void {
  const fresh: (readonly [Slot, Value])[] = []
  for (const [index, value] of values.entries()) {
    const at = slotAfter(firstSlot, index)
    const held = core.log.at(at)
    if (!isOpen(core, at) || (held !== undefined && sameBallot(held.ballot, ballot))) continue
    core.log.set(at, { ballot, value })
    fresh.push([at, value])
  }
  effects.appendEach(ballot, fresh)
}

/**
 * Liveness: when to try, to try again, to back off, to finish what others left, to ask for what was missed. Nothing here
 * is needed for safety; every rule of safety is in acceptor-role.ts, proposer-role.ts, learner.ts and governance.ts.
 *
 * Proposers stay out of each other's way: each takes slots that nobody is known to be at work in, and who is refused
 * leaves the slots in question to the higher ballot and goes on with others: at once the first time, then after a random
 * while that grows. A slot whose proposer died holds up all later ones: whoever waits for it finishes it, after a random
 * while that grows too.
 */
import { type Slot, slot, slotAfter } from '../../base/ids.ts'
import {
  heartbeatTicks,
  paxosBackoffTicksMax,
  paxosBehindTicks,
  paxosPatienceTicksMax,
  paxosPatienceTicksMin,
  proposalQueueMax,
  resendTicks,
  suspectedTicksMax,
} from '../../base/limits.ts'
import type { MembershipChange } from '../membership.ts'
import { type Core, type Effects, isVoterHere, nextSlot, type Pace } from './core.ts'
import { beat, findDoer, isAble, tickPeers } from './members.ts'
import { blockingRange, busyThrough, nextRange } from './placement.ts'
import { askAgain, begin } from './proposer-role.ts'
import { readsThrough, tickReads } from './reads.ts'

export const freshPace = (): Pace => ({
  heartbeatTicks,
  backoffTicks: 0,
  blockedTicks: 0,
  patienceTicks: 0,
  isHurried: false,
  blockedTimes: 0,
  finishes: false,
  ahead: null,
  behindTicks: 0,
})

/** Commands wait for the end of the step. Dropped where they can not be proposed, and when too many wait. */
export function enqueue(core: Core, commands: readonly Uint8Array[]): void {
  const { queue } = core.proposer
  if (!isAble(core) || queue.length + commands.length > proposalQueueMax) return
  for (const command of commands) queue.push(command)
}

export function enqueueChange(core: Core, change: MembershipChange): void {
  if (!isChanging(core)) core.proposer.change = change
}

/** Whether a membership change is under way, or none can be proposed here. */
export function isChanging(core: Core): boolean {
  const { proposer, governance, chosenThrough, log } = core
  if (proposer.change !== null || chosenThrough === 0 || !isAble(core)) return true
  if (governance.isOpenAfter(chosenThrough)) return true
  for (let at = nextSlot(core); at <= log.lastSlot; at = slotAfter(at)) {
    const value = log.at(at)?.value
    if (value !== undefined && !(value instanceof Uint8Array) && value.type === 'membership') return true
  }
  return false
}

export function onTick(core: Core, effects: Effects): void {
  const { pace, proposer } = core
  tickPeers(core)
  tickReads(core)
  if (++pace.heartbeatTicks >= heartbeatTicks) {
    pace.heartbeatTicks = 0
    beat(core, effects)
  }
  if (proposer.attempt !== null && ++proposer.attempt.waitedTicks >= resendTicks)
    askAgain(proposer.attempt, effects)
  if (pace.backoffTicks > 0) pace.backoffTicks--
  catchUp(core, effects)
  waitForOthers(core)
}

/** Somebody knew more when it was last heard: what did not come by itself is asked for. */
function catchUp(core: Core, effects: Effects): void {
  const { pace } = core
  if (pace.ahead !== null && pace.ahead.through <= core.chosenThrough) {
    pace.ahead = null
    pace.behindTicks = 0
  }
  if (pace.ahead === null || ++pace.behindTicks < paxosBehindTicks) return
  effects.send(pace.ahead.node, { type: 'learn', from: nextSlot(core) })
  pace.ahead = null
  pace.behindTicks = paxosBehindTicks - resendTicks
}

/** Something lies beyond what is chosen and does not come to its end. */
function waitForOthers(core: Core): void {
  const { pace } = core
  if (wantedThrough(core) === core.chosenThrough || pace.ahead !== null) pace.blockedTicks = 0
  else {
    if (pace.blockedTicks === 0) pace.patienceTicks = drawPatience(core)
    if (++pace.blockedTicks < pace.patienceTicks) return
    pace.blockedTicks = 0
    pace.blockedTimes++
    pace.isHurried = false
    pace.finishes = true
  }
}

/** Drawn anew each time, so that two seldom lose it together; doubles while nothing moves. */
function drawPatience({ pace, random }: Core): number {
  if (pace.isHurried) return 1 + random.below(suspectedTicksMax)
  const drawn = random.below(paxosPatienceTicksMax - paxosPatienceTicksMin + 1)
  return (paxosPatienceTicksMin + drawn) * 2 ** Math.min(2, pace.blockedTimes)
}

/** The last slot that is known to be asked for here: one that somebody works on, or that a read waits for. */
const wantedThrough = (core: Core): Slot => slot(Math.max(busyThrough(core), readsThrough(core)))

/** Somebody is said to be dead: what it left is finished soon. */
export function hurry({ pace }: Core): void {
  pace.isHurried = true
  pace.blockedTicks = 0
}

/** An attempt was refused. The next one goes to other slots, at once; when that is refused too, they wait. */
export function backOff(core: Core): void {
  const widest = Math.min(2 ** (core.proposer.failures - 1), paxosBackoffTicksMax)
  core.pace.backoffTicks = core.random.below(widest)
}

/** What a proposer does once at the end of each step, for all that the step brought. */
export function goOn(core: Core, effects: Effects): void {
  const { proposer, pace } = core
  if (proposer.attempt?.spoiled) proposer.attempt = null
  if (!isVoterHere(core)) {
    proposer.queue.length = 0
    proposer.change = null
  }
  if (!isAble(core)) return
  if (pace.finishes) finish(core, effects)
  if (proposer.attempt !== null || pace.backoffTicks > 0) return
  const range = nextRange(core, fillThrough(core))
  if (range !== null) begin(core, range, effects)
}

/** Finishes the slots that block, unless this node is at work in them. */
function finish(core: Core, effects: Effects): void {
  const { proposer, pace } = core
  pace.finishes = false
  const { attempt } = proposer
  if (attempt !== null && attempt.first <= nextSlot(core)) return
  const range = blockingRange(core, wantedThrough(core))
  if (range !== null) begin(core, range, effects)
}

/** A change that does not yet govern is brought into force by filling the slots before it: one does that for all. */
function fillThrough(core: Core): Slot {
  const { governance, chosenThrough } = core
  const isDue = governance.isOpenAfter(chosenThrough) && findDoer(core) === core.self
  return isDue ? slotAfter(governance.latestFrom, -1) : core.chosenThrough
}

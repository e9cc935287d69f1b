/**
 * The proposer for many slots: one attempt at a time, each with a ballot of its own, over a run of neighbouring slots.
 * Phase 1 asks the voters that govern those slots, phase 2 proposes what placement.ts puts there, and what a quorum
 * accepted in this one ballot is chosen, slot by slot. A ballot is minted for each attempt and never taken up again.
 * Does not know when to try (pace.ts).
 *
 * Source: Lamport, Paxos Made Simple (2001), sections 2.2 and 2.4.
 */
import { type NodeId, slotAfter } from '../../base/ids.ts'
import { sameBallot } from '../ballot.ts'
import { quorumSize } from '../quorum.ts'
import { lastSlotOf, type Run } from '../value.ts'
import {
  type Accepting,
  type Attempt,
  type Core,
  chosenBallot,
  type Effects,
  mint,
  noticeBallot,
  type Preparing,
} from './core.ts'
import { learn } from './learner.ts'
import { tellChosen } from './members.ts'
import type { Message } from './messages.ts'
import { place, type Range } from './placement.ts'
import { binding } from './proposer.ts'

/** Phase 1 for `first` .. `last`. Nothing may be under way. */
export function begin(core: Core, { first, last }: Range, effects: Effects): void {
  const attempt: Preparing = {
    phase: 'preparing',
    ballot: mint(core, effects),
    first,
    last,
    voters: core.governance.at(first).voters,
    promised: new Set(),
    refused: new Set(),
    found: new Map(),
    waitedTicks: 0,
    spoiled: false,
  }
  core.proposer.attempt = attempt
  core.proposer.claims.raise(first, last, attempt.ballot)
  ask(attempt, attempt.voters, effects)
}

/** Sends the question of its phase to `nodes`; a repeated one gets the same answer. */
function ask(attempt: Attempt, nodes: readonly NodeId[], effects: Effects): void {
  const { ballot, first, last } = attempt
  for (const node of nodes)
    if (attempt.phase === 'preparing')
      effects.sendAfterPersist(node, { type: 'prepare', ballot, first, last })
    else effects.send(node, { type: 'accept', run: attempt.run })
}

/** Asks those who have not answered. */
export function askAgain(attempt: Attempt, effects: Effects): void {
  attempt.waitedTicks = 0
  const answered = attempt.phase === 'preparing' ? attempt.promised : attempt.accepted
  ask(
    attempt,
    attempt.voters.filter(node => !answered.has(node)),
    effects,
  )
}

export function onPromise(
  core: Core,
  from: NodeId,
  { ballot, last, runs }: Extract<Message, { type: 'promise' }>,
  effects: Effects,
): void {
  const { attempt } = core.proposer
  if (attempt === null || !isFor(attempt, from, ballot)) return
  if (attempt.phase === 'accepting') {
    if (!attempt.accepted.has(from)) ask(attempt, [from], effects)
    return
  }
  attempt.promised.add(from)
  if (last >= attempt.first && last < attempt.last) attempt.last = last
  for (const run of runs) merge(core, attempt, run, effects)
  if (!attempt.spoiled && isQuorumOf(attempt, attempt.promised)) propose(core, attempt, effects)
}

const isFor = (attempt: Attempt, from: NodeId, ballot: Attempt['ballot']): boolean =>
  sameBallot(attempt.ballot, ballot) && attempt.voters.includes(from)

const isQuorumOf = ({ voters }: Attempt, nodes: ReadonlySet<NodeId>): boolean =>
  voters.filter(node => nodes.has(node)).length >= quorumSize(voters)

function merge(core: Core, attempt: Preparing, { ballot, firstSlot, values }: Run, effects: Effects): void {
  if (sameBallot(ballot, chosenBallot)) return learn(core, firstSlot, values, effects)
  values.forEach((value, index) => {
    const at = slotAfter(firstSlot, index)
    attempt.found.set(at, binding(attempt.found.get(at), { ballot, value }))
  })
}

/**
 * Phase 2 with what the promises leave open to choose: for who has promised, and for the others as their promises come. So
 * one that is slow or not there is sent no values that pile up on the way to it; what it missed it asks for.
 */
function propose(core: Core, attempt: Preparing, effects: Effects): void {
  const { ballot, first, voters, promised } = attempt
  const run: Run = { ballot, firstSlot: first, values: place(core, attempt) }
  const accepting: Accepting = {
    phase: 'accepting',
    ballot,
    first,
    last: lastSlotOf(run),
    voters,
    run,
    accepted: new Set(),
    refused: new Set(),
    waitedTicks: 0,
    spoiled: false,
  }
  core.proposer.attempt = accepting
  ask(accepting, [...promised], effects)
}

/** Chosen: what a quorum of those who govern these slots accepted in this ballot. */
export function onAccepted(
  core: Core,
  from: NodeId,
  { ballot }: Extract<Message, { type: 'accepted' }>,
  effects: Effects,
): void {
  const { attempt } = core.proposer
  if (attempt === null || attempt.phase !== 'accepting' || !isFor(attempt, from, ballot)) return
  attempt.accepted.add(from)
  if (!isQuorumOf(attempt, attempt.accepted)) return
  core.proposer.attempt = null
  core.proposer.failures = 0
  tellChosen(core, attempt, effects)
  learn(core, attempt.first, attempt.run.values, effects)
}

/** Others are at work in some of these slots. The attempt is over when no quorum can agree to it any more. */
export function onRefused(
  core: Core,
  from: NodeId,
  { ballot, conflicts }: Extract<Message, { type: 'refused' }>,
): boolean {
  const { attempt, claims } = core.proposer
  for (const conflict of conflicts) noticeBallot(core, conflict.ballot)
  if (attempt === null || !isFor(attempt, from, ballot)) return false
  for (const conflict of conflicts)
    if (conflict.first >= attempt.first && conflict.last <= attempt.last)
      claims.raise(conflict.first, conflict.last, conflict.ballot)
  attempt.refused.add(from)
  const willing = attempt.voters.length - attempt.refused.size
  if (willing >= quorumSize(attempt.voters)) return false
  core.proposer.attempt = null
  core.proposer.failures++
  return true
}

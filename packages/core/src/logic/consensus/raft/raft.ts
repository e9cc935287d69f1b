/**
 * Raft behind the engine contract: takes each input to the file that answers it, and restores a node from what was
 * stored. No rule of the protocol is in here.
 */
import { assert } from '../../base/assert.ts'
import { isCounter, isId, type NodeId, nodeId, noSlot, type Slot, slot, slotAfter } from '../../base/ids.ts'
import { logKeptSlots as logKeptSlotsUsual } from '../../base/limits.ts'
import { noBallot, parseBallot } from '../ballot.ts'
import { Effects as EffectsOf } from '../effects.ts'
import type { Engine, EngineConfig, EngineInput, EngineKind, EngineOutput, EngineStatus } from '../engine.ts'
import { genesisOf } from '../genesis.ts'
import { Log } from '../log.ts'
import { isVoter } from '../membership.ts'
import { peersOf } from '../peers.ts'
import { askRead, drawLife } from '../reads.ts'
import { Snapshots } from '../snapshots.ts'
import type { Value } from '../value.ts'
import { onRequestVote, onVote } from './candidate.ts'
import { Configurations } from './configurations.ts'
import type { Core, Effects } from './core.ts'
import { hearsLeader, onPreVote, onPreVoteReply, onSuspect, onTick, onTimeoutNow } from './election.ts'
import { learnThrough } from './entries.ts'
import { becomeFollower, observeTerm, onAppend, onChosen, onHeartbeat } from './follower.ts'
import { beginTransfer, finishStep, isChanging, onAppended, propose, proposeChange } from './leader.ts'
import { type Message, parseMessage } from './messages.ts'
import { onConnected, onMismatched } from './replication.ts'
import { compact, onSnapshotMessage } from './snapshot.ts'

export const raft: EngineKind<Message> = {
  name: 'raft',
  parseMessage,
  create: config => new Raft(config),
  genesis: snapshot => genesisOf(snapshot, founding(snapshot.through)),
}

class Raft implements Engine<Message> {
  readonly #core: Core
  /** What recovery already knows as chosen: given out by the first step. */
  #recovered: Effects | null

  constructor(config: EngineConfig) {
    this.#core = freshCore(config)
    this.#recovered = recover(this.#core, config)
  }

  step(inputs: readonly EngineInput<Message>[]): EngineOutput<Message> {
    const effects: Effects = this.#recovered ?? new EffectsOf()
    this.#recovered = null
    for (const input of inputs) handle(this.#core, input, effects)
    if (this.#core.role.role === 'leader') finishStep(this.#core, this.#core.role, effects)
    return effects.output(() => hardState(this.#core))
  }

  held(): readonly Value[] {
    return this.#core.log.valuesBehind(this.#core.chosenThrough)
  }

  isRoutine({ type }: Message): boolean {
    return type === 'appended'
  }

  inspect(): unknown {
    return this.#core
  }

  status(): EngineStatus {
    const { self, role, term, chosenThrough, configurations } = this.#core
    const leader =
      role.role === 'leader' ? self : role.role === 'follower' ? (role.leader?.node ?? null) : null
    return {
      role: shownRole(this.#core),
      leader,
      proposer: leader,
      doer: leader,
      ballot: { counter: term, node: leader ?? noBallot.node },
      chosenThrough,
      membership: configurations.chosen,
      isCounted:
        isVoter(configurations.chosen, this.#core.self) || isVoter(configurations.inForce, this.#core.self),
      changing: role.role !== 'leader' || isChanging(this.#core, role),
      peers: role.role === 'leader' ? peersOf(self, role.peers) : [],
    }
  }
}

function handle(core: Core, input: EngineInput<Message>, effects: Effects): void {
  const { role } = core
  switch (input.type) {
    case 'tick':
      core.snapshots.tick(effects)
      return onTick(core, effects)
    case 'message':
      return receive(core, input.from, input.message, effects)
    case 'connected':
      if (role.role === 'leader') onConnected(core, role, input.peer)
      return
    case 'suspect':
      return onSuspect(core, input.peer)
    case 'propose':
      if (role.role === 'leader') propose(role, input.commands)
      return
    case 'changeMembership':
      if (role.role === 'leader') proposeChange(core, role, input.change)
      return
    case 'read':
      if (role.role === 'leader')
        askRead(role, core.chosenThrough, core.self, { id: input.id, life: core.life })
      else if (role.role === 'follower' && role.leader !== null)
        effects.send(role.leader.node, { type: 'read', id: input.id, life: core.life })
      return
    case 'compact':
      return compact(core, input.snapshot, effects)
    case 'transfer':
      if (role.role === 'leader') beginTransfer(core, role, input.to)
      return
  }
}

function receive(core: Core, from: NodeId, message: Message, effects: Effects): void {
  const { role } = core
  switch (message.type) {
    case 'preVote':
      return onPreVote(core, from, message, effects)
    case 'preVoteReply':
      return onPreVoteReply(core, from, message, effects)
    case 'requestVote':
      return onRequestVote(core, from, message, hearsLeader(core), effects)
    case 'vote':
      if (role.role === 'candidate') onVote(core, role, from, message.ballot, effects)
      return
    case 'append':
      return onAppend(core, from, message, effects)
    case 'appended':
      if (role.role === 'leader') onAppended(core, role, from, message, effects)
      return
    case 'mismatched':
      if (role.role === 'leader') onMismatched(core, role, from, message)
      return
    case 'chosen':
      return onChosen(core, message.ballot, message.chosenThrough, effects)
    case 'heartbeat':
      return onHeartbeat(core, from, message, effects)
    case 'refused':
      return observeTerm(core, message.term, effects)
    case 'read':
      if (role.role === 'leader') askRead(role, core.chosenThrough, from, message)
      return
    case 'readReply':
      if (message.life === core.life) effects.answerRead(message.id, message.slot)
      return
    case 'timeoutNow':
      return onTimeoutNow(core, message.ballot, effects)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return onSnapshotMessage(core, from, message, effects)
  }
}

function freshCore(config: EngineConfig): Core {
  const { self, founders, random, recovered, logKeptSlots = logKeptSlotsUsual } = config
  const membership = recovered.snapshot?.membership ?? { voters: founders, observers: [] }
  const core: Core = {
    self,
    random,
    life: drawLife(random),
    logKeptSlots,
    log: new Log(),
    forgottenBallot: noBallot,
    term: 0,
    votedFor: null,
    chosenThrough: noSlot,
    configurations: new Configurations(membership),
    snapshots: new Snapshots(),
    role: { role: 'candidate', ballot: noBallot, votes: new Set(), ticksLeft: 0 },
  }
  becomeFollower(core)
  return core
}

/** Puts back what was written; what is known as chosen is given out again by the first step. */
function recover(core: Core, { recovered }: EngineConfig): Effects {
  const effects: Effects = new EffectsOf()
  const { hardState, snapshot, log } = recovered
  if (hardState === null) {
    assert(log.length === 0 && snapshot === null, 'a log without a record of votes is incomplete')
    return effects
  }
  const { term, votedFor, chosenThrough, snapshotBallot } = parseHardState(hardState)
  core.term = term
  core.votedFor = votedFor
  if (snapshot !== null) {
    core.log.forget(snapshot.through)
    core.forgottenBallot = snapshotBallot
    core.chosenThrough = snapshot.through
    core.snapshots.keep(snapshot, snapshotBallot)
    effects.installRecovered(snapshot)
  }
  for (const write of log) {
    if (write.type === 'append') core.log.setRun(write.run)
    else core.log.truncate(write.from)
  }
  for (let at = slotAfter(core.log.forgottenThrough); at <= core.log.lastSlot; at = slotAfter(at)) {
    const entry = core.log.at(at)
    assert(entry !== undefined, `slot ${at} is held: a log has no holes`)
    core.configurations.appended(at, entry.value)
  }
  learnThrough(core, slot(chosenThrough), effects)
  becomeFollower(core)
  return effects
}

const hardState = ({ term, votedFor, chosenThrough, snapshots }: Core) => ({
  term,
  votedFor,
  chosenThrough,
  snapshotBallot: snapshots.ownLastBallot,
})

/** Of a node without a term: what lies before the log is of none. */
const founding = (chosenThrough: Slot): ReturnType<typeof hardState> => ({
  term: 0,
  votedFor: null,
  chosenThrough,
  snapshotBallot: noBallot,
})

function parseHardState(value: unknown): ReturnType<typeof hardState> {
  assert(typeof value === 'object' && value !== null, 'the stored record is that of a Raft node')
  const { term, votedFor, chosenThrough, ...others } = value as { readonly [key: string]: unknown }
  const snapshotBallot = parseBallot(others['snapshotBallot'])
  const isWhole =
    isCounter(term) &&
    isCounter(chosenThrough) &&
    snapshotBallot !== null &&
    (votedFor === null || isId(votedFor))
  assert(isWhole, 'the stored record is that of a Raft node')
  const vote = votedFor === null ? null : nodeId(votedFor)
  return { term, votedFor: vote, chosenThrough: slot(chosenThrough), snapshotBallot }
}

function shownRole({ self, role, configurations }: Core): EngineStatus['role'] {
  switch (role.role) {
    case 'leader':
      return 'leader'
    case 'preCandidate':
    case 'candidate':
      return 'candidate'
    case 'follower':
      return isVoter(configurations.chosen, self) ? 'follower' : 'observer'
  }
}

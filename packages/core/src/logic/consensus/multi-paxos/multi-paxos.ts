/**
 * Multi-Paxos behind the engine contract: takes each input to the file that answers it, and restores a node from what
 * was stored. No rule of the protocol is in here.
 */
import { assert } from '../../base/assert.ts'
import { isCounter, type NodeId, noSlot, slot } from '../../base/ids.ts'
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
import { onPrepare, onPromise } from './candidate.ts'
import type { Core, Effects } from './core.ts'
import {
  beginTransfer,
  finishTransfer,
  leave,
  onCampaign,
  onPoll,
  onPollReply,
  onRefused,
  onSuspect,
  onTick,
} from './election.ts'
import { becomeFollower, onAccept, onChosen, onHeartbeat } from './follower.ts'
import { finishStep, isChanging, onAccepted, propose, proposeChange } from './leader.ts'
import { learnThrough } from './learner.ts'
import { type Message, parseMessage } from './messages.ts'
import { onConnected } from './replication.ts'
import { compact, onSnapshotMessage } from './snapshot.ts'

export const multiPaxos: EngineKind<Message> = {
  name: 'multi-paxos',
  parseMessage,
  create: config => new MultiPaxos(config),
  genesis: snapshot =>
    genesisOf(snapshot, hardState({ promised: noBallot, chosenThrough: snapshot.through })),
}

class MultiPaxos implements Engine<Message> {
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
    const { role } = this.#core
    if (role.role === 'leader') {
      finishStep(this.#core, role, effects)
      finishTransfer(role, effects)
      if (!isVoter(this.#core.membership, this.#core.self)) leave(this.#core, role, effects)
    }
    return effects.output(() => hardState(this.#core))
  }

  held(): readonly Value[] {
    return this.#core.log.valuesBehind(this.#core.chosenThrough)
  }

  isRoutine({ type }: Message): boolean {
    return type === 'accepted'
  }

  inspect(): unknown {
    return this.#core
  }

  status(): EngineStatus {
    const { self, role, promised, chosenThrough, membership } = this.#core
    const leader =
      role.role === 'leader' ? self : role.role === 'follower' ? (role.leader?.node ?? null) : null
    return {
      role: shownRole(this.#core),
      leader,
      proposer: leader,
      doer: leader,
      ballot: promised,
      chosenThrough,
      membership,
      isCounted: isVoter(membership, self),
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
    case 'poll':
      return onPoll(core, from, message.ballot, effects)
    case 'pollReply':
      if (role.role === 'polling') onPollReply(core, role, from, message.ballot, message.granted, effects)
      return onRefused(core, message.promised)
    case 'prepare':
      return onPrepare(core, from, message, effects)
    case 'promise':
      if (role.role === 'preparing') onPromise(core, role, from, message, effects)
      return
    case 'accept':
      return onAccept(core, from, message.run, message.chosenThrough, effects)
    case 'accepted': {
      const { ballot, through, round } = message
      if (role.role === 'leader') onAccepted(core, role, from, ballot, through, round, effects)
      return
    }
    case 'chosen':
      return onChosen(core, message.ballot, message.chosenThrough, effects)
    case 'heartbeat':
      return onHeartbeat(core, from, message.ballot, message.chosenThrough, message.round, effects)
    case 'refused':
      return onRefused(core, message.promised)
    case 'read':
      if (role.role === 'leader') askRead(role, core.chosenThrough, from, message)
      return
    case 'readReply':
      if (message.life === core.life) effects.answerRead(message.id, message.slot)
      return
    case 'campaign':
      return onCampaign(core, message.ballot, effects)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return onSnapshotMessage(core, from, message, effects)
  }
}

function freshCore({ self, founders, random, logKeptSlots = logKeptSlotsUsual }: EngineConfig): Core {
  const core: Core = {
    self,
    random,
    life: drawLife(random),
    log: new Log(),
    promised: noBallot,
    highestSeen: noBallot,
    chosenThrough: noSlot,
    membership: { voters: founders, observers: [] },
    snapshots: new Snapshots(),
    logKeptSlots,
    role: { role: 'polling', ballot: noBallot, granted: new Set(), ticksLeft: 0 },
  }
  becomeFollower(core)
  return core
}

/** Puts back what was written; what is known as chosen is given out again by the first step. */
function recover(core: Core, { recovered }: EngineConfig): Effects {
  const effects: Effects = new EffectsOf()
  const { hardState, snapshot, log } = recovered
  if (snapshot !== null) {
    core.log.forget(snapshot.through)
    core.chosenThrough = snapshot.through
    core.membership = snapshot.membership
    core.snapshots.keep(snapshot)
    effects.installRecovered(snapshot)
  }
  for (const write of log) {
    assert(write.type === 'append', 'Multi-Paxos never truncates')
    core.log.setRun(write.run)
  }
  if (hardState !== null) {
    const { promised, chosenThrough } = hardState as { promised?: unknown; chosenThrough?: unknown }
    const ballot = parseBallot(promised)
    assert(ballot !== null && isCounter(chosenThrough), 'the stored record is that of an acceptor')
    core.promised = ballot
    core.highestSeen = ballot
    learnThrough(core, slot(chosenThrough), effects)
  } else {
    assert(log.length === 0 && snapshot === null, 'a log without a record of promises is incomplete')
  }
  becomeFollower(core)
  return effects
}

const hardState = ({ promised, chosenThrough }: Pick<Core, 'promised' | 'chosenThrough'>) => ({
  promised,
  chosenThrough,
})

function shownRole(core: Core): EngineStatus['role'] {
  switch (core.role.role) {
    case 'leader':
      return 'leader'
    case 'polling':
    case 'preparing':
      return 'candidate'
    case 'follower':
      return isVoter(core.membership, core.self) ? 'follower' : 'observer'
  }
}

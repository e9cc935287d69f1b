/**
 * Leaderless Paxos behind the engine contract: takes each input to the file that answers it, and restores a node from
 * what was stored. No rule of the protocol is in here.
 */
import { assert } from '../../base/assert.ts'
import { isCounter, type NodeId, noSlot, slotAfter } from '../../base/ids.ts'
import { logKeptSlots as logKeptSlotsUsual, resendTicks } from '../../base/limits.ts'
import { Effects as EffectsOf } from '../effects.ts'
import type { Engine, EngineConfig, EngineInput, EngineKind, EngineOutput, EngineStatus } from '../engine.ts'
import { genesisOf } from '../genesis.ts'
import { Log } from '../log.ts'
import { isVoter } from '../membership.ts'
import { Snapshots } from '../snapshots.ts'
import type { Value } from '../value.ts'
import { onAccept, onPrepare } from './acceptor-role.ts'
import { BallotRanges, ballotRanges } from './ballot-ranges.ts'
import { type Core, chosenBallot, type Effects, nextSlot, noticeBallot } from './core.ts'
import { Governance } from './governance.ts'
import { advance, onChosen, onLearned, teach } from './learner.ts'
import { beatTo, findDoer, findProposer, onHeartbeat, peersOf, suspect } from './members.ts'
import { type Message, parseMessage } from './messages.ts'
import { backOff, enqueue, enqueueChange, freshPace, goOn, hurry, isChanging, onTick } from './pace.ts'
import { onAccepted, onPromise, onRefused } from './proposer-role.ts'
import { answerReads, askRead, onReadAsk, onReadAt, startReads } from './reads.ts'
import { compact, onSnapshotMessage } from './snapshot.ts'

export const paxos: EngineKind<Message> = {
  name: 'paxos',
  parseMessage,
  create: config => new Paxos(config),
  genesis: snapshot => {
    const { through: chosenThrough } = snapshot
    return genesisOf(snapshot, hardState({ chosenThrough, reservedCounter: 0, promises: new BallotRanges() }))
  },
}

class Paxos implements Engine<Message> {
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
    startReads(this.#core, effects)
    answerReads(this.#core, effects)
    goOn(this.#core, effects)
    return effects.output(() => hardState(this.#core))
  }

  held(): readonly Value[] {
    return this.#core.log.valuesBehind(this.#core.chosenThrough)
  }

  isRoutine({ type }: Message): boolean {
    return type === 'heartbeat'
  }

  inspect(): unknown {
    return this.#core
  }

  status(): EngineStatus {
    const core = this.#core
    const { self, counter, chosenThrough, governance } = core
    const doer = findDoer(core)
    return {
      role: isVoter(governance.latest, self) ? 'follower' : 'observer',
      leader: null,
      proposer: findProposer(core),
      doer,
      ballot: { counter, node: self },
      chosenThrough,
      membership: governance.latest,
      isCounted: governance.since(nextSlot(core)).some(reign => isVoter(reign, self)),
      changing: isChanging(core),
      peers: doer === self ? peersOf(core) : [],
    }
  }
}

function handle(core: Core, input: EngineInput<Message>, effects: Effects): void {
  switch (input.type) {
    case 'tick':
      core.snapshots.tick(effects)
      return onTick(core, effects)
    case 'message':
      return receive(core, input.from, input.message, effects)
    case 'connected':
      if (core.proposer.attempt !== null) core.proposer.attempt.waitedTicks = resendTicks
      return beatTo(core, input.peer, effects)
    case 'suspect':
      suspect(core, input.peer)
      return hurry(core)
    case 'propose':
      return enqueue(core, input.commands)
    case 'changeMembership':
      return enqueueChange(core, input.change)
    case 'read':
      return askRead(core, input.id)
    case 'compact':
      return compact(core, input.snapshot, effects)
    case 'transfer':
      return
  }
}

function receive(core: Core, from: NodeId, message: Message, effects: Effects): void {
  switch (message.type) {
    case 'prepare':
      return onPrepare(core, from, message, effects)
    case 'promise':
      return onPromise(core, from, message, effects)
    case 'accept':
      return onAccept(core, from, message.run, effects)
    case 'accepted':
      return onAccepted(core, from, message, effects)
    case 'refused':
      if (onRefused(core, from, message)) backOff(core)
      return
    case 'chosen':
      return onChosen(core, message, effects)
    case 'learn':
      return teach(core, from, message.from, effects)
    case 'learned':
      return onLearned(core, from, message, effects)
    case 'readAsk':
      return onReadAsk(core, from, message, effects)
    case 'readAt':
      return onReadAt(core, from, message)
    case 'heartbeat':
      return onHeartbeat(core, from, message, effects)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return onSnapshotMessage(core, from, message, effects)
  }
}

function freshCore({ self, founders, random, logKeptSlots = logKeptSlotsUsual }: EngineConfig): Core {
  return {
    self,
    random,
    log: new Log(),
    promises: new BallotRanges(),
    chosenThrough: noSlot,
    reservedCounter: 0,
    counter: 0,
    governance: new Governance({ voters: founders, observers: [] }),
    snapshots: new Snapshots(),
    logKeptSlots,
    proposer: {
      queue: [],
      change: null,
      placed: new Map(),
      claims: new BallotRanges(),
      attempt: null,
      failures: 0,
    },
    reads: [],
    newReads: [],
    peers: new Map(),
    pace: freshPace(),
  }
}

/** Puts back what was written; what is known as chosen is given out again by the first step. */
function recover(core: Core, { recovered }: EngineConfig): Effects {
  const effects: Effects = new EffectsOf()
  const { hardState, snapshot, log } = recovered
  if (snapshot !== null) {
    core.log.forget(snapshot.through)
    core.chosenThrough = snapshot.through
    core.governance.replace(snapshot.through, snapshot.membership)
    core.snapshots.keep(snapshot)
    effects.installRecovered(snapshot)
  }
  for (const write of log) {
    assert(write.type === 'append', 'Paxos never truncates')
    core.log.setRun(write.run)
  }
  if (hardState === null) {
    assert(log.length === 0 && snapshot === null, 'a log without a record of promises is incomplete')
    return effects
  }
  const { chosenThrough, reservedCounter, promises } = hardState as { readonly [key: string]: unknown }
  const ranges = ballotRanges(promises)
  assert(
    ranges !== undefined && isCounter(chosenThrough) && isCounter(reservedCounter),
    'the stored record is that of an acceptor',
  )
  core.reservedCounter = reservedCounter
  core.counter = reservedCounter
  for (const { first, last, ballot } of ranges) core.promises.raise(first, last, ballot)
  for (let at = nextSlot(core); at <= chosenThrough; at = slotAfter(at)) {
    const entry = core.log.at(at)
    assert(entry !== undefined, `slot ${at} is chosen, so it is held`)
    core.log.set(at, { ballot: chosenBallot, value: entry.value })
  }
  advance(core, effects)
  reclaim(core)
  return effects
}

/** Who was at work in which slot, as far as promises and accepted values tell. */
function reclaim(core: Core): void {
  const { log, promises, proposer } = core
  const ranges = promises.toJSON()
  for (const { first, last, ballot } of ranges) proposer.claims.raise(first, last, ballot)
  for (let at = nextSlot(core); at <= log.lastSlot; at = slotAfter(at)) {
    const entry = log.at(at)
    if (entry !== undefined) proposer.claims.raise(at, at, entry.ballot)
  }
  for (const { ballot } of [...ranges, ...proposer.claims.toJSON()]) noticeBallot(core, ballot)
}

type Kept = Pick<Core, 'chosenThrough' | 'reservedCounter' | 'promises'>

const hardState = ({ chosenThrough, reservedCounter, promises }: Kept) => ({
  chosenThrough,
  reservedCounter,
  promises: promises.toJSON(),
})

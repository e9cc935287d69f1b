/** ZAB behind the engine contract: takes each input to the file that answers it. No rule of the protocol is in here. */
import type { NodeId } from '../../base/ids.ts'
import { Effects as EffectsOf } from '../effects.ts'
import type {
  Engine,
  EngineConfig,
  EngineInput,
  EngineKind,
  EngineOutput,
  EngineStatus,
  PeerStatus,
} from '../engine.ts'
import { genesisOf } from '../genesis.ts'
import { isVoter } from '../membership.ts'
import type { Value } from '../value.ts'
import type { Core, Effects } from './core.ts'
import {
  onAckEpoch,
  onFollowerInfo as onDiscovered,
  onHistory,
  onRefusedEpoch,
  tickDiscovering,
} from './discovery.ts'
import { finishLooking, notification, onNotification, tickLooking } from './election.ts'
import {
  follow,
  onCommit,
  onHandOver,
  onInform,
  onPing,
  onPropose,
  onSuspect,
  tickFollowing,
} from './follower.ts'
import { finishLeading, isChanging, onAck, propose, proposeChange } from './leader.ts'
import type { Message } from './messages.ts'
import { parseMessage } from './parse.ts'
import { askRead, forwardRead, onReadReply } from './reads.ts'
import { founding, freshCore, hardState, recover } from './recovery.ts'
import { onAlive, onFollowerInfo, onReport } from './replication.ts'
import { compact, onSnapshotMessage } from './snapshot.ts'
import { onFetch, onNewEpoch, onNewLeader, onSync } from './synchronisation.ts'
import { beginTransfer, finishTransfer, onRefused, tickLeading } from './tenure.ts'

export const zab: EngineKind<Message> = {
  name: 'zab',
  parseMessage,
  create: config => new Zab(config),
  genesis: snapshot => genesisOf(snapshot, founding(snapshot.through)),
}

class Zab implements Engine<Message> {
  readonly #core: Core
  /** What recovery already knows as chosen: given out by the first step. */
  #recovered: Effects | null

  constructor(config: EngineConfig) {
    this.#core = freshCore(config)
    this.#recovered = recover(this.#core, config)
  }

  step(inputs: readonly EngineInput<Message>[]): EngineOutput<Message> {
    const core = this.#core
    const effects: Effects = this.#recovered ?? new EffectsOf()
    this.#recovered = null
    for (const input of inputs) handle(core, input, effects)
    if (core.role.role === 'leading') finishLeading(core, core.role, effects)
    if (core.role.role === 'leading') finishTransfer(core, core.role, effects)
    if (core.role.role === 'looking') finishLooking(core, core.role, effects)
    return effects.output(() => hardState(core))
  }

  held(): readonly Value[] {
    return this.#core.log.valuesBehind(this.#core.chosenThrough)
  }

  isRoutine({ type }: Message): boolean {
    return type === 'ack' || type === 'alive'
  }

  inspect(): unknown {
    return this.#core
  }

  status(): EngineStatus {
    const { self, role, accepted, chosenThrough, membership } = this.#core
    const leader = leaderOf(this.#core)
    return {
      role: shownRole(this.#core),
      leader,
      proposer: leader,
      doer: leader,
      ballot: role.role === 'leading' ? role.ballot : accepted,
      chosenThrough,
      membership,
      isCounted: isVoter(membership, self),
      changing: role.role !== 'leading' || isChanging(role),
      peers: role.role === 'leading' ? peersOf(self, role.peers) : [],
    }
  }
}

function handle(core: Core, input: EngineInput<Message>, effects: Effects): void {
  const { role } = core
  switch (input.type) {
    case 'tick':
      return tick(core, effects)
    case 'message':
      return receive(core, input.from, input.message, effects)
    case 'connected':
      return onConnected(core, input.peer, effects)
    case 'suspect':
      return onSuspect(core, input.peer)
    case 'propose':
      if (role.role === 'leading') propose(role, input.commands)
      return
    case 'changeMembership':
      if (role.role === 'leading') proposeChange(core, role, input.change)
      return
    case 'read':
      if (role.role === 'leading') askRead(core, role, core.self, { session: 0, id: input.id })
      else if (role.role === 'following') forwardRead(role, input.id, effects)
      return
    case 'compact':
      return compact(core, input.snapshot, effects)
    case 'transfer':
      if (role.role === 'leading') beginTransfer(core, role, input.to)
      return
  }
}

function tick(core: Core, effects: Effects): void {
  core.snapshots.tick(effects)
  const { role } = core
  switch (role.role) {
    case 'looking':
      return tickLooking(role)
    case 'discovering':
      return tickDiscovering(core, role, effects)
    case 'leading':
      return tickLeading(core, role)
    case 'following':
      return tickFollowing(core, role, effects)
  }
}

/** What was on its way over an earlier connection may be lost: the relation over it is over. */
function onConnected(core: Core, peer: NodeId, effects: Effects): void {
  const { role } = core
  switch (role.role) {
    case 'looking':
      role.tell = true
      return
    case 'discovering':
      effects.send(peer, notification(core, peer))
      return
    case 'leading':
      role.roundWanted = true
      return
    case 'following':
      if (role.leader === peer) follow(core, peer, effects)
      return
  }
}

function receive(core: Core, from: NodeId, message: Message, effects: Effects): void {
  const { role } = core
  switch (message.type) {
    case 'notification':
      return onNotification(core, from, message, effects)
    case 'followerInfo':
      if (role.role === 'leading') onFollowerInfo(core, role, from, message, effects)
      if (role.role === 'discovering') onDiscovered(core, role, from, message, effects)
      return
    case 'newEpoch':
      return onNewEpoch(core, from, message, effects)
    case 'ackEpoch':
      if (role.role === 'leading') onReport(core, role, from, message, effects)
      if (role.role === 'discovering') onAckEpoch(core, role, from, message, effects)
      return
    case 'fetch':
      return onFetch(core, from, message, effects)
    case 'history':
      if (role.role === 'discovering') onHistory(core, role, from, message, effects)
      return
    case 'sync':
      return onSync(core, from, message, effects)
    case 'newLeader':
      return onNewLeader(core, from, message, effects)
    case 'ack':
      if (role.role === 'leading') onAck(core, role, from, message, effects)
      return
    case 'alive':
      if (role.role === 'leading') onAlive(role, from, message)
      return
    case 'propose':
      return onPropose(core, from, message, effects)
    case 'inform':
      return onInform(core, from, message, effects)
    case 'commit':
      return onCommit(core, from, message, effects)
    case 'ping':
      return onPing(core, from, message, effects)
    case 'refused':
      if (role.role === 'leading') onRefused(core, role, message.accepted)
      if (role.role === 'discovering') onRefusedEpoch(core, role, message.accepted, effects)
      return
    case 'handOver':
      return onHandOver(core, from, message, effects)
    case 'read':
      if (role.role === 'leading') askRead(core, role, from, message)
      return
    case 'readReply':
      if (role.role === 'following') onReadReply(role, from, message, effects)
      return
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return onSnapshotMessage(core, from, message, effects)
  }
}

/** Whom to hand commands to: a leader whose epoch is known to be established. */
function leaderOf({ self, role }: Core): NodeId | null {
  if (role.role === 'leading') return role.established ? self : null
  if (role.role !== 'following' || role.stage.stage !== 'broadcasting') return null
  return role.stage.upToDate ? role.leader : null
}

function shownRole({ self, role, membership }: Core): EngineStatus['role'] {
  const votes = isVoter(membership, self)
  switch (role.role) {
    case 'leading':
      return role.established ? 'leader' : 'candidate'
    case 'looking':
    case 'discovering':
      return votes ? 'candidate' : 'observer'
    case 'following':
      return votes ? 'follower' : 'observer'
  }
}

const peersOf = (self: NodeId, peers: ReadonlyMap<NodeId, Omit<PeerStatus, 'node'>>): readonly PeerStatus[] =>
  [...peers]
    .filter(([node]) => node !== self)
    .map(([node, { matchedThrough, silentTicks }]) => ({ node, matchedThrough, silentTicks }))

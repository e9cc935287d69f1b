/**
 * Who is there: heartbeats, who hears whom, who can propose, who is the one that does things for all. Liveness and
 * hints only; nothing here decides what is chosen.
 *
 * A voter is able when a quorum hears it and is heard by it: one that only hears, or is only heard, gets nothing chosen.
 * The doer is the lowest able voter that is heard by this node or by anybody it hears, so that two nodes which do not
 * hear each other still agree on it by a third.
 */
import { compareIds, type NodeId } from '../../base/ids.ts'
import { leaderQuorumTicks } from '../../base/limits.ts'
import type { PeerStatus } from '../engine.ts'
import { isVoter } from '../membership.ts'
import { isQuorum } from '../quorum.ts'
import { type Accepting, type Core, type Effects, isVoterHere, nextSlot } from './core.ts'
import type { Heartbeat, Message } from './messages.ts'

const votersHere = (core: Core): readonly NodeId[] => core.governance.at(nextSlot(core)).voters

/** Everyone who is told what is chosen: all members of what governs from here on, but for this node. */
const audience = (core: Core): readonly NodeId[] =>
  [...core.governance.everyoneSince(nextSlot(core))].filter(node => node !== core.self)

function hears(core: Core, node: NodeId): boolean {
  const peer = core.peers.get(node)
  return peer !== undefined && !peer.suspected && peer.silentTicks < leaderQuorumTicks
}

/** Whether this node can get something chosen, as far as it knows. */
export function isAble(core: Core): boolean {
  if (!isVoterHere(core)) return false
  const isBothWays = (node: NodeId) =>
    node === core.self || (hears(core, node) && core.peers.get(node)?.hears.includes(core.self) === true)
  return isQuorum(votersHere(core), isBothWays)
}

const lowest = (nodes: readonly NodeId[]): NodeId | null => [...nodes].sort(compareIds)[0] ?? null

/** Voters that can propose and are heard directly, this node included. */
function ableOnes(core: Core): readonly NodeId[] {
  return votersHere(core).filter(node =>
    node === core.self ? isAble(core) : hears(core, node) && core.peers.get(node)?.able === true,
  )
}

/** This node, where it is able; else one that is. */
export const findProposer = (core: Core): NodeId | null => (isAble(core) ? core.self : lowest(ableOnes(core)))

export function findDoer(core: Core): NodeId | null {
  const told = [...core.peers.keys()].flatMap(node => {
    const named = hears(core, node) ? (core.peers.get(node)?.lowest ?? null) : null
    return named !== null && isVoter(core.governance.at(nextSlot(core)), named) ? [named] : []
  })
  return lowest([...ableOnes(core), ...told.filter(node => node !== core.self)])
}

export function peersOf(core: Core): readonly PeerStatus[] {
  const known = [...core.peers].filter(([node]) => core.governance.everyoneSince(nextSlot(core)).has(node))
  return known.map(([node, { chosenThrough, silentTicks }]) => ({
    node,
    matchedThrough: chosenThrough,
    silentTicks,
  }))
}

/** Shows this node: a voter to every member, another to the doer, who looks after those that are to be promoted. */
export function beat(core: Core, effects: Effects): void {
  const doer = findDoer(core)
  const to = isVoterHere(core) ? audience(core) : doer === null ? votersHere(core) : [doer]
  const message = heartbeat(core)
  for (const node of to) if (node !== core.self) effects.send(node, message)
}

export function beatTo(core: Core, node: NodeId, effects: Effects): void {
  if (node !== core.self) effects.send(node, heartbeat(core))
}

function heartbeat(core: Core): Heartbeat {
  const heard = votersHere(core).filter(node => node === core.self || hears(core, node))
  return {
    type: 'heartbeat',
    chosenThrough: core.chosenThrough,
    hears: heard,
    able: isAble(core),
    lowest: lowest(ableOnes(core)),
  }
}

export function onHeartbeat(core: Core, from: NodeId, message: Heartbeat, effects: Effects): void {
  const { chosenThrough, hears: heard, able, lowest: named } = message
  const { pace } = core
  if (chosenThrough > Math.max(core.chosenThrough, pace.ahead?.through ?? 0))
    pace.ahead = { node: from, through: chosenThrough }
  const isKnown = core.governance.everyoneSince(nextSlot(core)).has(from)
  if (!isKnown) {
    // It may have left long ago, or never heard of its successors: what it does not know it will ask for.
    if (chosenThrough < core.chosenThrough) beatTo(core, from, effects)
    return
  }
  const isNews = !hears(core, from)
  core.peers.set(from, {
    chosenThrough,
    silentTicks: 0,
    suspected: false,
    hears: heard,
    able,
    lowest: named,
  })
  if (isNews && isVoterHere(core)) effects.send(from, heartbeat(core))
}

/** Said to be dead: not counted on until it is heard again. How long it was silent is another matter. */
export function suspect(core: Core, node: NodeId): void {
  const peer = core.peers.get(node)
  if (peer) peer.suspected = true
}

/** Time passes; former members are forgotten. */
export function tickPeers(core: Core): void {
  const everyone = core.governance.everyoneSince(nextSlot(core))
  for (const [node, peer] of core.peers) {
    peer.silentTicks++
    if (!everyone.has(node)) core.peers.delete(node)
  }
}

/** Tells everybody what became chosen: voters were sent the values, the others get them now. */
export function tellChosen(
  core: Core,
  { ballot, first, last, run, voters }: Accepting,
  effects: Effects,
): void {
  const { chosenThrough } = core
  const chosen: Message = { type: 'chosen', ballot, first, last }
  const learned: Message = { type: 'learned', firstSlot: first, values: run.values, chosenThrough }
  for (const node of audience(core)) effects.send(node, voters.includes(node) ? chosen : learned)
}

/**
 * Reads that need a quorum: a leader fixes the watermark at which a read arrived, confirms by a ping that left later, and
 * that a quorum echoed, that nobody had taken its place, and only then answers. No clock is involved.
 *
 * An established leader knows everything as chosen that earlier epochs chose: it is in its initial history. Who echoes the
 * ping has accepted no later epoch, so nothing was chosen in one when the read was asked.
 */
import { type NodeId, slot } from '../../base/ids.ts'
import { readsMax } from '../../base/limits.ts'
import { quorumSlot } from '../quorum.ts'
import type { Core, Effects, Following, Leading } from './core.ts'
import type { Of } from './messages.ts'

/** A read asked by `from`; a ping leaves at the end of the step. Dropped when too many wait: asked again. */
export function askRead(
  core: Core,
  role: Leading,
  from: NodeId,
  { session, id }: Omit<Of<'read'>, 'type'>,
): void {
  if (!role.established || role.reads.length >= readsMax) return
  role.reads.push({ id, from, session, slot: core.chosenThrough, round: role.round + 1 })
  role.roundWanted = true
}

/** Hands a read of this node's to its leader, where it has one that answers. */
export function forwardRead(role: Following, id: number, effects: Effects): void {
  const { leader, session, stage } = role
  if (stage.stage === 'broadcasting' && stage.upToDate) effects.send(leader, { type: 'read', session, id })
}

/** Only of the session that asked: ids begin anew in each life. */
export function onReadReply(
  role: Following,
  from: NodeId,
  { session, id, slot }: Of<'readReply'>,
  effects: Effects,
): void {
  if (role.leader === from && role.session === session) effects.answerRead(id, slot)
}

/** Answers the reads whose ping a quorum has echoed. */
export function answerReads(core: Core, role: Leading, effects: Effects): void {
  if (role.reads.length === 0) return
  const echoed = (node: NodeId) => slot(node === core.self ? role.round : (role.peers.get(node)?.round ?? 0))
  const confirmed = quorumSlot(core.membership.voters, echoed)
  const waiting = role.reads.findIndex(read => read.round > confirmed)
  const answered = role.reads.splice(0, waiting === -1 ? role.reads.length : waiting)
  for (const { from, id, session, slot: at } of answered) {
    if (from === core.self) effects.answerRead(id, at)
    else effects.send(from, { type: 'readReply', session, id, slot: at })
  }
}

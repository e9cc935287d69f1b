/**
 * Reads that need a quorum: a leader fixes the commit index at which a read arrived, confirms by a round of echoes that
 * began later that nobody had taken its place, and only then answers. No clock is involved.
 *
 * Source: Ongaro (2014), section 6.4. A new leader's commit index may be behind until it has chosen an entry of its own
 * term: its reads wait for that entry.
 */
import { type NodeId, slot } from '../../base/ids.ts'
import { readsMax } from '../../base/limits.ts'
import { quorumSlot } from '../quorum.ts'
import type { Core, Effects, Leader } from './core.ts'

/** A read asked by `from`; a new round begins at the end of the step. Dropped when too many wait: asked again. */
export function askRead(
  core: Core,
  role: Leader,
  from: NodeId,
  { id, life }: { readonly id: number; readonly life: number },
): void {
  if (role.reads.length >= readsMax) return
  const at = slot(Math.max(core.chosenThrough, role.establishedAt))
  role.reads.push({ id, from, life, slot: at, round: role.round + 1 })
  role.roundWanted = true
}

/** Answers the reads whose round a quorum has echoed, once this term has chosen something of its own. */
export function answerReads(core: Core, role: Leader, effects: Effects): void {
  if (role.reads.length === 0 || core.chosenThrough < role.establishedAt) return
  const echoed = (node: NodeId) => slot(node === core.self ? role.round : (role.peers.get(node)?.round ?? 0))
  const confirmed = quorumSlot(core.configurations.inForce.voters, echoed)
  const waiting = role.reads.findIndex(read => read.round > confirmed)
  const answered = role.reads.splice(0, waiting === -1 ? role.reads.length : waiting)
  for (const { from, id, life, slot: at } of answered) {
    if (from === core.self) effects.answerRead(id, at)
    else effects.send(from, { type: 'readReply', id, life, slot: at })
  }
}

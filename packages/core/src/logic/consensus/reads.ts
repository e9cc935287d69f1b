/**
 * Reads that need a quorum, for engines with a leader: it fixes the watermark at which a read arrived, confirms by a round
 * of echoes that began later that nobody had taken its place, and only then answers. No clock is involved. Does not
 * know how rounds are sent or who echoes them.
 *
 * Source: Ongaro, Consensus: Bridging Theory and Practice (2014), section 6.4 (read index). A new leader's watermark may
 * be behind until it has chosen something of its own: its reads wait for that slot.
 */
import { type NodeId, type Slot, slot } from '../base/ids.ts'
import { readsMax } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import { aCounter, aSlot, type Kinds, record } from '../base/shape.ts'
import { quorumSlot } from './quorum.ts'

export type ReadMessage =
  /** Asks the leader for a slot to read at. */
  | ({ readonly type: 'read' } & ReadQuestion)
  | ({ readonly type: 'readReply'; readonly slot: Slot } & ReadQuestion)

export interface ReadQuestion {
  readonly id: number
  /** The asker's, drawn at its start: ids begin anew then, and an answer to an earlier life is none. */
  readonly life: number
}

/** Enough that no two lives of one node ever meet. */
export const drawLife = (random: Random): number => random.below(2 ** 32)

export interface PendingRead extends ReadQuestion {
  readonly from: NodeId
  readonly slot: Slot
  /** Confirmed once a quorum echoed this round. */
  readonly round: number
}

/** What a leader keeps for its reads. */
export interface Confirming {
  readonly reads: PendingRead[]
  /** Counts rounds. */
  readonly round: number
  /** A round begins at the end of this step. */
  roundWanted: boolean
  /** The slot of the first value that is new under this leader. */
  readonly establishedAt: Slot
  /** The highest round that each member echoed. */
  readonly peers: ReadonlyMap<NodeId, { readonly round: number }>
}

/** A read asked by `from`; a new round begins at the end of the step. Dropped when too many wait: asked again. */
export function askRead(role: Confirming, chosenThrough: Slot, from: NodeId, question: ReadQuestion): void {
  if (role.reads.length >= readsMax) return
  const { id, life } = question
  const at = slot(Math.max(chosenThrough, role.establishedAt))
  role.reads.push({ id, life, from, slot: at, round: role.round + 1 })
  role.roundWanted = true
}

interface Answers {
  answerRead(id: number, slot: Slot): void
  send(to: NodeId, message: ReadMessage): void
}

/** Answers the reads whose round a quorum of `voters` has echoed, once this leader has chosen something of its own. */
export function answerReads(
  role: Confirming,
  { self, chosenThrough }: { readonly self: NodeId; readonly chosenThrough: Slot },
  voters: readonly NodeId[],
  out: Answers,
): void {
  if (role.reads.length === 0 || chosenThrough < role.establishedAt) return
  const echoed = (node: NodeId) => slot(node === self ? role.round : (role.peers.get(node)?.round ?? 0))
  const confirmed = quorumSlot(voters, echoed)
  const waiting = role.reads.findIndex(read => read.round > confirmed)
  const answered = role.reads.splice(0, waiting === -1 ? role.reads.length : waiting)
  for (const { from, id, life, slot: at } of answered) {
    if (from === self) out.answerRead(id, at)
    else out.send(from, { type: 'readReply', id, life, slot: at })
  }
}

const question = { id: aCounter, life: aCounter }

/** Messages of reads from outside. */
export const readMessages: Kinds<ReadMessage> = {
  read: record(question),
  readReply: record({ ...question, slot: aSlot }),
}

/**
 * Leaderless Paxos without who hears whom. Cut away, and why safety does not miss it:
 *
 * - Heartbeats. Before each tick a node hears from all others that they hear everybody: it may propose at any time. Who is
 *   not able to proposes less. What heartbeats say of the chosen slots leads to asking for them; that comes with the
 *   answers to prepares and accepts too. `peers` is the same everywhere.
 * - `pace` and counts of ticks and failures: when to try, read in ticks and at the end of a step only. Chance draws the
 *   shortest wait, so that who is refused tries again at once; a longer one is a restriction of this.
 *
 * Claims stay: they are hints, but decide in which slots a node tries.
 */
import { type NodeId, noSlot } from '../../../logic/base/ids.ts'
import type { Message } from '../../../logic/consensus/paxos/messages.ts'
import { type Lens, plain } from './lens.ts'

export const paxosLens: Lens<Message> = {
  ...plain,
  leftOut: ['self', 'random', 'snapshots', 'logKeptSlots', 'pace', 'peers', 'failures', 'waitedTicks'],
  travels: message => (message.type === 'heartbeat' ? null : message),
  shown: (self, nodes) =>
    nodes.filter(from => from !== self).map(from => ({ type: 'message', from, message: heartbeat(nodes) })),
  arrival: (_core, from, message) => [{ type: 'message', from, message }],
}

const heartbeat = (hears: readonly NodeId[]): Message => ({
  type: 'heartbeat',
  chosenThrough: noSlot,
  hears,
  able: true,
  lowest: null,
})

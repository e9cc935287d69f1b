/**
 * Multi-Paxos without its liveness. Cut away, and why safety does not miss it:
 *
 * - Counts of ticks, `suspected` and random waits: read by ticks and by answers to polls only, and a node gets ticks only
 *   when it is to lose its patience, as many as that takes.
 * - Polls. Each is granted at once: more elections than the voters would allow.
 * - Heartbeats. A promise raised by one is also raised by the prepare of that ballot, which went to the same nodes; the
 *   watermark also comes with `accept` and `chosen`. Rounds and `life` serve reads.
 * - `refused`. It makes a candidate or leader stand back and names a ballot for the next try. Without it they go on for
 *   longer, and try again in the lowest ballot above what they promised; higher ones are a restriction of this.
 */
import { noBallot } from '../../../logic/consensus/ballot.ts'
import type { Message } from '../../../logic/consensus/multi-paxos/messages.ts'
import { countsLeftOut, type Lens, plain } from './lens.ts'

export const multiPaxosLens: Lens<Message> = {
  ...plain,
  leftOut: countsLeftOut,
  travels: message => (lost.has(message.type) ? null : message),
  answer: (_asker, message) =>
    message.type === 'poll'
      ? { type: 'pollReply', ballot: message.ballot, granted: true, promised: noBallot }
      : null,
  arrival: (_core, from, message) => [{ type: 'message', from, message }],
}

const lost: ReadonlySet<Message['type']> = new Set(['poll', 'pollReply', 'heartbeat', 'refused'])

/**
 * ZAB without its elections. Cut away, and why safety does not miss it:
 *
 * - Fast leader election. Who looks is elected at once, whoever it is and as often as the world allows; who is told that
 *   another leads gives up what it does and follows, as often as the world allows. That is more than any election does:
 *   what holds is discovery, synchronisation and broadcast. `round`, `contacts` and the like serve the election only.
 * - Pings, and `alive` in answer. That of a later epoch makes a node follow: here that is being told who leads. The watermark
 *   also comes with `propose` and `commit`, an acknowledgement with each of these. `upToDate` says whom to hand commands to.
 * - `refused`. It makes a leader step down, and one that is elected take a higher epoch at once. Without it the former goes
 *   on for longer, and the latter begins again when it is elected again.
 * - Counts of ticks, `suspected` and random waits: read by ticks only, and a node gets ticks only when it is to lose its
 *   patience, as many as that takes.
 *
 * A turn is a session begun: an old NEWEPOCH makes a follower begin one too.
 */
import { noSlot } from '../../../logic/base/ids.ts'
import { noBallot } from '../../../logic/consensus/ballot.ts'
import type { Core } from '../../../logic/consensus/zab/core.ts'
import type { Credentials, Message, Notification } from '../../../logic/consensus/zab/messages.ts'
import { countsLeftOut, type Lens, plain } from './lens.ts'

export const zabLens: Lens<Message> = {
  ...plain,
  leftOut: [
    ...countsLeftOut,
    'round',
    'contacts',
    'vote',
    'able',
    'tell',
    'toldTicks',
    'restTicks',
    'patienceTicks',
    'ticks',
    'roundWanted',
    'upToDate',
  ],
  travels(message) {
    if (message.type === 'notification') return message.state === 'leading' ? leading(message) : null
    return lost.has(message.type) ? null : message
  },
  answer: (asker, message) =>
    message.type === 'notification' && message.state === 'looking'
      ? { ...message, vote: asker, able: false, hears: true }
      : null,
  *arrival(core, from, message) {
    if (message.type === 'notification')
      while ((core() as Core).role.role !== 'looking') yield { type: 'tick' }
    yield { type: 'message', from, message }
  },
  turned: core => (core as Core).session,
}

const lost: ReadonlySet<Message['type']> = new Set(['ping', 'alive', 'refused', 'inform'])

const credentials: Credentials = { current: noBallot, last: { slot: noSlot, ballot: noBallot } }

/** Says who leads, in a round that is later than any that the receiver is in. */
const leading = ({ vote, round }: Notification): Notification => ({
  type: 'notification',
  round: 2 ** 30 + round,
  state: 'leading',
  vote,
  credentials,
  able: true,
  hears: true,
})

// ZAB, broken.
import { ofZab } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const zabMutants = [
  ofZab(
    'epoch-before-history',
    'a follower writes that it is of an epoch before it has the initial history of that epoch',
    'synchronisation.ts',
    `  acceptEpoch(core, ballot, effects)\n`,
    `  acceptEpoch(core, ballot, effects)\n  core.current = ballot\n  effects.saveHardState()\n`,
  ),
  ofZab(
    'entered-without-history',
    'a follower enters the epoch with whatever history it has when NEWLEADER comes',
    'synchronisation.ts',
    `  if (!isPrefix || newLeader === null || core.log.lastSlot < newLeader) return\n`,
    `  if (newLeader === null) return\n`,
  ),
  ofZab(
    'accepted-epoch-forgotten',
    'a restarted node has accepted no epoch but the one that it is of',
    'recovery.ts',
    `  core.accepted = accepted\n`,
    `  core.accepted = current\n`,
  ),
  ofZab(
    'epoch-before-written',
    'a follower acknowledges an epoch that it may forget',
    'synchronisation.ts',
    `effects.sendAfterPersist(leader, { type: 'ackEpoch'`,
    `effects.send(leader, { type: 'ackEpoch'`,
  ),
  ofZab(
    'ack-before-written',
    'a follower vouches for entries that are not yet on its disk',
    'follower.ts',
    `effects.sendAfterPersist(leader, { type: 'ack'`,
    `effects.send(leader, { type: 'ack'`,
  ),
  ofZab(
    'truncation-skipped',
    'a follower keeps what the initial history does not have, and calls the rest the same',
    'history.ts',
    `  if (core.log.lastSlot > keepThrough) {`,
    `  if (core.log.lastSlot < keepThrough) {`,
  ),
  ofZab(
    'truncation-not-written',
    'what is taken back stays on disk',
    'history.ts',
    `    effects.truncate(slotAfter(keepThrough))\n`,
    ``,
  ),
  ofZab(
    'chosen-by-one',
    'a leader takes for chosen what one voter has',
    'leader.ts',
    `Math.min(quorumSlot(core.membership.voters, matched), nextChange(core, role))`,
    `Math.min(Math.max(...core.membership.voters.map(matched)), nextChange(core, role))`,
  ),
  ofZab(
    'epoch-not-compared',
    'the longer history wins, of whichever epoch it is',
    'history.ts',
    `    a.current.counter - b.current.counter ||\n    a.last.ballot.counter - b.last.ballot.counter ||\n`,
    ``,
  ),
  ofZab(
    'best-history-not-fetched',
    'the elected one begins with its own history, although a better one was reported',
    'discovery.ts',
    `  if (best === null) return becomeLeading`,
    `  if (best === null || best !== core.self) return becomeLeading`,
  ),
  ofZab(
    'read-without-ping',
    'a leader answers reads without asking whether it still leads',
    'reads.ts',
    `read => read.round > confirmed`,
    `read => read.round > role.round`,
  ),
]

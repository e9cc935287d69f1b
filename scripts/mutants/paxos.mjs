// Leaderless Paxos, broken.
import { ofPaxos } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const paxosMutants = [
  ofPaxos(
    'lowest-ballot-wins',
    'a proposer takes over the value of the lowest ballot reported',
    'proposer.ts',
    `compareBallots(b.ballot, a.ballot) > 0`,
    `compareBallots(b.ballot, a.ballot) < 0`,
  ),
  ofPaxos(
    'counts-over-ballots',
    'a proposer counts whoever accepted something from it, in whichever ballot',
    'proposer-role.ts',
    `  sameBallot(attempt.ballot, ballot) && attempt.voters.includes(from)`,
    `  attempt.ballot.node === ballot.node && attempt.voters.includes(from)`,
  ),
  ofPaxos(
    'accepts-below-promise',
    'an acceptor accepts whatever it is sent in slots that are not chosen',
    'acceptor-role.ts',
    `at => isOpen(core, at) && refuses(at))`,
    `at => isOpen(core, at) && refuses(at) && at === 1)`,
  ),
  ofPaxos(
    'promise-forgotten',
    'a restarted acceptor has promised nothing',
    'paxos.ts',
    `  for (const { first, last, ballot } of ranges) core.promises.raise(first, last, ballot)\n`,
    ``,
  ),
  ofPaxos(
    'ballot-reused',
    'a restarted proposer counts its ballots from what its acceptor holds',
    'paxos.ts',
    `  core.counter = reservedCounter\n`,
    ``,
  ),
  ofPaxos(
    'promise-before-written',
    'an acceptor answers a prepare before its promise is on disk',
    'acceptor-role.ts',
    `effects.sendAfterPersist(from, { type: 'promise'`,
    `effects.send(from, { type: 'promise'`,
  ),
  ofPaxos(
    'chosen-taken-for-held',
    'a learner takes what it holds for chosen, in whichever ballot it accepted it',
    'learner.ts',
    `if (held !== undefined && sameBallot(held.ballot, ballot))`,
    `if (held !== undefined)`,
  ),
  ofPaxos(
    'read-asks-one',
    'a read is content with the first acceptor that answers',
    'reads.ts',
    `isQuorum(voters, node => read.answers.has(node))`,
    `voters.some(node => read.answers.has(node))`,
  ),
  ofPaxos(
    'window-ignored',
    'a change governs the slot after it, where others still count by the membership before it',
    'governance.ts',
    `from: slotAfter(at, paxosWindowSlots), membership`,
    `from: slotAfter(at), membership`,
  ),
]

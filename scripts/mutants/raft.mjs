// Raft, broken.
import { mutant } from './kinds.mjs'

const raft = 'consensus/raft'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const raftMutants = [
  {
    name: 'raft-counts-older-terms',
    breaks:
      'a leader takes an entry of an older term for chosen because a quorum holds it (entries go one by one)',
    engine: 'raft',
    edits: [
      {
        file: `${raft}/leader.ts`,
        find: `if (ballot !== undefined && sameBallot(ballot, role.ballot)) learnThrough`,
        replace: `if (ballot !== undefined) learnThrough`,
      },
      { file: `${raft}/replication.ts`, find: `entriesMax: appendEntriesMax`, replace: `entriesMax: 1` },
    ],
  },
  mutant(
    'raft-vote-forgotten',
    'a restarted voter has voted for nobody',
    `${raft}/raft.ts`,
    `  core.votedFor = votedFor\n`,
    ``,
  ),
  mutant(
    'raft-vote-before-written',
    'a voter answers before its vote is on disk',
    `${raft}/candidate.ts`,
    `effects.sendAfterPersist(from, { type: 'vote', ballot })`,
    `effects.send(from, { type: 'vote', ballot })`,
  ),
  mutant(
    'raft-vote-for-anybody',
    'a vote goes to a log that lacks what may be chosen',
    `${raft}/entries.ts`,
    `return compared > 0 || (compared === 0 && end.slot >= own.slot)`,
    `return compared > -2`,
  ),
  mutant(
    'raft-appended-before-written',
    'a follower vouches for what is not yet on its disk',
    `${raft}/follower.ts`,
    `effects.sendAfterPersist(to, { type: 'appended'`,
    `effects.send(to, { type: 'appended'`,
  ),
  mutant(
    'raft-drops-what-matches',
    'an append that came late takes away what was vouched for since',
    `${raft}/entries.ts`,
    `    if (known === values.length) continue\n`,
    `    if (known === values.length) {\n      if (from <= core.log.lastSlot && from > core.chosenThrough) truncate(core, from, effects)\n      continue\n    }\n`,
  ),
  mutant(
    'raft-matches-anything',
    'a follower takes an append without looking at what stands before it',
    `${raft}/entries.ts`,
    `return held !== undefined && sameBallot(held, place.ballot)`,
    `return held !== undefined`,
  ),
  mutant(
    'raft-changes-too-early',
    'a new leader changes the membership before it has chosen anything of its own',
    `${raft}/leader.ts`,
    `return core.chosenThrough < role.establishedAt || core.configurations.isOpen`,
    `return core.configurations.isOpen`,
  ),
]

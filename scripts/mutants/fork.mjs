// Forks, broken.
import { ofForks } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const forkMutants = [
  {
    ...ofForks(
      'forgets-what-it-holds',
      'what a replica has accepted, and does not know as chosen any more since it was started again, is given up',
      'replica/surrender.ts',
      `of engine.held())`,
      `of [])`,
    ),
    tests: ['testing/fork.test.ts'],
  },
  ofForks(
    'begins-at-the-old-slot',
    'the new ensemble decides slots that the old one may have decided otherwise',
    'state/fork.ts',
    `slotAfter(appliedThrough, forkSlots)`,
    `slotAfter(appliedThrough, 1)`,
  ),
  ofForks(
    'keeps-sessions',
    'sessions of the old ensemble go on in the new one',
    'state/fork.ts',
    `sessions: new SessionTable(), header`,
    `sessions, header`,
  ),
  ofForks(
    'keeps-ephemerals',
    'ephemerals outlive the sessions that ended with the old ensemble',
    'state/fork.ts',
    `    removeEphemerals(tree, end)\n`,
    ``,
  ),
  ofForks(
    'keeps-the-leadership',
    'who led the old ensemble may expire sessions of the new one',
    'state/fork.ts',
    `leadership: noSlot`,
    `leadership: header.leadership`,
  ),
  ofForks(
    'keeps-the-ensemble',
    'members of the old ensemble are connected to the new one',
    '../host/worker/fork.ts',
    `ensemble: ensembleId(mintId())`,
    `ensemble: old.ensemble`,
  ),
  ofForks(
    'swaps-too-early',
    'a profile goes over to a new ensemble whose replica may not be complete on disk',
    '../host/worker/fork-record.ts',
    `    fork.isWritten && standing === fork.ensemble\n`,
    `    standing === fork.ensemble\n`,
  ),
  ofForks(
    'arbiter-not-heard',
    'a profile goes over to its fork though the room went to another',
    '../host/worker/fork-record.ts',
    `    fork.isWritten && standing === fork.ensemble\n`,
    `    fork.isWritten\n`,
  ),
  ofForks(
    'genesis-forgets-its-slot',
    'a new log begins with nothing chosen, though its snapshot says otherwise',
    'consensus/raft/raft.ts',
    `genesisOf(snapshot, founding(snapshot.through))`,
    `({ hardState: founding(snapshot.through), log: [], snapshot: null })`,
  ),
]

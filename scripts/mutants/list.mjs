/**
 * Builds that are broken on purpose. Each is a change of the sources that `npm run mutants` must see fail: a checker that
 * has never caught anything proves nothing. `find` stands exactly once in `file`, or the run fails loudly.
 */

import { feedMutants } from './feed.mjs'
import { forkMutants } from './fork.mjs'
import { foundingMutants } from './founding.mjs'
import { multiPaxosMutants } from './multi-paxos.mjs'
import { networkMutants } from './network.mjs'
import { paxosMutants } from './paxos.mjs'
import { raftMutants } from './raft.mjs'
import { recipeMutants } from './recipes.mjs'
import { replicaMutants } from './replica.mjs'
import { zabMutants } from './zab.mjs'

/** Found in a world of the model checker. The others need more time, members, reads or clients than a world has. */
const inModel = new Set([
  'accepted-before-written',
  'promise-before-written',
  'promise-not-written',
  'value-not-written',
  'promise-forgotten',
  'ballot-reused',
  'quorum-too-small',
  'lowest-ballot-wins',
  'value-dropped',
  'promises-of-a-minority',
  'accepts-below-promise',
  'counted-over-ballots',
  'watermark-believed',
  'raft-counts-older-terms',
  'raft-vote-forgotten',
  'raft-vote-before-written',
  'raft-vote-for-anybody',
  'raft-appended-before-written',
  'raft-drops-what-matches',
  'raft-matches-anything',
  'paxos-lowest-ballot-wins',
  'paxos-counts-over-ballots',
  'paxos-accepts-below-promise',
  'paxos-promise-forgotten',
  'paxos-promise-before-written',
  'paxos-chosen-taken-for-held',
  'zab-epoch-before-history',
  'zab-entered-without-history',
  'zab-accepted-epoch-forgotten',
  'zab-ack-before-written',
  'zab-truncation-skipped',
  'zab-chosen-by-one',
  'zab-epoch-not-compared',
  'zab-best-history-not-fetched',
])

const broken = [
  ...multiPaxosMutants,
  ...replicaMutants,
  ...raftMutants,
  ...paxosMutants,
  ...zabMutants,
  ...feedMutants,
  ...forkMutants,
  ...foundingMutants,
  ...recipeMutants,
  ...networkMutants,
]

/** @type {readonly import('./kinds.mjs').Mutant[]} */
export const mutants = broken.map(mutant => ({ ...mutant, isInModel: inModel.has(mutant.name) }))

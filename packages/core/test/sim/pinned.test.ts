/** Seeds that once failed. What each of them broke is mended, and stays so. */
import { expect, test } from 'vitest'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import type { FaultName } from '../../src/sim/fault-parts.ts'
import { runSeed } from '../../src/sim/index.ts'
import { untwisted } from '../../src/sim/plan.ts'

interface Pinned {
  readonly engine: EngineName
  readonly seed: number
  /** Null: those that the seed draws. */
  readonly faults: readonly FaultName[] | null
  readonly broke: string
}

const pinned: readonly Pinned[] = [
  {
    engine: 'multi-paxos',
    seed: 76,
    faults: null,
    broke: 'a replica that was taken out without hearing of it waited for ever, a member in its own eyes',
  },
  {
    engine: 'zab',
    seed: 53,
    faults: ['churn'],
    broke: 'a follower that was taken out and in again kept its old session, which its leader had forgotten',
  },
  {
    engine: 'zab',
    seed: 304,
    faults: null,
    broke: 'one elected waited for a quorum of the empty membership of a voter that had learned nothing yet',
  },
  {
    engine: 'raft',
    seed: 399,
    faults: null,
    broke: 'not Raft but its checker: a slot chosen by a later term may hold entries of terms in between',
  },
  {
    engine: 'raft',
    seed: 186,
    faults: null,
    broke:
      'the only one that held its own removal did not stand, and the one that remained could not be elected',
  },
]

test.each(pinned)('SIM-13 $engine, seed $seed: $broke', ({ engine, seed, faults }) => {
  expect(runSeed(seed, engine, false, { ...untwisted, faults }).failure).toBeNull()
})

/**
 * The small worlds that each engine is explored in, the quickest first: two proposers, three acceptors, every loss,
 * repetition and order of messages, a crash, two to four ballots, two slots and more. Small enough to be seen whole, large
 * enough for the known traps.
 */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineKind } from '../../logic/consensus/engines.ts'
import type { Before, World } from './world.ts'

/** Above what any of them has: a world that gets here was made too large. */
const statesMax = 4_000_000

const all = ['a', 'b', 'c']

const stand = (node: string, among = all, without: readonly string[] = []): Before => ({
  type: 'stand',
  node,
  among,
  without,
})
/** A command that only `node` has. */
const proposeAlone = (node: string): Before => ({ type: 'propose', node, among: [node], without: [] })
const restart: Before = { type: 'restart' }

/** The ensemble is founded, and a leads, where somebody does. */
const founded = [stand('a')]

/** The logs of a and b go on differently after the founding, of two elections, and nobody else has either end. */
const parted = (without: readonly string[]): readonly Before[] => [
  ...founded,
  proposeAlone('a'),
  restart,
  stand('b', ['b', 'c'], without),
  proposeAlone('b'),
  restart,
]

type Sketch = Pick<World, 'name' | 'stands' | 'proposals'> & Partial<World>

export function worldsOf(engine: EngineName): readonly World[] {
  const common = {
    kind: engineKind(engine),
    nodes: all,
    before: [],
    turns: [0, 0, 0],
    crash: false,
    lost: [],
  }
  return sketches[engine].map(sketch => ({ ...common, statesMax, ...sketch }))
}

const sketches: { readonly [engine in EngineName]: readonly Sketch[] } = {
  'multi-paxos': [
    { name: 'two candidates at the founding', stands: [1, 1, 0], proposals: [0, 0, 0] },
    {
      name: 'a leader, a command, a crash, the leader again',
      stands: [2, 0, 0],
      proposals: [1, 0, 0],
      crash: true,
    },
    {
      name: 'a rival while two commands are under way',
      before: founded,
      stands: [0, 1, 0],
      proposals: [2, 1, 0],
    },
    {
      name: 'a rival, the leader again, a crash',
      before: founded,
      stands: [1, 1, 0],
      proposals: [1, 0, 0],
      crash: true,
    },
  ],
  raft: [
    {
      name: 'two logs that part, a crash',
      before: parted(['append']),
      stands: [2, 1, 0],
      proposals: [0, 0, 0],
      crash: true,
    },
    {
      name: 'a leader, a command, a crash, the leader again',
      stands: [2, 0, 0],
      proposals: [1, 0, 0],
      crash: true,
    },
    { name: 'two candidates and their commands', stands: [1, 1, 0], proposals: [1, 1, 0] },
    {
      name: 'a rival, the leader again, a crash',
      before: founded,
      stands: [1, 1, 0],
      proposals: [1, 1, 0],
      crash: true,
    },
    { name: 'four terms of two leaders', before: founded, stands: [1, 2, 0], proposals: [1, 1, 0] },
  ],
  zab: [
    {
      name: 'a leader, a command, a crash, the leader again',
      stands: [2, 0, 0],
      turns: [0, 1, 1],
      proposals: [1, 0, 0],
      crash: true,
    },
    {
      name: 'two leaders from the founding, a crash',
      stands: [1, 1, 0],
      turns: [1, 1, 1],
      proposals: [1, 1, 0],
      crash: true,
    },
    {
      name: 'a rival, the leader again, a crash',
      before: founded,
      stands: [1, 1, 0],
      turns: [1, 1, 1],
      proposals: [1, 1, 0],
      crash: true,
    },
    {
      name: 'a rival, the leader again, a voter that turns twice',
      before: founded,
      stands: [1, 1, 0],
      turns: [1, 1, 2],
      proposals: [1, 1, 0],
    },
    {
      name: 'two histories that part, a crash',
      before: parted([]),
      stands: [1, 1, 0],
      turns: [1, 1, 2],
      proposals: [0, 0, 0],
      crash: true,
    },
  ],
  paxos: [
    { name: 'the founding by three', stands: [0, 0, 0], proposals: [0, 0, 0] },
    { name: 'two proposers, two slots and more', before: founded, stands: [0, 0, 0], proposals: [2, 1, 0] },
    {
      name: 'a proposer, one that finishes for it, a crash',
      before: founded,
      stands: [0, 1, 0],
      proposals: [1, 0, 0],
      crash: true,
    },
    {
      name: 'a proposer, one that finishes for it, both again',
      before: founded,
      stands: [1, 1, 0],
      proposals: [1, 0, 0],
    },
  ],
}

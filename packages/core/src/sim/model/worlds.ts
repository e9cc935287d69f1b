/** The small worlds that each engine is explored in. Small enough to be seen whole, large enough for the known traps. */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineKind } from '../../logic/consensus/engines.ts'
import type { World } from './explore.ts'

const statesMax = 3_000_000

export function worldsOf(engine: EngineName): readonly World[] {
  const kind = engineKind(engine)
  const nodes = ['a', 'b', 'c']
  return [
    {
      name: 'two candidates, one crash',
      kind,
      nodes,
      timeouts: [1, 1, 0],
      proposals: [0, 0, 0],
      crashes: 1,
      statesMax,
    },
    {
      name: 'two candidates, one command each',
      kind,
      nodes,
      timeouts: [1, 1, 0],
      proposals: [1, 1, 0],
      crashes: 0,
      statesMax,
    },
  ]
}

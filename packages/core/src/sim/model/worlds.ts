/** The small worlds that each engine is explored in. Small enough to be seen whole, large enough for the known traps. */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineKind } from '../../logic/consensus/engines.ts'
import type { World } from './explore.ts'

/** Far above what any of them has: a world that gets here was made too large. */
const statesMax = 2_000_000

/** Messages that only liveness needs: where two rivals meet, leaving them out keeps the world small enough to be seen. */
const lostAmongRivals: { readonly [engine in EngineName]?: readonly string[] } = {
  'multi-paxos': ['heartbeat', 'chosen', 'refused'],
}

export function worldsOf(engine: EngineName): readonly World[] {
  // Who hears whom is part of every state there, which makes each world too large; its rules for one slot are also those
  // of Multi-Paxos, and seen whole with it.
  if (engine === 'paxos') return []
  // Nor do its elections fit: every notification heard is part of a state, and safety does not depend on any of them.
  if (engine === 'zab') return []
  const common = { kind: engineKind(engine), nodes: ['a', 'b', 'c'], lost: [], statesMax }
  return [
    {
      ...common,
      name: 'a leader and a command',
      timeouts: [1, 0, 0],
      proposals: [1, 0, 0],
      crashes: 0,
    },
    {
      ...common,
      name: 'a candidate and a crash at any write',
      timeouts: [1, 0, 0],
      proposals: [0, 0, 0],
      crashes: 1,
    },
    {
      ...common,
      name: 'two candidates',
      timeouts: [1, 1, 0],
      proposals: [0, 0, 0],
      crashes: 0,
      lost: lostAmongRivals[engine] ?? [],
    },
  ]
}

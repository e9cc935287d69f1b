/** The lens of each engine. */
import type { EngineName } from '../../../logic/consensus/engine.ts'
import type { AnyLens } from './lens.ts'
import { multiPaxosLens } from './multi-paxos.ts'
import { paxosLens } from './paxos.ts'
import { raftLens } from './raft.ts'
import { zabLens } from './zab.ts'

const lenses: { readonly [engine in EngineName]: unknown } = {
  paxos: paxosLens,
  'multi-paxos': multiPaxosLens,
  raft: raftLens,
  zab: zabLens,
}

/** An engine and its lens know the same messages, so hiding their type loses nothing. */
export const lensOf = (engine: EngineName): AnyLens => lenses[engine] as AnyLens

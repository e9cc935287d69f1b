/** The registry of engines: the only file that knows them all. Their names are in engine-names.ts. */
import type { AnyEngineKind, EngineName } from './engine.ts'
import { multiPaxos } from './multi-paxos/multi-paxos.ts'
import { paxos } from './paxos/paxos.ts'
import { raft } from './raft/raft.ts'
import { zab } from './zab/zab.ts'

const kinds: { readonly [Name in EngineName]: AnyEngineKind } = {
  'multi-paxos': multiPaxos as unknown as AnyEngineKind,
  raft: raft as unknown as AnyEngineKind,
  paxos: paxos as unknown as AnyEngineKind,
  zab: zab as unknown as AnyEngineKind,
}

/** The engine of that name. Its messages are parsed by its own parser, so hiding their type loses nothing. */
export const engineKind = (name: EngineName): AnyEngineKind => kinds[name]

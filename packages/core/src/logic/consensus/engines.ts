/** The registry of engines: the only file that knows them all. */
import { assert } from '../base/assert.ts'
import type { EngineKind, EngineName } from './engine.ts'
import { multiPaxos } from './multi-paxos/multi-paxos.ts'
import { paxos } from './paxos/paxos.ts'
import { raft } from './raft/raft.ts'
import { zab } from './zab/zab.ts'

/** An engine of which only the contract is known: its messages are opaque outside. */
export type AnyEngineKind = EngineKind<unknown>

/** In the order in which people are offered them. */
const kinds: readonly AnyEngineKind[] = [
  multiPaxos as unknown as AnyEngineKind,
  raft as unknown as AnyEngineKind,
  paxos as unknown as AnyEngineKind,
  zab as unknown as AnyEngineKind,
]

export const engineNames: readonly EngineName[] = kinds.map(({ name }) => name)

/** The engine of that name. Its messages are parsed by its own parser, so hiding their type loses nothing. */
export function engineKind(name: EngineName): AnyEngineKind {
  const kind = kinds.find(each => each.name === name)
  assert(kind !== undefined, `${name} is an engine of this version`)
  return kind
}

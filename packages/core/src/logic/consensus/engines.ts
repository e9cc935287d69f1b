/** The registry of engines: the only file that knows them all. */
import type { EngineKind, EngineName } from './engine.ts'
import { multiPaxos } from './multi-paxos/multi-paxos.ts'

/** An engine of which only the contract is known: its messages are opaque outside. */
export type AnyEngineKind = EngineKind<unknown>

const kinds = { 'multi-paxos': multiPaxos } as const

export const engineNames = Object.keys(kinds) as readonly EngineName[]

/** The engine of that name. Its messages are parsed by its own parser, so hiding their type loses nothing. */
export const engineKind = (name: EngineName): AnyEngineKind => kinds[name] as unknown as AnyEngineKind

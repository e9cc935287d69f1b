/** What a small world is: an engine, its nodes, what happened before, and how much may happen from there. */
import type { AnyEngineKind } from '../../logic/consensus/engine.ts'

export interface World {
  readonly name: string
  readonly kind: AnyEngineKind
  readonly nodes: readonly string[]
  /** What happened before, in this one order. */
  readonly before: readonly Before[]
  /** How often each node may lose its patience and stand, or try again; in the order of `nodes`. */
  readonly stands: readonly number[]
  /** How often each node may turn to another leader by itself, where the engine has that. */
  readonly turns: readonly number[]
  /** Commands that each node may propose, when it can. */
  readonly proposals: readonly number[]
  /** One of the nodes may crash, once, at any moment. */
  readonly crash: boolean
  /** Types of messages that never arrive here, besides those that the engine's lens leaves out. */
  readonly lost: readonly string[]
  /** Give up after so many states. */
  readonly statesMax: number
}

/**
 * One thing that happens, and then everything that comes of it between the nodes of `among`, but for messages of the types
 * `without`. What did not arrive may still arrive later, unless all were restarted since.
 */
export type Before =
  | {
      readonly type: 'stand'
      readonly node: string
      readonly among: readonly string[]
      readonly without: readonly string[]
    }
  | {
      readonly type: 'propose'
      readonly node: string
      readonly among: readonly string[]
      readonly without: readonly string[]
    }
  /** All nodes crash and come back, with nothing but what their disks hold. */
  | { readonly type: 'restart' }

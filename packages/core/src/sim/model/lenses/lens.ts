/**
 * How the checker looks at one engine: what of its liveness is cut away, so that worlds become small enough to be seen
 * whole. Each lens argues in its head that no behaviour which matters to safety is lost with it, or says what is.
 */
import type { NodeId } from '../../../logic/base/ids.ts'
import type { EngineInput } from '../../../logic/consensus/engine.ts'

export interface Lens<Message> {
  /** Names of fields, at any depth of what `inspect()` shows, that tell no two states apart. */
  readonly leftOut: readonly string[]
  /** `message` in the form in which it travels; null when it never arrives. */
  travels(message: Message): Message | null
  /**
   * What `asker` is told at once, in the name of whom it asked: the most favourable answer to a question of liveness.
   * Null for everything else.
   */
  answer(asker: NodeId, message: Message): Message | null
  /** What `self` hears of the others of `nodes` when it starts, and before each tick. */
  shown(self: NodeId, nodes: readonly NodeId[]): readonly EngineInput<Message>[]
  /** `message` arrives at a node whose state is `core()`, with what has to happen before. */
  arrival(core: () => unknown, from: NodeId, message: Message): Iterable<EngineInput<Message>>
  /** How often this node has turned to a leader in this life, by what `inspect()` shows: a world allows so many turns. */
  turned(core: unknown): number
}

/** Of an engine whose messages are opaque. */
export type AnyLens = Lens<unknown>

/** What most lenses have: nobody is asked, told or turned. */
export const plain = { answer: () => null, shown: () => [], turned: () => 0 } as const

/** In the engines with a leader: what never changes, and counts that only ticks read. */
export const countsLeftOut: readonly string[] = [
  'self',
  'random',
  'life',
  'snapshots',
  'logKeptSlots',
  'silentTicks',
  'electionTicks',
  'suspected',
  'ticksLeft',
  'waitedTicks',
  'roundTicks',
]

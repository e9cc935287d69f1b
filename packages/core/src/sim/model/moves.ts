/**
 * What each node of a world would do, remembered: from a local state and one action to the next local state, the letters
 * sent and the slots decided, all as numbers. A world reaches the same local states over and over; each is computed once.
 */
import { InvariantError } from '../../logic/base/assert.ts'
import { nodeId } from '../../logic/base/ids.ts'
import type { EngineInput } from '../../logic/consensus/engine.ts'
import type { AnyEngineKind } from '../../logic/consensus/engines.ts'
import { type Ending, type LocalState, ModelNode, type Transition } from './node.ts'
import { Interned, textOf } from './plain.ts'

/** A message that was sent; once sent it may always arrive. */
export interface Letter {
  readonly from: number
  readonly to: number
  readonly message: unknown
  readonly text: string
}

export interface Move {
  /** The number of the next local state. */
  readonly next: number
  /** One bit for each letter sent. */
  readonly letters: bigint
  readonly decided: readonly (readonly [slot: number, value: string])[]
  /** The invariant of the engine itself that broke; null when none did. */
  readonly broken: string | null
}

/** Ticks within which a node that hears nothing has lost its patience, in every engine. */
const patienceTicks = 64

export class Moves {
  readonly #names: readonly string[]
  readonly #nodes: readonly ModelNode[]
  readonly #locals = new Interned<LocalState>()
  readonly #letters = new Interned<Letter>()
  /** By letter and ending, then by local state. */
  readonly #deliveries = new Map<string, Map<number, Move>>()
  readonly #others = new Map<string, Move>()

  constructor(kind: AnyEngineKind, names: readonly string[]) {
    this.#names = names
    const ids = names.map(nodeId)
    this.#nodes = ids.map(id => new ModelNode(kind, id, ids))
  }

  get letters(): Interned<Letter> {
    return this.#letters
  }

  local(id: number): LocalState {
    return this.#locals.value(id)
  }

  initial(index: number): number {
    return this.#intern(index, this.#node(index).initial())
  }

  /** Letter `id` arrives at its receiver, which is in local state `local`. */
  deliver(local: number, id: number, ending: Ending): Move {
    const key = `${id} ${ending}`
    const known = this.#deliveries.get(key) ?? new Map<number, Move>()
    this.#deliveries.set(key, known)
    const before = known.get(local)
    if (before !== undefined) return before
    const { from, to, message } = this.#letters.value(id)
    const made = this.#make(to, local, [{ type: 'message', from: this.#node(from).self, message }], ending)
    known.set(local, made)
    return made
  }

  /** Node `index` proposes `command`. */
  propose(index: number, local: number, command: Uint8Array, ending: Ending): Move {
    return this.#remember(`propose ${index} ${local} ${command} ${ending}`, () =>
      this.#make(index, local, [{ type: 'propose', commands: [command] }], ending),
    )
  }

  /** Ticks until node `index` does something about the silence around it. */
  losePatience(index: number, local: number, ending: Ending): Move {
    return this.#remember(`timeout ${index} ${local} ${ending}`, () => {
      const ticks: EngineInput<unknown>[] = [{ type: 'tick' }]
      while (ticks.length < patienceTicks && this.#make(index, local, ticks, 'done').letters === 0n)
        ticks.push({ type: 'tick' })
      return this.#make(index, local, ticks, ending)
    })
  }

  #remember(key: string, make: () => Move): Move {
    const known = this.#others.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#others.set(key, made)
    return made
  }

  #make(index: number, local: number, inputs: readonly EngineInput<unknown>[], ending: Ending): Move {
    try {
      const transition = this.#node(index).run(this.#locals.value(local), inputs, ending)
      return {
        next: this.#intern(index, transition.next),
        letters: this.#written(index, transition),
        decided: transition.decided.map(({ slot, value }) => [slot, textOf(value)]),
        broken: null,
      }
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error
      return { next: local, letters: 0n, decided: [], broken: error.message }
    }
  }

  #written(index: number, { sent }: Transition): bigint {
    let letters = 0n
    for (const { to, message } of sent) {
      const receiver = this.#names.indexOf(to)
      if (receiver === -1) continue
      const text = `${this.#names[index]}>${to} ${textOf(message)}`
      letters |= 1n << BigInt(this.#letters.id(text, () => ({ from: index, to: receiver, message, text })))
    }
    return letters
  }

  #intern(index: number, local: LocalState): number {
    return this.#locals.id(`${index} ${local.text}`, () => local)
  }

  #node(index: number): ModelNode {
    const node = this.#nodes[index]
    if (node === undefined) throw new Error(`there is no node ${index}`)
    return node
  }
}

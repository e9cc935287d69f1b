/**
 * Breadth-first over everything that can happen in a small world: any message that was ever sent may arrive at any time,
 * any number of times or never; nodes time out, propose and crash within a budget. Each reached state is visited once.
 * The invariant: no two nodes ever decide differently for a slot, not even across a crash.
 *
 * Messages in flight are a growing set, which makes loss, repetition and reordering one and the same thing.
 */

import { InvariantError } from '../../logic/base/assert.ts'
import { hashString } from '../../logic/base/hash.ts'
import { type NodeId, nodeId } from '../../logic/base/ids.ts'
import type { EngineInput } from '../../logic/consensus/engine.ts'
import type { AnyEngineKind } from '../../logic/consensus/engines.ts'
import { type Ending, type LocalState, ModelNode, type Transition } from './node.ts'
import { Interned, textOf } from './plain.ts'

export interface World {
  readonly name: string
  readonly kind: AnyEngineKind
  readonly nodes: readonly string[]
  /** How often each node may lose its patience, in the order of `nodes`. */
  readonly timeouts: readonly number[]
  /** Commands that each node may propose, when it can. */
  readonly proposals: readonly number[]
  /** Crashes in all. */
  readonly crashes: number
  /** Give up after so many states. */
  readonly statesMax: number
}

export interface Exploration {
  readonly states: number
  /** Steps of the longest way to a new state. */
  readonly depth: number
  readonly seconds: number
  /** Everything was seen; else `statesMax` was reached. */
  readonly exhausted: boolean
  /** How the invariant broke, step by step; null when it held. */
  readonly broken: { readonly message: string; readonly steps: readonly string[] } | null
}

interface Letter {
  readonly from: number
  readonly to: number
  readonly message: unknown
  readonly text: string
}

interface State {
  /** By node: the number of its local state. */
  readonly locals: readonly number[]
  /** One bit for each message that was ever sent. */
  readonly letters: bigint
  readonly timeouts: readonly number[]
  readonly proposals: readonly number[]
  readonly crashes: number
  /** By slot: the text of what was decided. */
  readonly decided: readonly (readonly [number, string])[]
  readonly before: State | null
  readonly step: string
}

/** Ticks within which a node that hears nothing has lost its patience, in every engine. */
const patienceTicks = 64

export function explore(world: World): Exploration {
  return new Explorer(world).run()
}

class Explorer {
  readonly #world: World
  readonly #nodes: readonly ModelNode[]
  readonly #locals = new Interned<LocalState>()
  readonly #letters = new Interned<Letter>()
  readonly #transitions = new Map<string, Transition | string>()
  /** By everything but the letters: the sets of letters that were visited with it, none within another. */
  readonly #seen = new Map<string, bigint[]>()
  #states = 0

  constructor(world: World) {
    this.#world = world
    const ids = world.nodes.map(nodeId)
    this.#nodes = ids.map(id => new ModelNode(world.kind, id, ids))
  }

  run(): Exploration {
    const started = performance.now()
    const { timeouts, proposals, crashes } = this.#world
    const locals = this.#nodes.map((node, index) => this.#intern(index, node.initial()))
    let frontier: State[] = [
      { locals, letters: 0n, timeouts, proposals, crashes, decided: [], before: null, step: 'start' },
    ]
    let depth = 0
    const result = (exhausted: boolean, broken: Exploration['broken']): Exploration => ({
      states: this.#states,
      depth,
      seconds: (performance.now() - started) / 1000,
      exhausted,
      broken,
    })
    for (; frontier.length > 0; depth++) {
      const next: State[] = []
      for (const state of frontier) {
        for (const reached of this.#successors(state)) {
          if (typeof reached === 'string')
            return result(false, { message: reached, steps: this.#stepsTo(state) })
          const full = this.#saturated(reached)
          if (this.#visit(full)) next.push(full)
        }
        if (this.#states >= this.#world.statesMax) return result(false, null)
      }
      frontier = next
    }
    return result(true, null)
  }

  /**
   * Whether `state` is new: not when all else was seen with these letters and perhaps more. Whatever can happen with some
   * letters can happen with more of them, because none has to arrive.
   */
  #visit({ locals, letters, timeouts, proposals, crashes, decided }: State): boolean {
    const text = `${locals}|${timeouts}|${proposals}|${crashes}|${decided.join(';')}`
    const key = `${hashString(text)}.${hashString(text, 1)}`
    const known = this.#seen.get(key) ?? []
    if (known.some(more => (more & letters) === letters)) return false
    this.#seen.set(key, [...known.filter(fewer => (fewer & letters) !== fewer), letters])
    this.#states++
    return true
  }

  /**
   * `state` with every answer that some node would give without changing itself: such an answer can be had at any time,
   * and having it excludes nothing.
   */
  #saturated(state: State): State {
    let full = state
    for (let grown = true; grown; ) {
      grown = false
      for (const [id, letter] of this.#lettersOf(full)) {
        const transition = this.#deliver(full, id, letter)
        if (typeof transition === 'string' || transition.decided.length > 0) continue
        if (this.#intern(letter.to, transition.next) !== full.locals[letter.to]) continue
        const letters = full.letters | this.#written(letter.to, transition)
        if (letters === full.letters) continue
        full = { ...full, letters }
        grown = true
      }
    }
    return full
  }

  *#lettersOf({ letters }: State): Iterable<readonly [number, Letter]> {
    for (let id = 0; id < this.#letters.size; id++)
      if ((letters & (1n << BigInt(id))) !== 0n) yield [id, this.#letters.value(id)]
  }

  #deliver(state: State, id: number, letter: Letter): Transition | string {
    return this.#transition(state, letter.to, `deliver ${id}`, () => this.#input(letter), 'done')
  }

  #input({ from, message }: Letter): readonly EngineInput<unknown>[] {
    return [{ type: 'message', from: this.#id(from), message }]
  }

  *#successors(state: State): Iterable<State | string> {
    for (let index = 0; index < this.#nodes.length; index++) {
      const { status } = this.#locals.value(state.locals[index] ?? 0)
      const name = this.#world.nodes[index]
      if ((state.timeouts[index] ?? 0) > 0 && status.role !== 'leader') {
        const spent = { ...state, timeouts: less(state.timeouts, index) }
        yield* this.#act(spent, index, `timeout ${name}`, () => this.#impatience(state, index))
      }
      if ((state.proposals[index] ?? 0) > 0 && status.proposer === name) {
        const number = state.proposals[index] ?? 0
        const command = new Uint8Array([index, number])
        const spent = { ...state, proposals: less(state.proposals, index) }
        yield* this.#act(spent, index, `propose ${name} ${number}`, () => [
          { type: 'propose', commands: [command] },
        ])
      }
    }
    for (const [id, letter] of this.#lettersOf(state))
      yield* this.#act(state, letter.to, `deliver ${id}`, () => this.#input(letter))
  }

  /** One action with its endings: done, and where the budget allows, a crash around its write. */
  *#act(
    state: State,
    index: number,
    step: string,
    inputs: () => readonly EngineInput<unknown>[],
  ): Iterable<State | string> {
    const endings: readonly Ending[] =
      state.crashes > 0 ? ['done', 'crashBeforeWrite', 'crashAfterWrite'] : ['done']
    for (const ending of endings) {
      const transition = this.#transition(state, index, step, inputs, ending)
      if (typeof transition === 'string') yield `${step}: ${transition}`
      else {
        const crashed = ending === 'done' ? state : { ...state, crashes: state.crashes - 1 }
        const label = ending === 'done' ? step : `${step}, ${ending}`
        yield this.#follow(crashed, index, label, transition)
      }
    }
  }

  #transition(
    state: State,
    index: number,
    step: string,
    inputs: () => readonly EngineInput<unknown>[],
    ending: Ending,
  ): Transition | string {
    const local = state.locals[index] ?? 0
    const key = `${local} ${step} ${ending}`
    const known = this.#transitions.get(key)
    if (known !== undefined) return known
    let made: Transition | string
    try {
      made = this.#node(index).run(this.#locals.value(local), inputs(), ending)
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error
      made = error.message
    }
    this.#transitions.set(key, made)
    return made
  }

  #follow(state: State, index: number, step: string, transition: Transition): State | string {
    const { next, decided } = transition
    const locals = state.locals.map((local, at) => (at === index ? this.#intern(index, next) : local))
    const letters = state.letters | this.#written(index, transition)
    const known = new Map(state.decided)
    for (const { slot, value } of decided) {
      const text = textOf(value)
      const before = known.get(slot)
      if (before !== undefined && before !== text)
        return `${step}: slot ${slot} was decided as ${before}, now as ${text}`
      known.set(slot, text)
    }
    const sorted = [...known].sort(([a], [b]) => a - b)
    return { ...state, locals, letters, decided: sorted, before: state, step }
  }

  /** What `index` sent, as letters. */
  #written(index: number, { sent }: Transition): bigint {
    let letters = 0n
    for (const { to, message } of sent) {
      const receiver = this.#world.nodes.indexOf(to)
      if (receiver === -1) continue
      const text = `${this.#world.nodes[index]}>${to} ${textOf(message)}`
      const id = this.#letters.id(text, () => ({ from: index, to: receiver, message, text }))
      letters |= 1n << BigInt(id)
    }
    return letters
  }

  /** Ticks until the node does something about its silence. */
  #impatience(state: State, index: number): readonly EngineInput<unknown>[] {
    const local = this.#locals.value(state.locals[index] ?? 0)
    const node = this.#node(index)
    const ticks: EngineInput<unknown>[] = []
    for (let count = 1; count <= patienceTicks; count++) {
      ticks.push({ type: 'tick' })
      if (node.run(local, ticks, 'done').sent.length > 0) return ticks
    }
    return ticks
  }

  #intern(index: number, local: LocalState): number {
    return this.#locals.id(`${index} ${local.text}`, () => local)
  }

  #stepsTo(state: State): readonly string[] {
    const steps: string[] = []
    for (let at: State | null = state; at !== null; at = at.before) {
      const id = /^deliver (\d+)/.exec(at.step)?.[1]
      steps.push(id === undefined ? at.step : `${at.step}: ${this.#letters.value(Number(id)).text}`)
    }
    return steps.reverse()
  }

  #node(index: number): ModelNode {
    const node = this.#nodes[index]
    if (node === undefined) throw new Error(`there is no node ${index}`)
    return node
  }

  #id(index: number): NodeId {
    return this.#node(index).self
  }
}

const less = (budget: readonly number[], index: number): readonly number[] =>
  budget.map((left, at) => (at === index ? left - 1 : left))

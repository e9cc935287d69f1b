/**
 * Breadth-first over everything that can happen in a small world: any message that was ever sent may arrive at any time,
 * any number of times or never; nodes time out, propose and crash within a budget. Each reached state is visited once.
 * The invariant: no two nodes ever decide differently for a slot, not even across a crash.
 *
 * Messages are a growing set, which makes loss, repetition and reordering one and the same thing, and lets a state stand
 * for every state that differs from it only in having fewer of them: none has to arrive.
 */
import { hashString } from '../../logic/base/hash.ts'
import type { AnyEngineKind } from '../../logic/consensus/engines.ts'
import { type Move, Moves } from './moves.ts'
import type { Ending } from './node.ts'

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
  /** Messages that never arrive, by `type`: to leave out what only liveness needs. */
  readonly lost: readonly string[]
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

interface State {
  /** By node: the number of its local state. */
  readonly locals: readonly number[]
  /** One bit for each letter that was ever sent. */
  readonly letters: bigint
  readonly timeouts: readonly number[]
  readonly proposals: readonly number[]
  readonly crashes: number
  /** By slot: what was decided. */
  readonly decided: ReadonlyMap<number, string>
  readonly before: State | null
  readonly step: string
}

interface Broken {
  readonly broken: string
}

export function explore(world: World): Exploration {
  return new Explorer(world).run()
}

class Explorer {
  readonly #world: World
  readonly #moves: Moves
  /** By everything but the letters: the sets of letters that were visited with it, none within another. */
  readonly #seen = new Map<string, bigint[]>()
  /** One bit for each letter that may arrive. */
  #arriving = 0n
  #lettersKnown = 0
  #states = 0

  constructor(world: World) {
    this.#world = world
    this.#moves = new Moves(world.kind, world.nodes)
  }

  run(): Exploration {
    const started = performance.now()
    const { nodes, timeouts, proposals, crashes } = this.#world
    const locals = nodes.map((_, index) => this.#moves.initial(index))
    const start = { locals, letters: 0n, timeouts, proposals, crashes }
    let frontier: State[] = [{ ...start, decided: new Map(), before: null, step: 'start' }]
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
          if ('broken' in reached)
            return result(false, { message: reached.broken, steps: this.#stepsTo(state) })
          const full = this.#saturated(reached)
          if (this.#visit(full)) next.push(full)
        }
        if (this.#states >= this.#world.statesMax) return result(false, null)
      }
      frontier = next
    }
    return result(true, null)
  }

  /** Whether `state` is new: not when all else was seen with these letters and perhaps more. */
  #visit({ locals, letters, timeouts, proposals, crashes, decided }: State): boolean {
    const text = `${locals}|${timeouts}|${proposals}|${crashes}|${[...decided].join(';')}`
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
    let { letters } = state
    for (let fresh = letters; fresh !== 0n; ) {
      let added = 0n
      for (const id of this.#ids(fresh)) {
        const local = state.locals[this.#moves.letters.value(id).to] ?? 0
        const move = this.#moves.deliver(local, id, 'done')
        if (move.next === local && move.decided.length === 0) added |= move.letters
      }
      fresh = added & ~letters
      letters |= added
    }
    return letters === state.letters ? state : { ...state, letters }
  }

  *#successors(state: State): Iterable<State | Broken> {
    const { nodes } = this.#world
    for (let index = 0; index < nodes.length; index++) {
      const local = state.locals[index] ?? 0
      const { status } = this.#moves.local(local)
      const name = nodes[index] ?? ''
      if ((state.timeouts[index] ?? 0) > 0 && status.role !== 'leader') {
        const spent = { ...state, timeouts: less(state.timeouts, index) }
        yield* this.#act(spent, state, index, `timeout ${name}`, ending =>
          this.#moves.losePatience(index, local, ending),
        )
      }
      const left = state.proposals[index] ?? 0
      if (left > 0 && status.proposer === name) {
        const spent = { ...state, proposals: less(state.proposals, index) }
        const command = new Uint8Array([index, left])
        yield* this.#act(spent, state, index, `propose ${name} ${left}`, ending =>
          this.#moves.propose(index, local, command, ending),
        )
      }
    }
    for (const id of this.#ids(state.letters)) {
      const { to } = this.#moves.letters.value(id)
      const local = state.locals[to] ?? 0
      yield* this.#act(state, state, to, `deliver ${id}`, ending => this.#moves.deliver(local, id, ending))
    }
  }

  /** One action with its endings: done, and where the budget allows, a crash around its write. */
  *#act(
    spent: State,
    before: State,
    index: number,
    step: string,
    move: (ending: Ending) => Move,
  ): Iterable<State | Broken> {
    yield this.#follow(spent, before, index, step, move('done'))
    if (spent.crashes === 0) return
    for (const ending of ['crashBeforeWrite', 'crashAfterWrite'] as const) {
      const crashed = { ...spent, crashes: spent.crashes - 1 }
      yield this.#follow(crashed, before, index, `${step}, ${ending}`, move(ending))
    }
  }

  #follow(spent: State, before: State, index: number, step: string, move: Move): State | Broken {
    if (move.broken !== null) return { broken: `${this.#said(step)}: ${move.broken}` }
    let { decided } = spent
    for (const [slot, value] of move.decided) {
      const known = decided.get(slot)
      if (known === value) continue
      if (known !== undefined)
        return { broken: `${this.#said(step)}: slot ${slot} was decided as ${known}, now as ${value}` }
      decided = new Map([...decided, [slot, value] as const].sort(([a], [b]) => a - b))
    }
    const locals = spent.locals.map((local, at) => (at === index ? move.next : local))
    return { ...spent, locals, letters: spent.letters | move.letters, decided, before, step }
  }

  /** The numbers of those of `letters` that may arrive. */
  *#ids(letters: bigint): Iterable<number> {
    for (; this.#lettersKnown < this.#moves.letters.size; this.#lettersKnown++) {
      const { message } = this.#moves.letters.value(this.#lettersKnown)
      const { type } = message as { readonly type?: string }
      if (!this.#world.lost.includes(type ?? '')) this.#arriving |= 1n << BigInt(this.#lettersKnown)
    }
    const bits = (letters & this.#arriving).toString(2)
    for (let at = bits.length - 1; at >= 0; at--) if (bits[at] === '1') yield bits.length - 1 - at
  }

  #said(step: string): string {
    const id = /^deliver (\d+)/.exec(step)?.[1]
    return id === undefined ? step : `${step}: ${this.#moves.letters.value(Number(id)).text}`
  }

  #stepsTo(state: State): readonly string[] {
    const steps: string[] = []
    for (let at: State | null = state; at !== null; at = at.before) steps.push(this.#said(at.step))
    return steps.reverse()
  }
}

const less = (budget: readonly number[], index: number): readonly number[] =>
  budget.map((left, at) => (at === index ? left - 1 : left))

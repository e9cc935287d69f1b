/**
 * Breadth-first over everything that can happen in a small world: any message that was ever sent may arrive at any time,
 * any number of times or never; nodes stand, turn, propose and crash within a budget. Each reached state is visited once.
 * The invariant: no two nodes ever decide differently for a slot, not even across a crash; and no engine stops itself.
 */
import { lensOf } from './lenses/lenses.ts'
import { differs, Members, type Step } from './members.ts'
import { begin } from './prelude.ts'
import { States } from './states.ts'
import { Transitions } from './transitions.ts'
import type { World } from './world.ts'

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

export function explore(world: World): Exploration {
  return new Explorer(world).run()
}

class Explorer {
  readonly #world: World
  readonly #transitions: Transitions
  readonly #members: Members
  readonly #states: States

  constructor(world: World) {
    this.#world = world
    this.#transitions = new Transitions(world, lensOf(world.kind.name))
    this.#members = new Members(this.#transitions)
    this.#states = new States(world.nodes.length)
  }

  run(): Exploration {
    const started = performance.now()
    const states = this.#states
    let depth = 0
    const result = (exhausted: boolean, broken: Exploration['broken']): Exploration => ({
      states: states.size,
      depth,
      seconds: (performance.now() - started) / 1000,
      exhausted,
      broken,
    })
    states.add(
      this.#saturated(begin(this.#world, this.#transitions).map(draft => this.#members.id(draft))),
      -1,
    )
    for (let index = 0, levelEnd = 1; index < states.size; index++) {
      if (index === levelEnd) {
        depth++
        levelEnd = states.size
      }
      const row = states.row(index)
      for (let node = 0; node < row.length; node++) {
        for (const step of this.#stepsOf(row, node)) {
          const broken = step.broken ?? this.#disagreement(row, node, step.next)
          if (broken !== null)
            return result(false, { message: broken, steps: [...this.#stepsTo(index), this.#said(step)] })
          states.add(this.#follow(row, node, step), index)
        }
      }
      if (states.size >= this.#world.statesMax) return result(false, null)
    }
    return result(true, null)
  }

  /** What may happen to `node`. */
  *#stepsOf(row: readonly number[], node: number): Iterable<Step> {
    const id = row[node] ?? 0
    yield* this.#members.own(id)
    for (let by = 0; by < row.length; by++) if (by !== node) yield* this.#members.heard(id, row[by] ?? 0)
  }

  #follow(row: readonly number[], node: number, { next, crashed }: Step): readonly number[] {
    const after = row.map((id, at) => (at === node ? next : crashed ? this.#members.safe(id) : id))
    return this.#saturated(after)
  }

  /** `row` with every answer that some node would give without changing itself. */
  #saturated(row: readonly number[]): readonly number[] {
    const full = [...row]
    for (let changed = true; changed; ) {
      changed = false
      for (let node = 0; node < full.length; node++) {
        for (let by = 0; by < full.length; by++) {
          if (by === node) continue
          const id = this.#members.saturated(full[node] ?? 0, full[by] ?? 0)
          if (id !== full[node]) changed = true
          full[node] = id
        }
      }
    }
    return full
  }

  /** Whether what member `next` has decided is what the others have; null where it is. */
  #disagreement(row: readonly number[], node: number, next: number): string | null {
    const { decided } = this.#members.member(next)
    if (decided.size === this.#members.member(row[node] ?? 0).decided.size) return null
    for (let other = 0; other < row.length; other++) {
      if (other === node) continue
      for (const [slot, known] of this.#members.member(row[other] ?? 0).decided) {
        const value = decided.get(slot)
        if (value !== undefined && value !== known) return differs(slot, known, value)
      }
    }
    return null
  }

  #stepsTo(index: number): readonly string[] {
    const indices: number[] = []
    for (let at = index; at !== -1; at = this.#states.before(at)) indices.push(at)
    const rows = indices.reverse().map(at => this.#states.row(at))
    return rows.slice(1).map((row, at) => this.#between(rows[at] ?? [], row))
  }

  /** What led from one row to the next. */
  #between(from: readonly number[], to: readonly number[]): string {
    for (let node = 0; node < from.length; node++)
      for (const step of this.#stepsOf(from, node))
        if (step.broken === null && this.#follow(from, node, step).every((id, at) => id === to[at]))
          return this.#said(step)
    return 'nothing'
  }

  /** `step` for people. */
  #said({ said }: Step): string {
    const id = /^deliver (\d+)/.exec(said)?.[1]
    return id === undefined ? said : `${said}: ${this.#transitions.letter(Number(id)).text}`
  }
}

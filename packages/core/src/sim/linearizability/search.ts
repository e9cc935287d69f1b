/**
 * Whether the operations on one key can be put in an order that respects real time and gives every one its answer: depth
 * first over those that may come next, with a memory of configurations (what has its place, in what state) that led
 * nowhere.
 *
 * What keeps it small. An answered operation that may come next, gets its answer and leaves the state as it is, takes its
 * place at once: in any order that goes on from here it can be moved to the front. Operations without an answer are
 * tried last, one of each group that asks for the same, and only where they change something; nobody waits for them in
 * the end. What is left to try are the changes that overlap.
 *
 * Source: Wing and Gong, Testing and Verifying Concurrent Objects (1993); memory after Lowe, Testing for Linearizability
 * (2017).
 */
import { hashString } from '../../logic/base/hash.ts'
import { Configurations, combined, type Hash } from './configurations.ts'
import type { Operation } from './operations.ts'
import { type Choice, Pending } from './pending.ts'
import { applyOperation, noZnode, type Register, registerKey } from './register.ts'

export interface Search {
  /** Undecided when there was more to try than the bound allows. */
  readonly linearizable: boolean | 'undecided'
  /** The most operations that could be put in order, for the report of a failure. */
  readonly longest: readonly Operation[]
}

/** A configuration in which there was a choice. */
interface Fork {
  readonly state: Register
  /** How many operations had their place. */
  readonly depth: number
  readonly choices: readonly Choice[]
  next: number
}

/** Searches until `configurationsMax` were reached. */
export function search(operations: readonly Operation[], configurationsMax: number): Search {
  const pending = new Pending(operations)
  const tried = new Configurations()
  const placed: Choice[] = []
  const forks: Fork[] = []
  let longest: readonly Operation[] = []
  let state: Register = noZnode
  for (;;) {
    placeIdle(pending, placed, state)
    if (pending.isDone) return { linearizable: true, longest: placed.map(({ operation }) => operation) }
    if (tried.size >= configurationsMax) return { linearizable: 'undecided', longest }
    const isNew = tried.add(combined(pending.hash, stateHash(state)))
    if (isNew) {
      const choices = choicesIn(pending, state)
      forks.push({ state, depth: placed.length, choices, next: 0 })
      if (choices.length === 0 && placed.length > longest.length)
        longest = placed.map(({ operation }) => operation)
    }
    const after = nextWay(forks, pending, placed)
    if (after === undefined) return { linearizable: false, longest }
    state = after
  }
}

/** Gives their place to all answered operations that may come next and change nothing. */
function placeIdle(pending: Pending, placed: Choice[], state: Register): void {
  for (let found = true; found; ) {
    found = false
    for (const choice of pending.answered()) {
      if (applyOperation(state, choice.operation) !== state) continue
      pending.take(choice)
      placed.push(choice)
      found = true
    }
  }
}

/** Operations that may come next and change something. */
function choicesIn(pending: Pending, state: Register): readonly Choice[] {
  const changes = ({ operation }: Choice) => {
    const after = applyOperation(state, operation)
    return after !== undefined && after !== state
  }
  return [...[...pending.answered()].filter(changes), ...[...pending.unanswered()].filter(changes)]
}

/** Goes back to the last fork that has a way left, and along it. Undefined when there is none. */
function nextWay(forks: Fork[], pending: Pending, placed: Choice[]): Register | undefined {
  for (let fork = forks.at(-1); fork !== undefined; fork = forks.at(-1)) {
    while (placed.length > fork.depth) {
      const last = placed.pop()
      if (last !== undefined) pending.putBack(last)
    }
    const choice = fork.choices[fork.next++]
    if (choice !== undefined) {
      pending.take(choice)
      placed.push(choice)
      return applyOperation(fork.state, choice.operation)
    }
    forks.pop()
  }
  return undefined
}

function stateHash(state: Register): Hash {
  const key = registerKey(state)
  return { high: hashString(key, 1) | 0, low: hashString(key, 2) | 0 }
}

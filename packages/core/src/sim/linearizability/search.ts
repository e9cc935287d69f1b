/**
 * Whether the operations on one key can be put in an order that respects real time and gives every one its answer. A
 * depth-first search that tries the operations that may come next, remembers (what is done, state) pairs that led
 * nowhere, and takes a step back when an operation ended before it found its place.
 *
 * Source: Wing and Gong, Testing and Verifying Concurrent Objects (1993); memory after Lowe, Testing for Linearizability
 * (2017).
 */
import type { Operation } from './operations.ts'
import { applyOperation, noZnode, type Register, registerKey } from './register.ts'

export interface Search {
  readonly linearizable: boolean
  /** The most operations that could be put in order, for the report of a failure. */
  readonly longest: readonly Operation[]
}

/** A beginning or an end in the list of those not yet passed. */
interface Entry {
  readonly operation: Operation
  /** Of the operation: completed ones count from 0; those without an answer from 0 on their own. */
  readonly number: number
  /** The end, at a beginning; null at an end. */
  readonly end: Entry | null
  previous: Entry | null
  next: Entry | null
}

/** The operations that have their place, the last on top. */
interface Placed {
  readonly entry: Entry
  readonly before: Register
  readonly under: Placed | null
  readonly depth: number
}

export function search(operations: readonly Operation[]): Search {
  const head = listOf(operations)
  const done = new Done(operations.length)
  const tried = new Set<string>()
  let placed = null as Placed | null
  let deepest = null as Placed | null
  let state: Register = noZnode
  let entry = head.next
  while (head.next !== null) {
    if (entry === null) throw new RangeError('the list ends with ends')
    if (entry.end !== null) {
      const after = applyOperation(state, entry.operation)
      if (after !== undefined) {
        done.add(entry)
        const key = `${done.key()} ${registerKey(after)}`
        if (!tried.has(key)) {
          tried.add(key)
          placed = { entry, before: state, under: placed, depth: (placed?.depth ?? 0) + 1 }
          state = after
          lift(entry, entry.end)
          entry = head.next
          continue
        }
        done.remove(entry)
      }
      entry = entry.next
      continue
    }
    if (placed === null) return { linearizable: false, longest: operationsOf(deepest) }
    if (placed.depth > (deepest?.depth ?? 0)) deepest = placed
    state = placed.before
    done.remove(placed.entry)
    if (placed.entry.end !== null) unlift(placed.entry, placed.entry.end)
    entry = placed.entry.next
    placed = placed.under
  }
  return { linearizable: true, longest: operations }
}

function operationsOf(placed: Placed | null): readonly Operation[] {
  const operations: Operation[] = []
  for (let at = placed; at !== null; at = at.under) operations.push(at.entry.operation)
  return operations.reverse()
}

/** Which operations have their place, as a key that is short while few are ahead of the first that has none. */
class Done {
  readonly #completed: Uint8Array
  readonly #unanswered = new Set<number>()
  #first = 0
  #last = -1

  constructor(size: number) {
    this.#completed = new Uint8Array(size + 1)
  }

  add({ operation, number }: Entry): void {
    if (operation.answer === null) {
      this.#unanswered.add(number)
      return
    }
    this.#completed[number] = 1
    if (number > this.#last) this.#last = number
    while (this.#completed[this.#first] === 1) this.#first++
  }

  remove({ operation, number }: Entry): void {
    if (operation.answer === null) {
      this.#unanswered.delete(number)
      return
    }
    this.#completed[number] = 0
    if (number < this.#first) this.#first = number
    while (this.#last >= 0 && this.#completed[this.#last] === 0) this.#last--
  }

  key(): string {
    let key = `${this.#first}`
    for (let number = this.#first; number <= this.#last; number++)
      if (this.#completed[number] === 1) key += `,${number}`
    return this.#unanswered.size === 0 ? key : `${key}?${[...this.#unanswered].sort((a, b) => a - b).join()}`
  }
}

/** All beginnings and ends in the order of time, behind a head that is neither. */
function listOf(operations: readonly Operation[]): { next: Entry | null } {
  const entries: { readonly entry: Entry; readonly at: number }[] = []
  let completed = 0
  let unanswered = 0
  for (const operation of operations) {
    const number = operation.answer === null ? unanswered++ : completed++
    const end: Entry = { operation, number, end: null, previous: null, next: null }
    entries.push({ entry: { operation, number, end, previous: null, next: null }, at: operation.begins })
    entries.push({ entry: end, at: operation.ends })
  }
  entries.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
  const head = headOf(operations)
  let last: Entry = head
  for (const { entry } of entries) {
    last.next = entry
    entry.previous = last
    last = entry
  }
  return head
}

function headOf([first]: readonly Operation[]): Entry {
  const operation = first ?? { invoke: nothing, answer: null, begins: -1, ends: -1 }
  return { operation, number: -1, end: null, previous: null, next: null }
}

const nothing = { process: 0, type: 'invoke', f: 'read', key: '', value: null, time: 0 } as const

function lift(begin: Entry, end: Entry): void {
  unlink(begin)
  unlink(end)
}

function unlift(begin: Entry, end: Entry): void {
  link(end)
  link(begin)
}

function unlink({ previous, next }: Entry): void {
  if (previous !== null) previous.next = next
  if (next !== null) next.previous = previous
}

function link(entry: Entry): void {
  if (entry.previous !== null) entry.previous.next = entry
  if (entry.next !== null) entry.next.previous = entry
}

/**
 * The operations that have no place yet. Answered ones stand in a list of beginnings and ends in the order of time: what
 * stands before the first end may come next. Unanswered ones stand in groups of which it does not matter who is taken
 * first: those that ask for the same and whose data nobody was ever told. Judges nothing.
 */
import type { HistoryEvent } from '../history.ts'
import { combined, drawHashes, type Hash, noHash } from './configurations.ts'
import type { Operation } from './operations.ts'

/** A beginning or an end in the list of those not yet passed. */
interface Entry {
  readonly at: number
  readonly operation: Operation
  readonly hash: Hash
  /** The end, at a beginning; null at an end. */
  readonly end: Entry | null
  previous: Entry | null
  next: Entry | null
}

interface Group {
  /** In the order of their beginning. */
  readonly operations: readonly Operation[]
  readonly hashes: readonly Hash[]
  taken: number
}

/** An operation that may come next. */
export type Choice =
  | { readonly operation: Operation; readonly entry: Entry }
  | { readonly operation: Operation; readonly group: Group }

export class Pending {
  readonly #head: Entry
  readonly #groups: readonly Group[]
  /** Of everything that was taken. */
  #hash: Hash = noHash

  constructor(operations: readonly Operation[]) {
    const answered = operations.filter(({ answer }) => answer !== null)
    const hashes = drawHashes(operations.length)
    this.#head = listOf(answered, hashes)
    this.#groups = groupsOf(operations, answered, hashes.slice(answered.length))
  }

  /** Whether every answered operation was taken: the others may never have happened. */
  get isDone(): boolean {
    return this.#head.next === null
  }

  get hash(): Hash {
    return this.#hash
  }

  /** Answered operations that may come next: none of those that wait ended before they began. */
  *answered(): Generator<Choice> {
    for (let entry = this.#head.next; entry !== null && entry.end !== null; entry = entry.next)
      yield { operation: entry.operation, entry }
  }

  /** The first of each group that may come next. */
  *unanswered(): Generator<Choice> {
    let entry = this.#head.next
    while (entry !== null && entry.end !== null) entry = entry.next
    const firstEnd = entry?.at ?? Number.POSITIVE_INFINITY
    for (const group of this.#groups) {
      const operation = group.operations[group.taken]
      if (operation !== undefined && operation.begins < firstEnd) yield { operation, group }
    }
  }

  take(choice: Choice): void {
    if ('entry' in choice) {
      this.#hash = combined(this.#hash, choice.entry.hash)
      unlink(choice.entry)
      if (choice.entry.end !== null) unlink(choice.entry.end)
    } else {
      this.#hash = combined(this.#hash, choice.group.hashes[choice.group.taken] ?? noHash)
      choice.group.taken++
    }
  }

  /** Puts back what was taken last and is not back yet. */
  putBack(choice: Choice): void {
    if ('entry' in choice) {
      this.#hash = combined(this.#hash, choice.entry.hash)
      if (choice.entry.end !== null) link(choice.entry.end)
      link(choice.entry)
    } else {
      choice.group.taken--
      this.#hash = combined(this.#hash, choice.group.hashes[choice.group.taken] ?? noHash)
    }
  }
}

/** All beginnings and ends in the order of time, behind a head that is neither. */
function listOf(operations: readonly Operation[], hashes: readonly Hash[]): Entry {
  const entries = operations.flatMap((operation, index) => {
    const hash = hashes[index] ?? noHash
    const rest = { operation, hash, previous: null, next: null }
    const end: Entry = { ...rest, at: operation.ends, end: null }
    return [{ ...rest, at: operation.begins, end }, end]
  })
  const operation: Operation = { invoke: nothing, answer: null, begins: -1, ends: -1 }
  const head: Entry = { at: -1, operation, hash: noHash, end: null, previous: null, next: null }
  let last = head
  for (const entry of entries.sort((a, b) => a.at - b.at)) {
    last.next = entry
    entry.previous = last
    last = entry
  }
  return head
}

const nothing: HistoryEvent = { process: 0, type: 'invoke', f: 'read', key: '', value: null, time: 0 }

/** A read that was not answered says nothing. Data that no answer shows is the same as any other such data. */
function groupsOf(
  operations: readonly Operation[],
  answered: readonly Operation[],
  hashes: readonly Hash[],
): readonly Group[] {
  const told = new Set(
    answered.flatMap(({ answer }) => (Array.isArray(answer?.value) ? [String(answer.value[1])] : [])),
  )
  const groups = new Map<string, Operation[]>()
  for (const operation of operations) {
    const { answer, invoke } = operation
    if (answer !== null || invoke.f === 'read') continue
    const value = withoutUntold(invoke, told)
    const name = `${invoke.f} ${JSON.stringify(value)}`
    const group = groups.get(name) ?? []
    groups.set(name, group)
    group.push({ ...operation, invoke: { ...invoke, value } })
  }
  let first = 0
  return [...groups.values()].map(group => {
    const own = hashes.slice(first, first + group.length)
    first += group.length
    return { operations: group, hashes: own, taken: 0 }
  })
}

function withoutUntold({ f, value }: HistoryEvent, told: ReadonlySet<string>): HistoryEvent['value'] {
  switch (f) {
    case 'read':
    case 'delete':
      return value
    case 'write':
    case 'create':
      return told.has(String(value)) ? value : ''
    case 'cas':
      return Array.isArray(value) && !told.has(String(value[1])) ? [Number(value[0]), ''] : value
  }
}

function unlink({ previous, next }: Entry): void {
  if (previous !== null) previous.next = next
  if (next !== null) next.previous = previous
}

function link(entry: Entry): void {
  if (entry.previous !== null) entry.previous.next = entry
  if (entry.next !== null) entry.next.previous = entry
}

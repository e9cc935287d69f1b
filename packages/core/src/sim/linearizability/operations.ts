/** Pairs the events of a history to operations with a beginning and an end, key by key. Judges nothing. */
import type { HistoryEvent } from '../history.ts'

export interface Operation {
  readonly invoke: HistoryEvent
  /** Null when no answer ever came. */
  readonly answer: HistoryEvent | null
  /** Places in the history. An operation without an answer never ends. */
  readonly begins: number
  readonly ends: number
}

/**
 * The operations on each key in the order of their beginning. Throws when a process asks twice at a time or is answered
 * without having asked: such a history says nothing.
 */
export function operationsByKey(history: readonly HistoryEvent[]): ReadonlyMap<string, readonly Operation[]> {
  const open = new Map<number, { invoke: HistoryEvent; begins: number }>()
  const operations: Operation[] = []
  history.forEach((event, index) => {
    const { process, type } = event
    const asked = open.get(process)
    if (type === 'invoke') {
      if (asked !== undefined) throw new RangeError(`process ${process} asks twice at a time`)
      open.set(process, { invoke: event, begins: index })
      return
    }
    if (asked === undefined) throw new RangeError(`process ${process} is answered without having asked`)
    if (asked.invoke.f !== event.f || asked.invoke.key !== event.key)
      throw new RangeError(`process ${process} is answered what it did not ask`)
    open.delete(process)
    operations.push(
      type === 'info'
        ? { ...asked, answer: null, ends: Number.POSITIVE_INFINITY }
        : { ...asked, answer: event, ends: index },
    )
  })
  for (const asked of open.values())
    operations.push({ ...asked, answer: null, ends: Number.POSITIVE_INFINITY })
  return groupByKey(operations)
}

function groupByKey(operations: Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const groups = new Map<string, Operation[]>()
  for (const operation of operations.sort((a, b) => a.begins - b.begins)) {
    const group = groups.get(operation.invoke.key)
    if (group) group.push(operation)
    else groups.set(operation.invoke.key, [operation])
  }
  return groups
}

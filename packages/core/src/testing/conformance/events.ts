/**
 * What the watchers of all sessions were told, and whether that is what the trace states: for each session a sequence
 * of changes, each with the set of watchers told.
 */
import type { TraceEvent } from './trace.ts'

/** Ends of many things at once: the order of their changes is free. */
const unordered: readonly string[] = ['close', 'expire', 'removeAllWatches']

/** Null where `got` is what step `op` was to cause, else what each session should have heard and did. */
export function compareEvents(
  op: string,
  expected: readonly TraceEvent[],
  got: readonly TraceEvent[],
): { readonly expected: unknown; readonly got: unknown } | null {
  const isFree = unordered.includes(op)
  const expectedChanges = bySession(expected, isFree)
  const gotChanges = bySession(got, isFree)
  return JSON.stringify(expectedChanges) === JSON.stringify(gotChanges)
    ? null
    : { expected: expectedChanges, got: gotChanges }
}

/** For each session, sorted by name, its changes in words: `NodeDeleted /t/x: w1 w2`. */
function bySession(
  events: readonly TraceEvent[],
  isFree: boolean,
): readonly (readonly [string, readonly string[]])[] {
  const sessions = new Map<string, TraceEvent[]>()
  for (const event of events) sessions.set(event.s, [...(sessions.get(event.s) ?? []), event])
  return [...sessions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([session, told]) => [session, isFree ? changesAtOnce(told) : changes(told)])
}

/** One change after the other: a watcher that is told of the same once more has met another change. */
function changes(told: readonly TraceEvent[]): readonly string[] {
  const found: { readonly what: string; readonly watchers: Set<string> }[] = []
  for (const { type, path, watch } of told) {
    const what = `${type} ${path}`
    const last = found.at(-1)
    if (last?.what === what && !last.watchers.has(watch)) last.watchers.add(watch)
    else found.push({ what, watchers: new Set([watch]) })
  }
  return found.map(({ what, watchers }) => `${what}: ${[...watchers].sort().join(' ')}`)
}

const changesAtOnce = (told: readonly TraceEvent[]): readonly string[] =>
  changes([...told].sort((a, b) => (wordsOf(a) < wordsOf(b) ? -1 : 1)))

const wordsOf = ({ type, path, watch }: TraceEvent): string => `${type} ${path} ${watch}`

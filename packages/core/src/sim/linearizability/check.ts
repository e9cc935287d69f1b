/** Whether a history is linearizable: key by key, because an object made of linearizable objects is linearizable. */
import type { HistoryEvent } from '../history.ts'
import { type Operation, operationsByKey } from './operations.ts'
import { search } from './search.ts'

export type Verdict =
  | { readonly linearizable: true }
  /**
   * `key` has no order, or none was found within the bound; `explanation` shows where the longest attempt got stuck. An
   * undecided history is no good one: whoever demands linearizability fails it.
   */
  | { readonly linearizable: false | 'undecided'; readonly key: string; readonly explanation: string }

/**
 * Configurations that are looked at for one key. What correct replicas answer needs hardly more than there are
 * operations; a million take 16 MB and a few seconds.
 */
export const configurationsMaxUsual = 1_000_000

/** A key without an order wins over one that could not be decided. */
export function checkLinearizable(
  history: readonly HistoryEvent[],
  configurationsMax = configurationsMaxUsual,
): Verdict {
  let verdict: Verdict = { linearizable: true }
  for (const [key, operations] of operationsByKey(history)) {
    const { linearizable, longest } = search(operations, configurationsMax)
    if (linearizable === true) continue
    verdict = { linearizable, key, explanation: explain(operations, longest) }
    if (linearizable === false) return verdict
  }
  return verdict
}

function explain(operations: readonly Operation[], longest: readonly Operation[]): string {
  const placed = new Set(longest.map(({ begins }) => begins))
  const stuck = operations.filter(({ begins, answer }) => !placed.has(begins) && answer !== null)
  return [
    `${longest.length} of ${operations.length} operations have an order, the last: ${longest.slice(-3).map(show).join('; ')}`,
    `none of these comes next: ${stuck.slice(0, 4).map(show).join('; ')}`,
  ].join('\n')
}

const show = ({ invoke, answer }: Operation): string =>
  `${invoke.f} ${JSON.stringify(invoke.value)} -> ${answer ? `${answer.type} ${JSON.stringify(answer.value)}` : '?'} ` +
  `(process ${invoke.process}, ${invoke.time} to ${answer?.time ?? '?'} ms)`

/** Whether a history is linearizable: key by key, because an object made of linearizable objects is linearizable. */
import type { HistoryEvent } from '../history.ts'
import { operationsByKey } from './operations.ts'
import { search } from './search.ts'

export type Verdict =
  | { readonly linearizable: true }
  /** `key` has no order; `explanation` shows where the longest attempt got stuck. */
  | { readonly linearizable: false; readonly key: string; readonly explanation: string }

export function checkLinearizable(history: readonly HistoryEvent[]): Verdict {
  for (const [key, all] of operationsByKey(history)) {
    // What was never read says nothing.
    const operations = all.filter(({ invoke, answer }) => invoke.f !== 'read' || answer !== null)
    const { linearizable, longest } = search(operations)
    if (linearizable) continue
    const placed = new Set(longest)
    const stuck = operations.filter(operation => !placed.has(operation) && operation.answer !== null)
    const show = ({ invoke, answer }: (typeof operations)[number]) =>
      `${invoke.f} ${JSON.stringify(invoke.value)} -> ${answer ? `${answer.type} ${JSON.stringify(answer.value)}` : '?'} ` +
      `(process ${invoke.process}, ${invoke.time} to ${answer?.time ?? '?'} ms)`
    const explanation = [
      `${longest.length} of ${operations.length} operations have an order, the last: ${longest.slice(-3).map(show).join('; ')}`,
      `none of these comes next: ${stuck.slice(0, 4).map(show).join('; ')}`,
    ].join('\n')
    return { linearizable: false, key, explanation }
  }
  return { linearizable: true }
}

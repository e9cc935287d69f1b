/** Replays traces on one ensemble of an engine, several at a time: each has a root of its own. */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { startEnsemble } from '../ensemble.ts'
import { type Difference, runTrace } from './run-trace.ts'
import { parseTrace } from './trace.ts'

export interface TraceResult {
  readonly name: string
  /** Null where the trace passed; a sentence where it could not be replayed. */
  readonly failure: Difference | string | null
}

/** Traces on their way at once: what one waits for, others compute. */
const atOnce = 8

/** Replays `texts` on three replicas of `engine`, and tells each result to `report` in their order. */
export async function runTraces(
  engine: EngineName,
  texts: readonly string[],
  report: (result: TraceResult) => void,
): Promise<void> {
  const ensemble = await startEnsemble({ engine })
  try {
    const waiting = [...texts.entries()]
    const results: (TraceResult | undefined)[] = []
    let reported = 0
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, text] = next
        results[index] = await resultOf(text)
        for (let due = results[reported]; due !== undefined; due = results[++reported]) report(due)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  } finally {
    await ensemble.close()
  }

  async function resultOf(text: string): Promise<TraceResult> {
    let name = text.slice(0, 40)
    try {
      const trace = parseTrace(text)
      name = trace.name
      return { name, failure: await runTrace(ensemble, trace) }
    } catch (error) {
      return { name, failure: String(error) }
    }
  }
}

/** Puts what several tabs wrote down into one history, for the simulator's checker. */
import type { HistoryEvent } from '@peerkeeper/core/sim'
import type { Work, WorkDone } from '../lab/workload.ts'

/**
 * What the clocks of two tabs may differ by, both of this machine and cut to milliseconds. Each request is taken to have
 * begun so much earlier and ended so much later: an order that was real may be lost by it, but none is invented.
 */
const clockErrorMs = 2

/** Each request is a process of its own: with the error of the clock, one tab's requests may seem to overlap. */
export function historyOf(done: readonly WorkDone[]): readonly HistoryEvent[] {
  const works = done.flatMap(({ works }) => works)
  const events = works.flatMap((work, process) => [begin(work, process), end(work, process)])
  // At the same time beginnings come first: what touches overlaps.
  return events.sort((a, b) => a.time - b.time || Number(a.type !== 'invoke') - Number(b.type !== 'invoke'))
}

const begin = ({ f, key, asked, from }: Work, process: number): HistoryEvent => ({
  process,
  type: 'invoke',
  f,
  key,
  value: asked,
  time: from - clockErrorMs,
})

const end = ({ f, key, type, value, to }: Work, process: number): HistoryEvent => ({
  process,
  type,
  f,
  key,
  value,
  time: to + clockErrorMs,
})

/** Local reads of one tab that went back behind an earlier one of the same znode. */
export function stepsBack({ localReads }: WorkDone): readonly string[] {
  const last = new Map<string, number>()
  const back: string[] = []
  for (const { key, mzxid } of localReads) {
    const before = last.get(key) ?? 0
    if (mzxid < before) back.push(`${key} was at ${before}, then at ${mzxid}`)
    last.set(key, Math.max(mzxid, before))
  }
  return back
}

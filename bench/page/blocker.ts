/** Script that keeps this page busy half of the time: a slice of work, then as long a rest. */
import { epochMs } from '../shared/load.mjs'

const sliceMsMin = 50
const sliceMsMax = 500

export interface Slice {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** Resolves after `ms` with the slices in which the page was busy: the same lengths every time. */
export async function blockHalf(ms: number): Promise<readonly Slice[]> {
  const slices: Slice[] = []
  let state = 1
  for (const end = epochMs() + ms; epochMs() < end; ) {
    state = (state * 48_271) % 2_147_483_647
    const sliceMs = sliceMsMin + (state % (sliceMsMax - sliceMsMin + 1))
    const from = epochMs()
    while (epochMs() - from < sliceMs);
    slices.push({ from, to: epochMs() })
    await new Promise(resolve => setTimeout(resolve, sliceMs))
  }
  return slices
}

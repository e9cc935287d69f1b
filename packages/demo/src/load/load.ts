/** Many writes with many in flight, and what they took. */
import { type Keeper, KeeperError } from '@peerkeeper/core'
import { writeLimit } from '../limits.ts'

export interface LoadResult {
  readonly writes: number
  readonly writesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const znodes = 50
const inFlightMax = 256

/** Sets `/bench/0` to `/bench/49` in turn, `writes` times in all. Rejects with the first write that fails. */
export async function runLoad(keeper: Keeper, writes: number): Promise<LoadResult> {
  await ensureZnodes(keeper)
  const latencies: number[] = []
  const run = crypto.randomUUID().slice(0, 4)
  let next = 0
  const startMs = performance.now()
  const stop = (error: unknown) => {
    next = writes
    throw error
  }
  const lane = async () => {
    while (next < writes) {
      const n = next++
      const sentMs = performance.now()
      await keeper.set(`/bench/${n % znodes}`, `${run}: ${n}`, writeLimit).catch(stop)
      latencies.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: inFlightMax }, lane))
  const tookMs = performance.now() - startMs
  return { writes, writesPerSecond: (writes / tookMs) * 1_000, ...percentiles(latencies) }
}

async function ensureZnodes(keeper: Keeper): Promise<void> {
  const paths = ['/bench', ...Array.from({ length: znodes }, (_, n) => `/bench/${n}`)]
  await Promise.all(paths.map(path => keeper.create(path, '', writeLimit).catch(unlessThere)))
}

function unlessThere(error: unknown): void {
  if (!(error instanceof KeeperError) || error.code !== 'NodeExists') throw error
}

export function percentiles(latenciesMs: readonly number[]): {
  readonly p50Ms: number
  readonly p99Ms: number
} {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

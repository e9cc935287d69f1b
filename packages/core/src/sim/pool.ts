/** Seeds over processor cores: each worker takes the next seed when it is done with one. Reports come in seed order. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { EngineName } from '../logic/consensus/engine.ts'
import type { Arguments } from './arguments.ts'
import type { Twist } from './plan.ts'
import { type RunResult, runSeed } from './run.ts'

export interface SeedReport {
  readonly seed: number
  readonly failure: RunResult['failure']
  readonly endedMs: number
}

interface Work {
  readonly engine: EngineName
  readonly twice: boolean
  readonly twist: Twist
}

/** Runs the seeds; `report` hears of each, in order. Returns how many passed. */
export async function runSeeds(wanted: Arguments, report: (report: SeedReport) => void): Promise<number> {
  const { seeds, workers, bail } = wanted
  const [first, last] = seeds
  let next = first
  let reported = first
  let passed = 0
  let stopped = false
  const early = new Map<number, SeedReport>()
  const take = () => (next <= last && !stopped ? next++ : null)
  const done = (finished: SeedReport) => {
    early.set(finished.seed, finished)
    for (let due = early.get(reported); due !== undefined; due = early.get(reported)) {
      early.delete(reported++)
      if (due.failure === null) passed++
      if (!stopped) report(due)
      if (bail && due.failure !== null) stopped = true
    }
  }
  const count = Math.min(workers, last - first + 1)
  if (count === 1) {
    for (let seed = take(); seed !== null; seed = take()) done(reportOf(seed, wanted))
    return passed
  }
  await Promise.all(Array.from({ length: count }, () => employ(wanted, take, done)))
  return passed
}

function employ(
  { engine, twice, twist }: Arguments,
  take: () => number | null,
  done: (report: SeedReport) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const work: Work = { engine, twice, twist }
    const worker = new Worker(new URL(import.meta.url), { workerData: work })
    const feed = () => worker.postMessage(take())
    worker.on('message', (report: SeedReport) => {
      done(report)
      feed()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
    feed()
  })
}

function reportOf(seed: number, { engine, twice, twist }: Work): SeedReport {
  const { failure, endedMs, hash } = runSeed(seed, engine, false, twist)
  if (failure !== null || !twice) return { seed, failure, endedMs }
  const again = runSeed(seed, engine, false, twist).hash
  if (again === hash) return { seed, failure, endedMs }
  return { seed, failure: { check: 'determinism', message: `hash ${hash}, then ${again}` }, endedMs }
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  port.on('message', (seed: number | null) => {
    if (seed === null) port.close()
    else port.postMessage(reportOf(seed, workerData as Work))
  })
}

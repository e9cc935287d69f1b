/**
 * The simulator's command: runs a range of seeds on several cores and says which failed, by which rule, and how to see
 * it again. The last line is `N passed, N failed`; the exit code says the same.
 */
import { writeFileSync } from 'node:fs'
import { type Arguments, parseArguments, usage } from './arguments.ts'
import { toJsonLines } from './history.ts'
import { twistedPlan } from './plan.ts'
import { runSeeds, type SeedReport } from './pool.ts'
import { runPlan, runSeed } from './run.ts'
import { shrink } from './shrink.ts'

const parsed = parseArguments(process.argv.slice(2))
if (parsed.ok) process.exitCode = await main(parsed.value)
else {
  console.error(`${parsed.error}\n${usage}`)
  process.exitCode = 2
}

async function main(wanted: Arguments): Promise<number> {
  const { engine, seeds, trace, historyFile, twist } = wanted
  let failed = 0
  const passed = await runSeeds(wanted, report => {
    if (report.failure === null) return
    failed++
    printFailure(wanted, report)
  })
  if (trace || historyFile !== null) {
    const last = runSeed(seeds[1], engine, trace, twist)
    for (const line of last.trace) console.log(line)
    if (historyFile !== null) writeFileSync(historyFile, toJsonLines(last.history))
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function printFailure(
  { engine, shrink: shrinks, twist }: Arguments,
  { seed, failure, endedMs }: SeedReport,
): void {
  if (failure === null) return
  console.log(`seed ${seed} broke ${failure.check} at ${endedMs} ms: ${failure.message}`)
  const { faults, followed, lasting } = twist
  const options = [
    ...(faults === null ? [] : [`--faults ${faults.join()}`]),
    ...(followed === null ? [] : [`--followed ${followed}`]),
    ...(lasting === null ? [] : [`--lasting ${lasting}`]),
  ]
  const again = [`--engine ${engine} --seeds ${seed}`, ...options, '--trace'].join(' ')
  console.log(`  again: npm run sim -- ${again}`)
  const plan = twistedPlan(seed, engine, twist)
  console.log(`  faults: ${plan.faults.join()}`)
  if (!shrinks) return
  const small = shrink(plan, failure.check)
  console.log(`  smaller: ${JSON.stringify(small)}`)
  console.log(`  broke: ${runPlan(small).failure?.message}`)
}

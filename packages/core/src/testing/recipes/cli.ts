/**
 * The command that puts recipes through plays: `npm run recipes -- --seeds 1..50`. Says which failed, by which rule, and how to
 * see it again. The last line is `N passed, N failed`; the exit code says the same.
 */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineNames } from '../../logic/consensus/engine-names.ts'
import type { Exercise } from './exercise.ts'
import { exercises } from './exercises/all.ts'
import { drawPlan, onlyStruck, type Plan, strikes } from './plan.ts'
import { play } from './play.ts'

/** What Node has; the rest of this folder also runs in browsers. */
declare const process: { readonly argv: readonly string[]; exitCode?: number }

const usage = `usage: npm run recipes -- [options]
  --seeds A..B      which seeds, or one: A (default 1..20)
  --steps A..B      in place of seeds: each strike at each of these steps of one user
  --only A,B        these recipes, of ${exercises.map(({ name }) => name).join()}
  --engine NAME     ${engineNames.join(', ')} (default: each seed draws one)
  --trace           print what happened; for one seed of one recipe
  --twice           play each twice: the same digest is demanded`

interface Wanted {
  readonly seeds: readonly [number, number]
  /** Every strike at each of these steps, in place of seeds. */
  readonly steps: readonly [number, number] | null
  readonly only: readonly string[]
  readonly engine: EngineName | null
  readonly trace: boolean
  readonly twice: boolean
}

const words = process.argv.slice(2)
const wanted = parse(words)
if (wanted === null) {
  console.error(usage)
  process.exitCode = 2
} else process.exitCode = await main(wanted)

async function main({ seeds, steps, only, engine, trace, twice }: Wanted): Promise<number> {
  let passed = 0
  let failed = 0
  const perform = async (exercise: Exercise, plan: Plan, again: string): Promise<void> => {
    const result = await play(exercise, plan, trace)
    for (const line of result.trace) console.log(line)
    const digest = twice ? (await play(exercise, plan)).digest : result.digest
    const failure =
      digest === result.digest
        ? result.failure
        : { check: 'determinism', message: `digest ${result.digest}, then ${digest}` }
    if (failure === null) passed++
    else {
      failed++
      console.log(`${exercise.name} broke ${failure.check} ${failure.message}`)
      console.log(`  again: npm run recipes -- --only ${exercise.name} ${again} --trace`)
    }
  }
  for (const exercise of exercises) {
    if (only.length > 0 && !only.includes(exercise.name)) continue
    if (steps === null)
      for (const seed of from(seeds)) await perform(exercise, drawPlan(seed, engine), `--seeds ${seed}`)
    else
      for (const step of from(steps))
        for (const strike of strikes) {
          const plan = onlyStruck(strike, step, engine ?? 'multi-paxos')
          await perform(exercise, plan, `--steps ${step} (${strike})`)
        }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function from([first, last]: readonly [number, number]): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function rangeOf(text: string): readonly [number, number] | null {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text)
  return match === null ? null : [Number(match[1]), Number(match[2] ?? match[1])]
}

function parse(words: readonly string[]): Wanted | null {
  let seeds: readonly [number, number] = [1, 20]
  let steps: readonly [number, number] | null = null
  let only: readonly string[] = []
  let engine: EngineName | null = null
  let trace = false
  let twice = false
  for (let index = 0; index < words.length; index++) {
    const value = words[index + 1] ?? ''
    switch (words[index]) {
      case '--trace':
        trace = true
        continue
      case '--twice':
        twice = true
        continue
      case '--seeds': {
        const range = rangeOf(value)
        if (range === null) return null
        seeds = range
        break
      }
      case '--steps':
        steps = rangeOf(value)
        if (steps === null) return null
        break
      case '--only':
        only = value.split(',')
        if (!only.every(name => exercises.some(each => each.name === name))) return null
        break
      case '--engine':
        engine = engineNames.find(name => name === value) ?? null
        if (engine === null) return null
        break
      default:
        return null
    }
    index++
  }
  return { seeds, steps, only, engine, trace, twice }
}

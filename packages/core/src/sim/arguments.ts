/** The command line of the simulator, parsed. */

import { err, ok, type Result } from '../logic/base/result.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import { engineNames } from '../logic/consensus/engine-names.ts'
import { type FaultName, faultNames } from './fault-parts.ts'
import type { Twist } from './plan.ts'

export interface Arguments {
  readonly engine: EngineName
  /** First and last. */
  readonly seeds: readonly [number, number]
  readonly twist: Twist
  readonly trace: boolean
  /** Run every seed twice and compare. */
  readonly twice: boolean
  /** Stop at the first seed that fails. */
  readonly bail: boolean
  /** For a seed that fails, look for a smaller plan that fails too. */
  readonly shrink: boolean
  readonly historyFile: string | null
  readonly workers: number
}

export const usage = `usage: npm run sim -- [options]
  --engine NAME     ${engineNames.join(', ')} (default ${engineNames[0]})
  --seeds A..B      which seeds, or one: A (default 1..300)
  --faults A,B      exactly these, of ${faultNames.join()}
                    (default: each seed draws which)
  --followed N      clients watch the whole tree besides and resume from their last
                    zxid, for which replicas keep N changes
  --lasting S       faults happen for S seconds of virtual time (default: 15 to 25)
  --trace           print what happened; for one seed
  --history FILE    write what the clients of the last seed saw, one event a line
  --twice           run every seed twice: the same trace is demanded
  --bail            stop at the first failure
  --shrink          leave out what a failing seed does not need to fail
  --workers N       processor cores to use (default 2)`

export function parseArguments(words: readonly string[]): Result<Arguments, string> {
  let engine: EngineName = engineNames[0]
  let seeds: readonly [number, number] = [1, 300]
  let faults: readonly FaultName[] | null = null
  let followed: number | null = null
  let lasting: number | null = null
  let historyFile: string | null = null
  let workers = 2
  const flags = new Set<string>()
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const value = words[index + 1] ?? ''
    switch (word) {
      case '--trace':
      case '--twice':
      case '--bail':
      case '--shrink':
        flags.add(word)
        continue
      case '--engine': {
        const named = engineNames.find(name => name === value)
        if (named === undefined) return err(`there is no engine ${value}: ${engineNames.join(', ')}`)
        engine = named
        break
      }
      case '--seeds': {
        const match = /^(\d+)(?:\.\.(\d+))?$/.exec(value)
        if (match === null) return err(`seeds are A or A..B: ${value}`)
        seeds = [Number(match[1]), Number(match[2] ?? match[1])]
        if (seeds[1] < seeds[0]) return err(`there are no seeds in ${value}`)
        break
      }
      case '--faults': {
        const named = parseFaults(value)
        if (!named.ok) return named
        faults = named.value
        break
      }
      case '--followed':
        followed = Number(value)
        if (!Number.isInteger(followed) || followed < 1) return err(`changes are counted from 1: ${value}`)
        break
      case '--lasting':
        lasting = Number(value)
        if (!Number.isInteger(lasting) || lasting < 1) return err(`seconds are counted from 1: ${value}`)
        break
      case '--history':
        if (value === '') return err('--history needs a file')
        historyFile = value
        break
      case '--workers':
        workers = Number(value)
        if (!Number.isInteger(workers) || workers < 1) return err(`workers are counted from 1: ${value}`)
        break
      default:
        return err(`unknown option ${word}`)
    }
    index++
  }
  const flag = (name: string) => flags.has(name)
  return ok({
    engine,
    seeds,
    twist: { faults, followed, lasting },
    trace: flag('--trace'),
    twice: flag('--twice'),
    bail: flag('--bail'),
    shrink: flag('--shrink'),
    historyFile,
    workers,
  })
}

function parseFaults(list: string): Result<readonly FaultName[], string> {
  const words = list.split(',').filter(word => word !== '')
  const unknown = words.find(word => faultNames.every(name => name !== word))
  if (unknown !== undefined) return err(`there is no fault ${unknown}: ${faultNames.join(', ')}`)
  if (words.length === 0) return err(`--faults needs some of ${faultNames.join(', ')}`)
  return ok(faultNames.filter(name => words.includes(name)))
}

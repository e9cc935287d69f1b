/** The model checker's command: explores the worlds of an engine and prints what was seen. */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineNames } from '../../logic/consensus/engine-names.ts'
import { explore } from './explore.ts'
import { worldsOf } from './worlds.ts'

const wanted = process.argv.slice(2).filter(word => word !== '--bail')
/** Ends at the first world that breaks. */
const bails = process.argv.includes('--bail')
const unknown = wanted.filter(name => !engineNames.some(each => each === name))
if (unknown.length > 0) {
  console.error(
    `no such engine: ${unknown.join(', ')}\nusage: npm run model -- [--bail] [${engineNames.join('|')} ...]`,
  )
  process.exitCode = 2
} else {
  const engines = engineNames.filter(name => wanted.length === 0 || wanted.includes(name))
  process.exitCode = check(engines) ? 0 : 1
}

function check(engines: readonly EngineName[]): boolean {
  let passed = 0
  let failed = 0
  let seen = 0
  const started = performance.now()
  for (const world of engines.flatMap(worldsOf)) {
    const { states, depth, seconds, exhausted, broken } = explore(world)
    const figures = `${states} states, depth ${depth}, ${seconds.toFixed(1)} s`
    const how = exhausted ? 'exhausted' : 'NOT exhausted'
    if (broken === null && exhausted) passed++
    else failed++
    seen += states
    console.log(`${world.kind.name}: ${world.name}: ${broken === null ? how : 'BROKEN'}, ${figures}`)
    for (const step of broken?.steps ?? []) console.log(`  ${step}`)
    if (broken !== null) console.log(`  ${broken.message}`)
    if (bails && broken !== null) break
  }
  console.log(`${seen} states in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0
}

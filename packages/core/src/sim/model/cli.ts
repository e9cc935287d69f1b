/** The model checker's command: explores every world of an engine and prints what was seen. */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineNames } from '../../logic/consensus/engines.ts'
import { explore } from './explore.ts'
import { worldsOf } from './worlds.ts'

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !engineNames.some(each => each === name))
if (unknown.length > 0) {
  console.error(
    `no such engine: ${unknown.join(', ')}\nusage: npm run model -- [${engineNames.join('|')} ...]`,
  )
  process.exitCode = 2
} else {
  const engines = engineNames.filter(name => wanted.length === 0 || wanted.includes(name))
  process.exitCode = check(engines) ? 0 : 1
}

function check(engines: readonly EngineName[]): boolean {
  let passed = 0
  let failed = 0
  for (const engine of engines) {
    for (const world of worldsOf(engine)) {
      const { states, depth, seconds, exhausted, broken } = explore(world)
      const figures = `${states} states, depth ${depth}, ${seconds.toFixed(1)} s`
      const how = exhausted ? 'exhausted' : 'NOT exhausted'
      if (broken === null && exhausted) passed++
      else failed++
      console.log(`${engine}: ${world.name}: ${broken === null ? how : 'BROKEN'}, ${figures}`)
      for (const step of broken?.steps ?? []) console.log(`  ${step}`)
      if (broken !== null) console.log(`  ${broken.message}`)
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0
}

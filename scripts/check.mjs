// npm run check: everything that can be said without running the code. Never writes to the sources.
import { install } from './lib/install.mjs'
import { checkLayers } from './lib/layers.mjs'
import { checkMutations } from './lib/mutations.mjs'
import { checkPackages } from './lib/pack.mjs'
import { bin, finish, run } from './lib/run.mjs'
import { checkSizes } from './lib/size.mjs'
import { checkSpec } from './lib/spec.mjs'

await install()
const checks = [
  ['types', async () => (await run(bin('tsc'), ['-b'])).code === 0],
  ['types of the demo', async () => (await run(bin('tsc'), ['-p', 'packages/demo'])).code === 0],
  [
    'lint and format',
    async () => (await run(bin('biome'), ['ci', '--colors=off', '--error-on-warnings', '.'])).code === 0,
  ],
  ['layers', () => report(checkLayers())],
  ['rules and tests', () => report(checkSpec())],
  ['mutants fit the sources', () => report(checkMutations())],
  ['packages as published: publint, are-the-types-wrong', async () => report(await checkPackages())],
  ['sizes', async () => report(await checkSizes())],
]
let passed = 0
for (const [name, check] of checks) {
  const ok = await check()
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`)
  if (ok) passed++
}
finish(passed, checks.length - passed)

function report(complaints) {
  for (const complaint of complaints) console.error(complaint)
  return complaints.length === 0
}

// npm test: everything that must hold, on a fresh clone with only Node and npm. Fixed seeds; longer searches are
// commands of their own. The last line counts all cases of all parts.
import { build } from './lib/install.mjs'
import { counts, finish, root, run } from './lib/run.mjs'
import { unitCounts } from './lib/unit.mjs'

const node = process.execPath
const script = name => `${root}/scripts/${name}.mjs`

/** Each part runs cases of its own and counts them. */
const parts = [
  ['check', () => counted(node, [script('check')])],
  ['unit', () => unitCounts()],
  ['sim multi-paxos', () => counted(node, [script('sim'), '--engine', 'multi-paxos', '--seeds', '1..100'])],
  ['sim raft', () => counted(node, [script('sim'), '--engine', 'raft', '--seeds', '1..60'])],
  ['sim zab', () => counted(node, [script('sim'), '--engine', 'zab', '--seeds', '1..60'])],
  ['sim paxos', () => counted(node, [script('sim'), '--engine', 'paxos', '--seeds', '1..60'])],
  ['recipes', () => counted(node, [script('recipes'), '--seeds', '1..5'])],
  ['model', () => counted(node, [script('model')])],
  ['conformance', () => counted(node, [script('conformance')])],
  ['mutants', () => counted(node, [script('mutants'), '--every', '8'])],
  ['e2e', () => counted(node, [script('e2e')])],
  ['net', () => counted(node, [script('net')])],
]

await build()
const totals = { passed: 0, failed: 0 }
for (const [name, part] of parts) {
  console.log(`\n== ${name}`)
  const began = Date.now()
  const { passed, failed } = await part()
  const seconds = Math.round((Date.now() - began) / 1_000)
  console.log(`== ${name}: ${passed} passed, ${failed} failed, ${seconds} s`)
  totals.passed += passed
  totals.failed += failed
}
console.log()
finish(totals.passed, totals.failed)

/** Runs a command that ends with the common closing line; one that does not get so far is one failure. */
async function counted(command, args) {
  const { code, output } = await run(command, args, { capture: true })
  const found = counts(output)
  if (found === null) return { passed: 0, failed: 1 }
  return code === 0 || found.failed > 0 ? found : { ...found, failed: 1 }
}

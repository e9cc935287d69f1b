// npm run conformance -- [DIR...] [--engine NAME]: replays traces recorded from a real ZooKeeper server through the client on
// three replicas, and says where they part. Without a folder: the project's own copies; without an engine: all, in turn.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { install } from './lib/install.mjs'
import { bin, finish, must, root } from './lib/run.mjs'

const engines = ['paxos', 'multi-paxos', 'raft', 'zab']
const own = ['rules', 'random'].map(name => join(root, 'packages', 'core', 'conformance', name))

const { values, positionals } = parseArgs({ allowPositionals: true, options: { engine: { type: 'string' } } })
if (values.engine !== undefined && !engines.includes(values.engine)) {
  console.error(`there is no engine ${values.engine}: ${engines.join(', ')}`)
  process.exit(1)
}
await install()
await must(bin('tsc'), ['-b', join(root, 'packages', 'core', 'src', 'testing')])
const { runTraces } = await import(join(root, 'packages', 'core', 'dist', 'testing', 'index.js'))

const folders = positionals.length > 0 ? positionals : own
for (const folder of folders)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(`there is no folder ${folder}`)
    process.exit(1)
  }
const texts = folders.flatMap(tracesOf)
if (texts.length === 0) {
  console.error('there are no traces in the folders given')
  process.exit(1)
}
let passed = 0
let failed = 0
for (const engine of values.engine === undefined ? engines : [values.engine]) {
  const started = performance.now()
  const before = failed
  await runTraces(engine, texts, result => {
    if (result.failure === null) passed++
    else {
      failed++
      tell(engine, result)
    }
  })
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`${engine}: ${texts.length - (failed - before)} of ${texts.length} traces in ${seconds} s`)
}
finish(passed, failed)

/** The traces of a folder and of those in it, by name. */
function tracesOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(entry.parentPath ?? folder, entry.name)
      if (entry.isDirectory()) return tracesOf(path)
      return entry.name.endsWith('.json') ? [readFileSync(path, 'utf8')] : []
    })
}

function tell(engine, { name, failure }) {
  console.log(`FAILED ${name} on ${engine}`)
  if (typeof failure === 'string') return console.log(`  ${failure}`)
  const { ok, error, results, events, ...asked } = failure.step
  console.log(`  step ${failure.index}: ${JSON.stringify(asked)}`)
  console.log(`  expected ${JSON.stringify(failure.expected)}`)
  console.log(`  got      ${JSON.stringify(failure.got)}`)
}

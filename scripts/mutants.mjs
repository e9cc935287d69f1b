/**
 * Shows that the proofs catch what they are there for: builds the library once for each mutant, with that one thing
 * broken, and lets those look at it that may catch it until one does: the model checker where the mutant lies in one of
 * its worlds (the list says so), then seeds, then the scripted scenarios of its engine; at some, only the tests that they
 * name, and plays of the recipes that they name. Passed is a mutant that was caught.
 * `npm run mutants -- NAME...` runs some, `--every 4` each fourth; `--by model`, `--by seeds`, `--by scripts` or
 * `--by plays` lets only that one look.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutants } from './mutants/list.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = join(root, 'packages/core/src')
/** Inside the package, so that its dependencies are found; its own, so that two runs do not disturb each other. */
const workshop = join(root, 'packages/core/.tmp', `mutants-${process.pid}`)
const seeds = '1..200'
/** Of each recipe: a few, for a play takes a second. */
const playSeeds = '1..12'

const { values, positionals: named } = parseArgs({
  options: { by: { type: 'string' }, every: { type: 'string', default: '1' } },
  allowPositionals: true,
})
const unknown = named.filter(name => !mutants.some(mutant => mutant.name === name))
if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(', ')}`)
const every = Number(values.every)
if (!Number.isInteger(every) || every < 1) throw new Error('--every takes a number, 1 or more')
const chosen = mutants.filter(({ name }, at) =>
  named.length === 0 ? at % every === 0 : named.includes(name),
)

/** In the order in which they look: who finds most in the least time first. */
const catchers = { model: brokenWorld, seeds: failingSeed, scripts: failingScript, plays: failingPlay }
if (values.by !== undefined && !(values.by in catchers)) throw new Error(`nobody is called ${values.by}`)
const tally = new Map()

rmSync(workshop, { recursive: true, force: true })
const edited = chosen.map(mutant => ({ mutant, folder: prepare(mutant) }))
let caught = 0
const queue = [...edited]
const hands = Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { mutant, folder } = next
    const by = await caughtBy(folder, mutant)
    if (by !== null) caught++
    const verdict = by === null ? 'NOT CAUGHT' : `caught by ${by}`
    console.log(`${mutant.name.padEnd(26)} ${verdict.padEnd(60)} ${mutant.breaks}`)
    rmSync(folder, { recursive: true, force: true })
  }
})
await Promise.all(hands)
rmSync(workshop, { recursive: true, force: true })
console.log([...tally].map(([name, count]) => `${name}: ${count}`).join(', '))
console.log(`${caught} passed, ${chosen.length - caught} failed`)
process.exit(caught === chosen.length ? 0 : 1)

/** What caught the mutant, in words; null when nothing did. */
async function caughtBy(folder, mutant) {
  const { tests, isInModel, plays } = mutant
  if (tests === undefined) await build(folder)
  for (const [name, look] of Object.entries(catchers)) {
    const isAsked = values.by === undefined ? name !== 'model' || isInModel : values.by === name
    const looks = isAsked && (name === 'plays' ? plays : tests === undefined || name === 'scripts')
    const found = looks ? await look(folder, mutant) : null
    if (found === null) continue
    tally.set(name, (tally.get(name) ?? 0) + 1)
    return found
  }
  return null
}

/** Tests are run from the sources, everything else from what is built of them. */
async function build(folder) {
  const built = await run([join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])
  if (built.status !== 0) throw new Error(built.output)
}

/** The world of the model checker that the mutant breaks; null when it holds in all, as far as they are seen. */
async function brokenWorld(folder, { engine }) {
  const command = ['--max-old-space-size=6000', join(folder, 'dist/sim/model/cli.js'), '--bail', engine]
  const { status, output } = await run(command)
  const match = /^\S+: (.*): BROKEN/m.exec(output)
  if (match !== null) return `the model: ${match[1]}`
  if (status !== 0 && !output.includes(': NOT exhausted')) throw new Error(output)
  return null
}

/** Copies the sources and breaks the copy. Throws when the place to break is not there, or not the only one. */
function prepare({ name, edits, tests }) {
  const folder = join(workshop, name)
  mkdirSync(folder, { recursive: true })
  const parts = ['logic', 'sim', 'host/codec.ts', 'host/codec-scan.ts']
  for (const part of tests === undefined ? parts : readdirSync(sources))
    cpSync(join(sources, part), join(folder, 'src', part), { recursive: true })
  // The copy has settings of its own, for all of it.
  for (const part of readdirSync(join(folder, 'src')))
    rmSync(join(folder, 'src', part, 'tsconfig.json'), { force: true })
  for (const { file, find, replace } of edits) {
    const path = join(folder, 'src/logic', file)
    const parts = readFileSync(path, 'utf8').split(find)
    if (parts.length !== 2) throw new Error(`${name}: found ${parts.length - 1} times in ${file}: ${find}`)
    writeFileSync(path, parts.join(replace))
  }
  const compilerOptions = {
    rootDir: 'src',
    outDir: 'dist',
    types: [],
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    noCheck: true,
  }
  const settings = { extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['src/**/*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  return folder
}

/** The check that a seed broke, and which seed; null when all pass. */
async function failingSeed(folder, { engine, options = [] }) {
  const command = [
    join(folder, 'dist/sim/cli.js'),
    '--engine',
    engine,
    '--seeds',
    seeds,
    ...options,
    '--bail',
    '--workers',
    '1',
  ]
  const { status, output } = await run(command)
  const match = /^seed (\d+) broke (\S+) /m.exec(output)
  if (match !== null) return `${match[2]} at seed ${match[1]}`
  if (status !== 0) throw new Error(output)
  return null
}

/** The rule whose scripted test fails on the broken copy; null when all pass. */
async function failingScript(folder, { engine, tests, beside = [] }) {
  const scripts = ['show.ts', 'table.ts', engine].map(part => `consensus/${part}`)
  // A test may need what stands beside it.
  for (const part of tests === undefined ? scripts : [...tests.map(dirname), ...beside])
    cpSync(join(root, 'packages/core/test', part), join(folder, 'test', part), { recursive: true })
  const include = tests?.map(file => `test/${file}`) ?? ['test/**/*.test.ts']
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const config = join(folder, 'vitest.config.mjs')
  writeFileSync(config, `export default { test: { include: ${JSON.stringify(include)} } }\n`)
  const report = join(folder, 'report.json')
  const { status, output } = await run([
    vitest,
    'run',
    '--root',
    folder,
    '--config',
    config,
    '--reporter=json',
    `--outputFile=${report}`,
  ])
  if (status === 0) return null
  if (!existsSync(report)) throw new Error(output)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = results.find(each => each.status === 'failed')
  if (failed === undefined) throw new Error(output)
  // The rule's id stands in the title, or in that of the group.
  const [rule = failed.title] = /[A-Z0-9]+-\d+/.exec(failed.fullName) ?? []
  return `the ${tests === undefined ? 'script' : 'test'} of ${rule}`
}

/** The check that a play broke, and which play; null when all hold. */
async function failingPlay(folder, { plays }) {
  await build(folder)
  for (const name of plays) {
    const cli = join(folder, 'dist/testing/recipes/cli.js')
    const { status, output } = await run([cli, '--only', name, '--seeds', playSeeds])
    const match = /^(\S+) broke (\S+) [\s\S]*?--seeds (\d+)/m.exec(output)
    if (match !== null) return `a play of ${match[1]}: ${match[2]} at seed ${match[3]}`
    if (status !== 0) throw new Error(output)
  }
  return null
}

function run(words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        output += chunk
      })
    child.on('error', reject)
    child.on('close', status => resolve({ status, output }))
  })
}

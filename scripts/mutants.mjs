/**
 * Shows that the proofs catch what they are there for: builds the library once for each mutant, with that one thing
 * broken, runs seeds until one fails, and where none does the scripted scenarios of its engine. Passed is a mutant that was caught. `npm run mutants -- NAME...` runs some.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mutants } from './mutants-list.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = join(root, 'packages/core/src')
/** Inside the package, so that its dependencies are found; its own, so that two runs do not disturb each other. */
const workshop = join(root, 'packages/core/.tmp', `mutants-${process.pid}`)
const seeds = '1..200'

const named = process.argv.slice(2)
const unknown = named.filter(name => !mutants.some(mutant => mutant.name === name))
if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(', ')}`)
const chosen = mutants.filter(({ name }) => named.length === 0 || named.includes(name))

rmSync(workshop, { recursive: true, force: true })
const edited = chosen.map(mutant => ({ mutant, folder: prepare(mutant) }))
let caught = 0
const queue = [...edited]
const hands = Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { mutant, folder } = next
    const by = (await failingSeed(folder, mutant)) ?? (await failingScript(folder, mutant.engine))
    if (by !== null) caught++
    const verdict = by === null ? 'NOT CAUGHT' : `caught by ${by}`
    console.log(`${mutant.name.padEnd(26)} ${verdict.padEnd(48)} ${mutant.breaks}`)
  }
})
await Promise.all(hands)
rmSync(workshop, { recursive: true, force: true })
console.log(`${caught} passed, ${chosen.length - caught} failed`)
process.exit(caught === chosen.length ? 0 : 1)

/** Copies the sources and breaks the copy. Throws when the place to break is not there, or not the only one. */
function prepare({ name, edits }) {
  const folder = join(workshop, name)
  mkdirSync(folder, { recursive: true })
  for (const part of ['logic', 'sim', 'host/codec.ts', 'host/codec-scan.ts'])
    cpSync(join(sources, part), join(folder, 'src', part), { recursive: true })
  // The copy has settings of its own, for all of it.
  for (const part of ['logic', 'sim']) rmSync(join(folder, 'src', part, 'tsconfig.json'))
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
  const built = await run([join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])
  if (built.status !== 0) throw new Error(built.output)
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
async function failingScript(folder, engine) {
  const tests = join(root, 'packages/core/test/consensus')
  const copied = join(folder, 'test/consensus')
  for (const part of ['show.ts', 'table.ts', engine])
    cpSync(join(tests, part), join(copied, part), { recursive: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const config = join(folder, 'vitest.config.mjs')
  writeFileSync(config, `export default { test: { include: ['test/**/*.test.ts'] } }\n`)
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
  return `the script of ${failed.title.split(' ')[0]}`
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

// npm run e2e: drives real browsers. Installs, builds, finds or installs Chromium, Firefox and a display, builds the lab page and
// the demo, runs Playwright. Arguments go to Playwright: npm run e2e -- --project firefox -g "E2E-7"
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { build } from './lib/install.mjs'
import { finish, must, root, run } from './lib/run.mjs'

const e2e = join(root, 'e2e')
const report = join(e2e, '.tmp', 'report.json')

/** What each program is called as a variable, as commands, and as a Debian package; and what is not tested without it. */
const programs = [
  {
    name: 'chromium',
    variable: 'CHROMIUM',
    commands: ['chromium', 'chromium-browser'],
    package: 'chromium',
    untested: 'neither it nor both browsers together are tested',
  },
  {
    name: 'firefox',
    variable: 'FIREFOX',
    commands: ['firefox-esr', 'firefox'],
    package: 'firefox-esr',
    untested: 'neither it nor both browsers together are tested',
  },
  {
    name: 'Xvfb',
    variable: 'XVFB',
    commands: ['Xvfb'],
    package: 'xvfb',
    untested: 'no tab is really frozen, for which a browser needs a display',
  },
]
const isBrowser = ({ name }) => name !== 'Xvfb'

await build()
const { env, missing } = await findPrograms()
announce(missing)
if (programs.filter(isBrowser).every(({ name }) => missing.some(each => each.name === name))) finish(0, 1)

const bin = name => join(e2e, 'node_modules', '.bin', name)
await must(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: e2e })
await must(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: join(root, 'packages', 'demo') })
rmSync(report, { force: true })
const { code } = await run(bin('playwright'), ['test', ...process.argv.slice(2)], { cwd: e2e, env })
const { passed, failed } = countsOf(code)
announce(missing)
finish(passed, failed)

/** Where each program is, for e2e/support to read; tries to install those that are nowhere. */
async function findPrograms() {
  if (programs.some(program => find(program) === null) && process.getuid?.() === 0 && inPath('apt-get')) {
    const wanted = programs.filter(program => find(program) === null).map(program => program.package)
    console.log(`Installing ${wanted.join(' and ')} ...`)
    await run('apt-get', ['update', '-qq'], { quiet: true })
    await run('apt-get', ['install', '-y', '-qq', ...wanted], { env: { DEBIAN_FRONTEND: 'noninteractive' } })
  }
  const found = programs.map(program => ({ ...program, path: find(program) }))
  return {
    env: Object.fromEntries(found.map(({ variable, path }) => [variable, path ?? 'missing'])),
    missing: found.filter(({ path }) => path === null),
  }
}

/** The program's command: as the environment says, else as installed. Empty for Playwright's own; null when there is none. */
function find(program) {
  const { name, variable, commands } = program
  const asked = process.env[variable]
  if (asked) {
    if (existsSync(asked)) return asked
    console.error(`${variable}=${asked}: there is no such file.`)
    process.exit(1)
  }
  const installed = commands.map(inPath).find(path => path !== null)
  if (installed) return installed
  if (!isBrowser(program)) return null
  const playwright = createRequire(join(e2e, 'package.json'))('@playwright/test')
  return existsSync(playwright[name].executablePath()) ? '' : null
}

function inPath(command) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map(folder => join(folder, command)).find(path => existsSync(path)) ?? null
}

/** Says loudly what is not tested for want of a program, and what to do about it. */
function announce(absent) {
  for (const program of absent) {
    const { name, variable, package: named, untested } = program
    console.error(
      `\n!!! NOT TESTED: ${name} was not found, and ${untested}.\n` +
        `!!! Install it (Debian: apt-get install ${named}), or say where it is (${variable}=/path/to/it)` +
        (isBrowser(program)
          ? `,\n!!! or take Playwright's own: cd e2e && npx playwright install ${name}\n`
          : '.\n'),
    )
  }
}

/** What Playwright reported; a run that ended without a report, or without any test, is one failure. */
function countsOf(exitCode) {
  try {
    const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
    const failed = stats.unexpected + stats.flaky + stats.skipped + errors.length
    const passed = stats.expected
    return { passed, failed: failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

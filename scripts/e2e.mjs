// npm run e2e: drives real browsers. Installs, builds, finds or installs Chromium, Firefox and a display, builds the lab page and
// the demo, runs Playwright. Arguments go to Playwright: npm run e2e -- --project firefox -g "E2E-7"
import { build } from './lib/install.mjs'
import { buildPages, runPlaywright } from './lib/playwright.mjs'
import { announce, chromium, findPrograms, firefox } from './lib/programs.mjs'
import { finish } from './lib/run.mjs'

const display = {
  name: 'Xvfb',
  variable: 'XVFB',
  commands: ['Xvfb'],
  package: 'xvfb',
  untested: 'no tab is really frozen, for which a browser needs a display',
}

await build()
const { env, missing } = await findPrograms([chromium, firefox, display])
announce(missing)
if (missing.filter(({ browser }) => browser !== undefined).length === 2) finish(0, 1)

await buildPages()
const args = process.argv.slice(2)
const results = [await runPlaywright(args, env, 'report.json', { mayBeEmpty: args.length > 0 })]
// What takes the machine for itself, when the others are done.
if (isWanted('chromium')) {
  const alone = ['--config', 'playwright.alone.config.ts', ...args.filter(isNoOtherProject)]
  results.push(await runPlaywright(alone, env, 'alone.json', { mayBeEmpty: args.length > 0 }))
}
announce(missing)
const sum = of => results.reduce((total, each) => total + each[of], 0)
// Arguments that name no test are a mistake.
finish(sum('passed'), sum('passed') + sum('failed') === 0 ? 1 : sum('failed'))

/** Whether a browser is there, and not left out by the arguments. */
function isWanted(browser) {
  const projects = args.filter((arg, at) => args[at - 1] === '--project' || arg.startsWith('--project='))
  const isNamed = projects.length === 0 || projects.some(each => each.replace('--project=', '') === browser)
  return isNamed && !missing.some(each => each.browser === browser)
}

/** That run has no project but Chromium's. */
function isNoOtherProject(arg, at) {
  const project = arg.startsWith('--project=')
    ? arg.slice('--project='.length)
    : args[at - 1] === '--project' && arg
  if (project) return project === 'chromium'
  return arg !== '--project' || args[at + 1] === 'chromium'
}

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
const { passed, failed } = await runPlaywright(process.argv.slice(2), env, 'report.json')
announce(missing)
finish(passed, failed)

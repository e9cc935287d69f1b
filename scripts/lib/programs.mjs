// The programs that tests drive and npm does not bring: where they are, how they are installed, and what to say of those that
// are missing. A program is { name, variable, commands, package, untested }, a browser has `browser` as Playwright calls it.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { root, run } from './run.mjs'

export const chromium = {
  name: 'chromium',
  browser: 'chromium',
  variable: 'CHROMIUM',
  commands: ['chromium', 'chromium-browser'],
  package: 'chromium',
  untested: 'neither it nor both browsers together are tested',
}
export const firefox = {
  name: 'firefox',
  browser: 'firefox',
  variable: 'FIREFOX',
  commands: ['firefox-esr', 'firefox'],
  package: 'firefox-esr',
  untested: 'neither it nor both browsers together are tested',
}

/**
 * Where each program is, as variables for those that start them, and the programs that are nowhere: after trying to install
 * them, where this is root's Debian.
 */
export async function findPrograms(programs) {
  const wanted = programs.filter(program => find(program) === null).map(program => program.package)
  if (wanted.length > 0 && process.getuid?.() === 0 && inPath('apt-get')) {
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
function find({ browser, variable, commands }) {
  const asked = process.env[variable]
  if (asked) {
    if (existsSync(asked)) return asked
    console.error(`${variable}=${asked}: there is no such file.`)
    process.exit(1)
  }
  const installed = commands.map(inPath).find(path => path !== null)
  if (installed) return installed
  if (browser === undefined) return null
  const playwright = createRequire(join(root, 'e2e', 'package.json'))('@playwright/test')
  return existsSync(playwright[browser].executablePath()) ? '' : null
}

function inPath(command) {
  // Tools of root's may be where only root's shell looks.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map(folder => join(folder, command)).find(path => existsSync(path)) ?? null
}

/** Says loudly what is not tested for want of a program, and what to do about it. */
export function announce(absent) {
  for (const { name, browser, variable, package: named, untested } of absent) {
    console.error(
      `\n!!! NOT TESTED: ${name} was not found, and ${untested}.\n` +
        `!!! Install it (Debian: apt-get install ${named}), or say where it is (${variable}=/path/to/it)` +
        (browser === undefined
          ? '.\n'
          : `,\n!!! or take Playwright's own: cd e2e && npx playwright install ${browser}\n`),
    )
  }
}

// Chromium with a profile on disk. `CHROMIUM` names its program; else the system's is taken, else Playwright's own.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { openDisplay, startHeaded } from '../../scripts/lib/headed.mjs'
import { onStop } from './stop.mjs'

const systemPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const displayPaths = ['/usr/bin/Xvfb', '/usr/local/bin/Xvfb']

const args = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A renderer for each tab: one that is killed takes no other with it, and tabs do not share a process's CPU.
  '--renderer-process-limit=100',
]

const programOf = () => process.env.CHROMIUM || systemPaths.find(path => existsSync(path))
const argsOf = () => (process.getuid?.() === 0 ? ['--no-sandbox', ...args] : args)

/**
 * A Chromium with windows, in which a tab behind another may be frozen.
 * @returns {Promise<import('@playwright/test').BrowserContext | null>} null where there is no Xvfb; ended with the bench
 */
export async function launchHeaded() {
  const xvfb = process.env.XVFB || displayPaths.find(path => existsSync(path))
  if (xvfb === undefined) return null
  const display = await openDisplay(xvfb)
  onStop('the display', () => display.close())
  const program = programOf() ?? chromium.executablePath()
  const { endpoint, close } = await startHeaded({ program, args: argsOf(), display })
  onStop('the browser', close)
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true })
  return browser.contexts()[0] ?? null
}

/** @returns {Promise<import('@playwright/test').BrowserContext>} closed, and its profile removed, when the bench ends */
export async function launch() {
  const executablePath = programOf()
  const profile = await temporaryFolder('profile')
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: argsOf(),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  onStop('the browser', () => context.close())
  return context
}

/** A folder that is removed when the bench ends. */
export async function temporaryFolder(name) {
  const folder = await mkdtemp(join(tmpdir(), `peerkeeper-bench-${name}-`))
  onStop(folder, () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  return folder
}

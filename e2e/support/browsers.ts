/**
 * Which browsers there are and how they are started. `CHROMIUM` and `FIREFOX` name installed ones, `missing` says that
 * there is none, and without a name Playwright's own is taken. Finding and installing them is scripts/e2e.mjs's business.
 */
import { env } from 'node:process'
import {
  type Browser,
  type BrowserContext,
  type BrowserType,
  chromium,
  firefox,
  type LaunchOptions,
} from '@playwright/test'

export type BrowserName = 'chromium' | 'firefox'

const types: Record<BrowserName, BrowserType> = { chromium, firefox }
const paths: Record<BrowserName, string | undefined> = {
  chromium: env['CHROMIUM'] || undefined,
  firefox: env['FIREFOX'] || undefined,
}

/** What the browser says of itself to every page. */
const signs: Record<BrowserName, RegExp> = { chromium: /Chrome\/\d+/, firefox: /Firefox\/\d+/ }

export const isMissing = (name: BrowserName): boolean => paths[name] === 'missing'

export function launchOptions(name: BrowserName): LaunchOptions {
  const path = paths[name]
  return name === 'chromium' ? chromiumOptions(path) : firefoxOptions(path)
}

/** Starts a browser of its own beside the one that tests share. */
export const launch = (name: BrowserName): Promise<Browser> => types[name].launch(launchOptions(name))

/** Starts a browser whose profile is `folder`: what it stores outlives it. */
export const launchProfile = (name: BrowserName, folder: string): Promise<BrowserContext> =>
  types[name].launchPersistentContext(folder, launchOptions(name))

/** Whether `userAgent` is of this browser and of no other. */
export const isAgentOf = (name: BrowserName, userAgent: string): boolean =>
  signs[name].test(userAgent) && !signs[name === 'chromium' ? 'firefox' : 'chromium'].test(userAgent)

const chromiumOptions = (path: string | undefined): LaunchOptions => ({
  // The channel is the whole browser of Playwright's own, not the small one that it takes for headless runs.
  ...(path === undefined ? { channel: 'chromium' } : { executablePath: path }),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A renderer for each tab, however many there are: one that is killed takes no other with it.
    '--renderer-process-limit=100',
  ],
})

const firefoxOptions = (path: string | undefined): LaunchOptions => ({
  // The channel is how Playwright drives a Firefox that is not its own.
  ...(path === undefined ? {} : { channel: 'moz-firefox', executablePath: path }),
  firefoxUserPrefs: {
    'media.peerconnection.ice.loopback': true,
    'media.peerconnection.ice.obfuscate_host_addresses': false,
    'privacy.reduceTimerPrecision': false,
  },
})

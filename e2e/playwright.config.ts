/**
 * Every spec runs in each browser that was found; `*.both.spec.ts` once, with Chromium and Firefox together, and
 * `*.chromium.spec.ts` and `*.firefox.spec.ts` only there; `*.headed.spec.ts` in a Chromium that has windows, where there is
 * a display. Those that need the machine for themselves run after these: playwright.alone.config.ts. Nothing is tried twice.
 */
import { defineConfig, type Project } from '@playwright/test'
import { type BrowserName, isMissing, launchOptions } from './support/browsers.ts'
import { isDisplayMissing } from './support/display.ts'

const project = (name: BrowserName, testIgnore: RegExp): Project => ({
  name,
  testIgnore,
  use: { browserName: name, launchOptions: launchOptions(name) },
})

const both: Project = {
  name: 'both',
  testMatch: /\.both\.spec\.ts$/,
  use: { browserName: 'chromium', launchOptions: launchOptions('chromium') },
}

const headed: Project = {
  name: 'headed',
  testMatch: /\.headed\.spec\.ts$/,
  use: { browserName: 'chromium' },
}

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: '.tmp/report.json' }]],
  projects: [
    ...(isMissing('chromium') ? [] : [project('chromium', /\.(both|firefox|headed|alone)\.spec\.ts$/)]),
    ...(isMissing('firefox') ? [] : [project('firefox', /\.(both|chromium|headed|alone)\.spec\.ts$/)]),
    ...(isMissing('chromium') || isMissing('firefox') ? [] : [both]),
    ...(isMissing('chromium') || isDisplayMissing() ? [] : [headed]),
  ],
})

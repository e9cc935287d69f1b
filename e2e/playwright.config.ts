/**
 * Every spec runs in each browser that was found; `*.both.spec.ts` once, with Chromium and Firefox together, and
 * `*.chromium.spec.ts` and `*.firefox.spec.ts` only there. Nothing is tried twice.
 */
import { defineConfig, type Project } from '@playwright/test'
import { type BrowserName, isMissing, launchOptions } from './support/browsers.ts'

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
    ...(isMissing('chromium') ? [] : [project('chromium', /\.(both|firefox)\.spec\.ts$/)]),
    ...(isMissing('firefox') ? [] : [project('firefox', /\.(both|chromium)\.spec\.ts$/)]),
    ...(isMissing('chromium') || isMissing('firefox') ? [] : [both]),
  ],
})

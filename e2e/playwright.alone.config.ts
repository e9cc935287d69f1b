/**
 * Specs that take the whole machine for themselves, `*.alone.spec.ts`: one at a time, in Chromium, when all others are done.
 * Nothing is tried twice.
 */
import { defineConfig } from '@playwright/test'
import { launchOptions } from './support/browsers.ts'

export default defineConfig({
  testDir: 'tests',
  testMatch: /\.alone\.spec\.ts$/,
  outputDir: 'test-results/alone',
  workers: 1,
  retries: 0,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: '.tmp/alone.json' }]],
  projects: [
    { name: 'chromium', use: { browserName: 'chromium', launchOptions: launchOptions('chromium') } },
  ],
})

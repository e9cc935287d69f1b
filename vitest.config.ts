import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    pool: 'threads',
    // A bound on what hangs, and no measure: busy machines are slow.
    testTimeout: 60_000,
    // The default leaves one core to whoever edits.
    maxWorkers: '100%',
  },
})

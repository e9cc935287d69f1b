import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 20_000,
    // The default leaves one core to whoever edits.
    maxWorkers: '100%',
  },
})

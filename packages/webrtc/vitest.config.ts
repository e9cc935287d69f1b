import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const transport = fileURLToPath(new URL('../core/src/host/transport/index.ts', import.meta.url))

export default defineConfig({
  resolve: { alias: { '@peerkeeper/core/transport': transport } },
  test: { include: ['test/*.test.ts'] },
})

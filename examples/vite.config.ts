import { readdirSync } from 'node:fs'
import { defineConfig } from 'vite'

/** Every folder with a page is an example; seats is an app in itself. */
const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
const pages = folders
  .filter(entry => entry.isDirectory() && !['seats', 'dist', 'node_modules'].includes(entry.name))
  .map(({ name }) => `${name}/index.html`)

export default defineConfig({
  // Any folder of a site may hold them.
  base: './',
  // The worker of core is found by `new Worker(new URL(...))` in its own file: bundled into one, it would be lost.
  optimizeDeps: {
    exclude: ['@peerkeeper/core', '@peerkeeper/react', '@peerkeeper/webrtc'],
    include: [
      '@peerkeeper/core > comlink',
      '@peerkeeper/core > idb',
      '@peerkeeper/webrtc > simple-peer/simplepeer.min.js',
    ],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // The settings page chooses between light and dark by itself: light-dark() is left as it is.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      input: ['index.html', ...pages],
      // 'use client' speaks to servers that render React; here is none.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
})

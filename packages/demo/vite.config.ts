import { defineConfig } from 'vite'

export default defineConfig({
  // The worker of core is found by `new Worker(new URL(...))` in its own file: bundled into one, it would be lost.
  optimizeDeps: {
    exclude: ['@peerkeeper/core', '@peerkeeper/webrtc'],
    include: [
      '@peerkeeper/core > comlink',
      '@peerkeeper/core > idb',
      '@peerkeeper/core > @msgpack/msgpack',
      '@peerkeeper/webrtc > simple-peer/simplepeer.min.js',
    ],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // How long the bundler took is no news to who tries the demo.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})

import { defineConfig } from 'vite'

export default defineConfig({
  // The worker of core is found by `new Worker(new URL(...))` in its own file: bundled into one, it would be lost.
  optimizeDeps: { exclude: ['@peerkeeper/core', '@peerkeeper/webrtc'] },
  worker: { format: 'es' },
  build: { target: 'es2023' },
})

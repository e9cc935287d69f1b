import { defineConfig } from 'vite'

// The lab page: the packages as built, with nothing of an app around them.
export default defineConfig({
  root: 'lab',
  build: { outDir: '../dist', emptyOutDir: true, target: 'es2022', minify: false },
  worker: { format: 'es' },
})

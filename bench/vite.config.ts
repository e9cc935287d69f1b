import { defineConfig } from 'vite'

// The bench's page: the packages as built, not minified, so that profiles name functions.
export default defineConfig({
  root: 'page',
  build: { outDir: '../dist', emptyOutDir: true, target: 'es2022', minify: false },
  worker: { format: 'es', rolldownOptions: { output: { minify: false } } },
})

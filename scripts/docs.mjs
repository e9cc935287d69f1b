// npm run docs: the reference of the public doors as pages, in docs/reference.
import { join } from 'node:path'
import { build } from './lib/install.mjs'
import { must, root } from './lib/run.mjs'

const folder = join(root, 'scripts', 'docs')

await build()
await must(join(folder, 'node_modules', '.bin', 'typedoc'), ['--options', join(folder, 'typedoc.json')], {
  cwd: folder,
})
console.log(`docs: ${join(root, 'docs', 'reference', 'index.html')}`)

/** Builds what puts recipes through plays, and runs it: `npm run recipes -- --seeds 1..20`. Anything else shows how to say it. */
import { install } from './lib/install.mjs'
import { bin, must, root, run } from './lib/run.mjs'

await install()
await must(bin('tsc'), ['-b', 'packages/core/src/testing'])
const { code } = await run(process.execPath, [
  `${root}/packages/core/dist/testing/recipes/cli.js`,
  ...process.argv.slice(2),
])
process.exit(code)

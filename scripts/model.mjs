// npm run model: every interleaving of small worlds, on the shipping engines. Arguments name engines.
import { install } from './lib/install.mjs'
import { bin, must, root, run } from './lib/run.mjs'

await install()
await must(bin('tsc'), ['-b', 'packages/core/src/sim'])
const { code } = await run(process.execPath, [
  '--max-old-space-size=12000',
  `${root}/packages/core/dist/sim/model/cli.js`,
  ...process.argv.slice(2),
])
process.exit(code)

// npm run costs: prints the tables of docs/COSTS.md, measured on the engines under virtual time.
import { install } from './lib/install.mjs'
import { bin, must, root, run } from './lib/run.mjs'

await install()
await must(bin('tsc'), ['-b', 'packages/core/src/sim'])
const { code } = await run(process.execPath, [`${root}/packages/core/dist/sim/costs/cli.js`])
process.exit(code)

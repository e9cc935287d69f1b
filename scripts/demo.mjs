// npm run demo: installs, builds, serves the demo and the signaling server, prints the address.
import { join } from 'node:path'
import { build } from './lib/install.mjs'
import { must, root, run } from './lib/run.mjs'

const demo = join(root, 'packages', 'demo')

await build()
await must(join(demo, 'node_modules', '.bin', 'vite'), ['build', '--logLevel', 'warn'], { cwd: demo })
const { code } = await run(process.execPath, ['serve.mjs', ...process.argv.slice(2)], { cwd: demo })
process.exit(code)

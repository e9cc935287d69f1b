// npm run bench: installs, builds, measures Peerkeeper beside its floor and beside ZooKeeper. docs/BENCH.md says what.
import { join } from 'node:path'
import { build } from './lib/install.mjs'
import { bin, must, root } from './lib/run.mjs'

const bench = join(root, 'bench')

await build()
await must(bin('tsc'), ['-p', bench])
await must(join(bench, 'node_modules', '.bin', 'vite'), ['build', '--logLevel', 'warn'], { cwd: bench })
// In this process: a signal to it reaches what must be stopped.
const { main } = await import('../bench/run.mjs')
process.exit(await main(process.argv.slice(2)))

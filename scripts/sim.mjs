/** Builds the simulator and runs it: `npm run sim -- --engine multi-paxos --seeds 1..300`. See `--help`. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const run = (file, ...words) =>
  spawnSync(process.execPath, [join(root, file), ...words], { stdio: 'inherit' })

const built = run('node_modules/typescript/bin/tsc', '-b', join(root, 'packages/core/src/sim'))
if (built.status !== 0) process.exit(built.status ?? 1)
process.exit(run('packages/core/dist/sim/cli.js', ...process.argv.slice(2)).status ?? 1)

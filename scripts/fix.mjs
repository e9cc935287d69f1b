// npm run fix: formats, and mends what the linter can mend safely. The only command that writes to the sources.
import { install } from './lib/install.mjs'
import { bin, run } from './lib/run.mjs'

await install()
const { code } = await run(bin('biome'), ['check', '--write', '.'])
process.exit(code)

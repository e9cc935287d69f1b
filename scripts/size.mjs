// npm run size: what an app's users download of each part, beside its budget.
import { build } from './lib/install.mjs'
import { lineOf, sizes } from './lib/size.mjs'

await build()
const measured = await sizes()
for (const each of measured) console.log(lineOf(each))
process.exit(measured.every(({ brotli, budget }) => brotli <= budget) ? 0 : 1)

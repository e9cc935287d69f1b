// npm run size: what an app's users download of each part, at once and on demand, beside its budgets.
import { build } from './lib/install.mjs'
import { complaintsOf, lineOf, sizes } from './lib/size.mjs'

await build()
const measured = await sizes()
for (const each of measured) console.log(lineOf(each))
process.exit(complaintsOf(measured).length === 0 ? 0 : 1)

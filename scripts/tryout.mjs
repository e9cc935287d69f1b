// npm run tryout: the seats example as a newcomer would make it. An empty Vite app outside of this workspace, the packed packages
// and their dependencies installed from the registry by npm, served and built, in a browser. npm run e2e does the same with
// what is installed here, without the registry.
import { must, root } from './lib/run.mjs'

const e2e = `${root}/scripts/e2e.mjs`
await must(process.execPath, [e2e, '--project', 'chromium', '-g', 'PACK-3'], { env: { NEWCOMER: 'npm' } })

// npm run net: replicas on several hosts, which are network namespaces of this machine: a browser in each, the signaling server
// in one. Needs root on Linux. Installs, builds, finds or installs what it drives, runs e2e/net. `--long` runs the long ones
// too; all other arguments go to Playwright: npm run net -- -g NET-3
import { build } from './lib/install.mjs'
import { sweepNamespaces, whyNoNamespaces, whyNoWire } from './lib/namespaces.mjs'
import { buildPages, runPlaywright } from './lib/playwright.mjs'
import { announce, chromium, findPrograms, firefox } from './lib/programs.mjs'
import { finish } from './lib/run.mjs'

const tool = (name, command, named) => ({
  name,
  variable: name.toUpperCase(),
  commands: [command],
  package: named,
  untested: 'no replicas on several hosts are tested',
})
/** Without these there is no network, or nobody on it. */
const needed = [
  tool('ip', 'ip', 'iproute2'),
  tool('nft', 'nft', 'nftables'),
  tool('python3', 'python3', 'python3'),
  chromium,
]
const turn = {
  name: 'turnserver',
  variable: 'TURNSERVER',
  commands: ['turnserver'],
  package: 'coturn',
  untested: 'nothing goes through STUN or TURN servers',
}

const words = process.argv.slice(2)
const isLong = words.includes('--long')

if (process.platform !== 'linux' || process.getuid?.() !== 0)
  skip('only root on Linux can make network namespaces')
await build()
const { env, missing } = await findPrograms([...needed, firefox, turn])
announce(missing)
if (missing.some(({ name }) => needed.some(each => each.name === name)))
  skip('something that it needs is missing')
const why = whyNoNamespaces() ?? whyNoWire()
if (why !== null) skip(why)

// An earlier run may have been killed; this one is swept up in any case.
sweepNamespaces(process.pid)
const sweep = () => sweepNamespaces(process.pid)
process.on('exit', sweep)
await buildPages()
const left = [isLong ? [] : ['@long'], missing.length > 0 ? missing.map(({ name }) => `@${name}`) : []].flat()
const { passed, failed } = await runPlaywright(
  [
    '--config',
    'net',
    ...(left.length > 0 ? ['--grep-invert', left.join('|')] : []),
    ...words.filter(word => word !== '--long'),
  ],
  { ...env, NET_ID: String(process.pid) },
  'net.json',
)
announce(missing)
finish(passed, failed)

/** What cannot be tested here is no failure. */
function skip(reason) {
  console.error(`\n!!! NOT TESTED: replicas on several hosts: ${reason}.\n`)
  finish(0, 0)
}

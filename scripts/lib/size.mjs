// What an app's users download, in bytes of brotli: bundled and minified by Vite as an app's build does it, with all
// dependencies. Held by npm run check, printed by npm run size. A budget is raised only with a reason, beside it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { root } from './run.mjs'

const dist = (name, path) => join(root, 'packages', name, 'dist', path)

/** `budget` holds today; `goal`, where there is one, is where it is to come down to. */
export const parts = [
  {
    name: 'page: all of @peerkeeper/core, with comlink',
    entry: dist('core', 'client/index.js'),
    budget: 15_800,
    goal: 10_000,
  },
  {
    name: 'page: all of @peerkeeper/core/recipes, beside the client',
    entry: dist('core', 'recipes/index.js'),
    budget: 9_000,
    goal: 9_000,
  },
  {
    name: 'page: of these, lead',
    entry: dist('core', 'recipes/index.js'),
    names: 'lead',
    budget: 3_000,
    goal: 3_000,
  },
  {
    name: 'worker: of the default engine, with comlink, idb and MessagePack',
    entry: dist('core', 'host/worker/only/multi-paxos.js'),
    budget: 53_500,
    goal: 45_000,
  },
  {
    name: 'worker: @peerkeeper/core/worker, every engine, for apps that make it themselves',
    entry: dist('core', 'host/worker/worker.js'),
    budget: 68_000,
    goal: 68_000,
  },
  {
    name: 'page: all of @peerkeeper/webrtc, without simple-peer',
    entry: dist('webrtc', 'page/index.js'),
    names: 'webrtc, webSocketArbiter, webSocketSignaling',
    external: [/^simple-peer/],
    budget: 16_000,
    goal: 10_000,
  },
  {
    name: 'page: all of @peerkeeper/react, beside React, the client and recipes',
    entry: dist('react', 'index.js'),
    external: [/^react$/, /^@peerkeeper\/core/],
    budget: 4_000,
    goal: 4_000,
  },
]

/** Bytes of each part. @returns {Promise<{name: string, budget: number, goal: number, minified: number, gzip: number, brotli: number}[]>} */
export async function sizes() {
  const { build } = await import(createRequire(join(root, 'e2e', 'package.json')).resolve('vite'))
  const measured = []
  for (const part of parts) {
    const code = await bundle(build, part)
    const [gzip, brotli] = [gzipSync(code).length, brotliCompressSync(code).length]
    measured.push({ ...part, minified: Buffer.byteLength(code), gzip, brotli })
  }
  return measured
}

/** One file of all that `entry` is made of, but for the workers that it starts. */
async function bundle(build, { entry, external = [], names = '*' }) {
  const exported = names === '*' ? '*' : `{ ${names} }`
  const app = `export ${exported} from ${JSON.stringify(entry)}; import ${JSON.stringify(entry)}`
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'app',
        resolveId: id => (id === 'app' ? '\0app' : null),
        load: id => (id === '\0app' ? app : null),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      rolldownOptions: { input: 'app', external, preserveEntrySignatures: 'strict' },
    },
  })
  return output.flatMap(each => (each.type === 'chunk' ? [each.code] : [])).join('')
}

export const lineOf = ({ name, minified, gzip, brotli, budget, goal }) =>
  `${kB(brotli)} kB brotli (budget ${kB(budget)}, goal ${kB(goal)}; ${kB(gzip)} gzip, ${kB(minified)} minified)  ${name}`

const kB = bytes => (bytes / 1000).toFixed(1).padStart(5)

/** Complaints about parts over their budgets. */
export async function checkSizes() {
  const measured = await sizes()
  for (const each of measured) console.log(`       ${lineOf(each)}`)
  return measured
    .filter(({ brotli, budget }) => brotli > budget)
    .map(({ name, brotli, budget }) => `${name}: ${brotli} bytes are ${brotli - budget} over the budget`)
}

// What an app's users download, in bytes of brotli: bundled and minified by Vite as an app's build does it, with all
// dependencies, and with what Vite itself adds where something is loaded on demand (0.5 kB, once for an app). Each file is
// compressed by itself, as it is sent. The goal is for what an app loads at once: the file that imports the door, and what
// that imports. Beside it stands the sum with all that is loaded on demand, by file; it has a budget of its own. Workers
// are parts by themselves. Held by npm run check, printed by npm run size. A budget is raised only with a reason, beside it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { root } from './run.mjs'

const dist = (name, path) => join(root, 'packages', name, 'dist', path)

/** `budget` holds today, and `goal` is where it is to come down to: at once. `inAll` is the budget of the sum; without it nothing may be loaded on demand. */
export const parts = [
  {
    name: 'page: all of @peerkeeper/core',
    entry: dist('core', 'client/index.js'),
    budget: 9_800,
    goal: 10_000,
    // Of these 7.1 are the way to a replica, comlink among it, which every connect loads.
    inAll: 18_300,
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
    // Of these 1.3 feed observers, so that a leader's work does not grow with them.
    budget: 53_600,
    goal: 45_000,
  },
  {
    name: 'worker: @peerkeeper/core/worker, every engine, for apps that make it themselves',
    entry: dist('core', 'host/worker/worker.js'),
    budget: 67_400,
    goal: 67_400,
  },
  {
    name: 'page: all of @peerkeeper/webrtc, without simple-peer',
    entry: dist('webrtc', 'page/index.js'),
    names: 'webrtc, webSocketArbiter, webSocketSignaling',
    external: [/^simple-peer/],
    budget: 7_000,
    goal: 10_000,
    // Of these 7.7 are what makes links, which a page that is alone does not need.
    inAll: 20_400,
  },
  {
    name: 'page: all of @peerkeeper/react, beside React, the client and recipes',
    entry: dist('react', 'index.js'),
    external: [/^react$/, /^@peerkeeper\/core/],
    budget: 4_000,
    goal: 4_000,
  },
]

/**
 * Bytes of each part: at once, and of each file that is loaded on demand.
 * @returns {Promise<{name: string, budget: number, goal: number, inAll?: number, minified: number, gzip: number, brotli: number, later: {name: string, brotli: number}[]}[]>}
 */
export async function sizes() {
  const { build } = await import(createRequire(join(root, 'e2e', 'package.json')).resolve('vite'))
  const measured = []
  for (const part of parts) {
    const chunks = await bundle(build, part)
    const first = withImports(
      chunks.find(({ isEntry }) => isEntry),
      chunks,
    )
    const later = chunks
      .filter(each => !first.has(each))
      .map(each => ({ name: each.name, brotli: brotliCompressSync(each.code).length }))
    const sum = of => [...first].reduce((bytes, { code }) => bytes + of(code).length, 0)
    measured.push({
      ...part,
      later: later.sort((a, b) => b.brotli - a.brotli),
      minified: sum(Buffer.from),
      gzip: sum(gzipSync),
      brotli: sum(brotliCompressSync),
    })
  }
  return measured
}

/** `chunk` and whatever is loaded with it. */
function withImports(chunk, chunks, loaded = new Set()) {
  if (chunk === undefined || loaded.has(chunk)) return loaded
  loaded.add(chunk)
  for (const name of chunk.imports)
    withImports(
      chunks.find(({ fileName }) => fileName === name),
      chunks,
      loaded,
    )
  return loaded
}

/** The files that `entry` is made of, but for the workers that it starts. */
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
      // As in an app, whose own file nobody imports: what its chunks share with it stays there.
      rolldownOptions: { input: 'app', external, preserveEntrySignatures: 'allow-extension' },
    },
  })
  return output.filter(({ type }) => type === 'chunk')
}

const inAll = ({ brotli, later }) => later.reduce((bytes, each) => bytes + each.brotli, brotli)

export const lineOf = ({ name, minified, gzip, brotli, budget, goal, ...part }) =>
  `${kB(brotli)} kB brotli (budget ${kB(budget)}, goal ${kB(goal)}; ${kB(gzip)} gzip, ${kB(minified)} minified)  ${name}` +
  (part.later.length === 0 ? '' : `\n${onDemandOf({ brotli, ...part })}`)

const onDemandOf = part =>
  `${kB(inAll(part))} kB (budget ${kB(part.inAll ?? 0)}) with what is loaded on demand: ` +
  part.later.map(each => `${each.name} ${kB(each.brotli).trim()}`).join(', ')

const kB = bytes => (bytes / 1000).toFixed(1).padStart(5)

/** Complaints about parts over their budgets. */
export async function checkSizes() {
  const measured = await sizes()
  for (const each of measured) console.log(lineOf(each).replace(/^/gm, '       '))
  return complaintsOf(measured)
}

export const complaintsOf = measured =>
  measured.flatMap(part => [
    ...over(`${part.name}, at once`, part.brotli, part.budget),
    ...(part.later.length === 0 ? [] : over(`${part.name}, in all`, inAll(part), part.inAll ?? 0)),
  ])

const over = (name, bytes, budget) =>
  bytes <= budget ? [] : [`${name}: ${bytes} bytes are ${bytes - budget} over the budget`]

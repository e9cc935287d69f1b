// Which part may import which: the table of ARCHITECTURE.md, held against every import of the sources.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { root } from './run.mjs'

const core = 'packages/core/src'

/** Longest prefix wins. `may` lists the parts that a file may import besides its own. */
const parts = [
  [`${core}/logic/base`, []],
  [`${core}/logic/consensus`, ['logic/base']],
  [`${core}/logic/consensus/paxos`, ['logic/base', 'logic/consensus']],
  [`${core}/logic/consensus/multi-paxos`, ['logic/base', 'logic/consensus', 'logic/consensus/paxos']],
  [`${core}/logic/consensus/zab`, ['logic/base', 'logic/consensus']],
  [`${core}/logic/state`, ['logic/base']],
  [`${core}/logic/watch`, ['logic/base', 'logic/state']],
  [`${core}/logic/topology`, ['logic/base']],
  [`${core}/logic/feed`, ['logic/base', 'logic/topology']],
  [`${core}/logic/wire`, ['logic/base', 'logic/consensus', 'logic/feed', 'logic/topology']],
  [
    `${core}/logic/replica`,
    ['logic/base', 'logic/consensus', 'logic/feed', 'logic/state', 'logic/watch', 'logic/wire'],
  ],
  [`${core}/host`, ['logic/*', 'host/time']],
  [`${core}/host/time`, []],
  [`${core}/host/storage`, ['logic/base', 'logic/consensus', 'host']],
  [`${core}/host/transport`, ['logic/base', 'logic/topology', 'host/time', 'host']],
  [`${core}/host/runtime`, ['logic/*', 'host/storage', 'host/transport', 'host/time', 'host']],
  [`${core}/host/worker`, ['logic/*', 'host/storage', 'host/transport', 'host/runtime', 'host/time', 'host']],
  [`${core}/client`, ['logic/base', 'logic/state', 'host/time', 'types:*']],
  [`${core}/node`, ['logic/*', 'host', 'host/*', 'client']],
  [`${core}/recipes`, ['host/time', 'types:client']],
  [`${core}/testing`, ['*']],
  [`${core}/sim`, ['logic/*', 'host', 'types:host/storage', 'types:host/transport']],
]

/** Files that join parts which otherwise do not know each other. */
const exceptions = new Map([
  [
    `${core}/logic/consensus/engines.ts`,
    ['logic/consensus/multi-paxos', 'logic/consensus/paxos', 'logic/consensus/zab'],
  ],
  [`${core}/client/default-worker.ts`, ['host/worker']],
  [`${core}/client/seat.ts`, ['host/worker']],
  [`${core}/recipes/error.ts`, ['client']],
  [`${core}/logic/consensus/log.ts`, ['logic/consensus/paxos']],
])

/** Packages that only few files may import. */
const packages = new Map([
  ['idb', [`${core}/host/storage/database.ts`]],
  ['@msgpack/msgpack', [`${core}/host/codec.ts`]],
  [
    'comlink',
    [
      `${core}/host/worker/worker.ts`,
      `${core}/host/worker/only/serve.ts`,
      `${core}/client/own-replica.ts`,
      `${core}/client/delete-stored.ts`,
      `${core}/host/worker/in-process-worker.ts`,
      `${core}/testing/in-process.ts`,
    ],
  ],
  ['simple-peer', ['packages/webrtc/src/page/link/simple-peer.ts']],
  ['react', ['packages/react/src/hooks.ts', 'packages/react/src/provider.ts']],
  ['uqr', ['packages/demo/src/meet/qr.ts']],
])

/** Complaints about imports that the table does not allow. */
export function checkLayers() {
  const complaints = []
  for (const file of sources(join(root, 'packages'))) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const { specifier, typeOnly } of importsOf(text)) {
      const complaint = specifier.startsWith('.')
        ? complainOfPart(file, specifier, typeOnly)
        : complainOfPackage(file, specifier)
      if (complaint) complaints.push(complaint)
    }
  }
  return complaints
}

function complainOfPart(file, specifier, typeOnly) {
  const target = normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
  const from = partOf(file)
  const to = partOf(target)
  if (!from || !to || from[0] === to[0]) return null
  const name = relative(core, to[0]).replaceAll('\\', '/')
  const may = [...from[1], ...(exceptions.get(file) ?? [])]
  const allowed = may.some(
    each =>
      each === name ||
      each === '*' ||
      (each.endsWith('/*') && name.startsWith(each.slice(0, -1))) ||
      (typeOnly && (each === 'types:*' || each === `types:${name}`)),
  )
  return allowed ? null : `${file} imports ${target}: ${relative(core, from[0])} may not know ${name}`
}

function complainOfPackage(file, specifier) {
  for (const [name, files] of packages) {
    const named = specifier === name || specifier.startsWith(`${name}/`)
    if (named && file.includes('/src/') && !files.includes(file))
      return `${file} imports ${specifier}: only ${files.join(', ')} may`
  }
  return null
}

const partOf = file =>
  parts.filter(([path]) => file.startsWith(`${path}/`)).sort((a, b) => b[0].length - a[0].length)[0]

/** Imports, re-exports and what is loaded on demand by a source: what they name, and whether types only. */
function importsOf(text) {
  const onDemand = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, specifier]) => ({
    specifier,
    typeOnly: false,
  }))
  const pattern = /^(?:import|export)\s+(type\s+)?([^'"]*?)\s*(?:from\s+)?['"]([^'"]+)['"]/gms
  const atOnce = [...text.matchAll(pattern)].map(([, type, names = '', specifier]) => {
    const named = /^\{(.*)\}$/s
      .exec(names.trim())?.[1]
      ?.split(',')
      .map(each => each.trim())
      .filter(Boolean)
    return { specifier, typeOnly: Boolean(type) || Boolean(named?.every(each => each.startsWith('type '))) }
  })
  return [...atOnce, ...onDemand]
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !['node_modules', 'dist', 'test', '.tmp'].includes(entry.name))
      yield* sources(path)
    else if (/\.tsx?$/.test(entry.name)) yield relative(root, path).replaceAll('\\', '/')
  }
}

// The published packages as tarballs, made by npm pack of what is built; and what publint and are-the-types-wrong say of them.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

/** ES modules only: resolution that knows no `exports`, and `require`, are not served. */
const notServed = ['node10', 'node16-cjs']

/** The packages that are published, by folder. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(root, 'packages', name)
      return { folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }
    })
    .filter(({ manifest }) => manifest.private !== true)
}

/** Packs what is built. @returns {Promise<{name: string, folder: string, tarball: string}[]>} */
export async function packAll() {
  const destination = join(root, '.tmp', 'pack')
  rmSync(destination, { recursive: true, force: true })
  mkdirSync(destination, { recursive: true })
  const packed = []
  for (const { folder, manifest } of publishedPackages()) {
    const args = ['pack', '--ignore-scripts', '--pack-destination', destination]
    const { code, output } = await run('npm', args, { cwd: folder, quiet: true })
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
    if (code !== 0) throw new Error(`npm pack of ${manifest.name} failed:\n${output}`)
    packed.push({ name: manifest.name, folder, tarball: join(destination, file) })
  }
  return packed
}

/** Complaints about the tarballs. Asks nobody over the network. */
export async function checkPackages() {
  const complaints = []
  for (const { name, tarball } of await packAll()) {
    const bytes = new Uint8Array(readFileSync(tarball))
    for (const complaint of [...(await lint(bytes)), ...(await wrongTypes(bytes))])
      complaints.push(`${name}: ${complaint}`)
  }
  return complaints
}

async function lint(bytes) {
  const { publint } = await import('publint')
  const { formatMessage } = await import('publint/utils')
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true })
  return messages.map(message => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

async function wrongTypes(bytes) {
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core')
  const { types, problems } = await checkPackage(createPackageFromTarballData(bytes))
  if (types === false) return ['are-the-types-wrong: no types']
  return problems
    .filter(({ resolutionKind }) => !notServed.includes(resolutionKind))
    .map(({ kind, ...where }) => `are-the-types-wrong: ${kind} ${JSON.stringify(where)}`)
}

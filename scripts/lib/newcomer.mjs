// An app of a newcomer, outside of this workspace: an empty Vite app with the seats example, on the packages as they are packed.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packAll } from './pack.mjs'
import { must, root } from './run.mjs'

const example = join(root, 'examples', 'seats')

/** Makes the app in `folder`, and installs it as its user would, from the registry and the tarballs. */
export async function makeApp(folder) {
  const dependencies = Object.fromEntries(
    (await packAll()).map(({ name, tarball }) => [name, `file:${tarball}`]),
  )
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'e2e', 'package.json'), 'utf8'))
  writeApp(folder, { dependencies, devDependencies: { vite: devDependencies.vite } })
  await must('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
}

/** Makes the app in `folder` with what is installed here: the tarballs' own files, and the packages that they depend on. */
export async function linkApp(folder) {
  writeApp(folder, {})
  const modules = join(folder, 'node_modules')
  for (const { name, folder: source, tarball } of await packAll()) {
    const target = join(modules, name)
    mkdirSync(target, { recursive: true })
    await must('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], { quiet: true })
    for (const dependency of packagesIn(join(source, 'node_modules')))
      if (!dependency.startsWith('@peerkeeper/'))
        linkOnce(join(source, 'node_modules', dependency), join(modules, dependency))
  }
  linkOnce(join(root, 'e2e', 'node_modules', 'vite'), join(modules, 'vite'))
}

/** The app's own Vite. */
export const viteOf = folder => import(createRequire(join(folder, 'package.json')).resolve('vite'))

/**
 * Serves the app from Vite, as it is worked on (`dev`) or as it is built (`build`). Resolves with its address.
 * @returns {Promise<{url: string, close(): Promise<void>}>}
 */
export async function serveApp(folder, how, signaling) {
  const { build, createServer, preview } = await viteOf(folder)
  process.env.VITE_SIGNALING = signaling
  const config = {
    root: folder,
    configFile: false,
    logLevel: 'warn',
    server: { port: 0 },
    preview: { port: 0 },
  }
  if (how === 'dev') {
    const server = await createServer(config)
    await server.listen()
    return { url: server.resolvedUrls.local[0], close: () => server.close() }
  }
  // Top-level await, as in the example, is of 2022.
  await build({ ...config, build: { target: 'es2022' } })
  const server = await preview(config)
  return {
    url: server.resolvedUrls.local[0],
    close: () => new Promise(done => server.httpServer.close(done)),
  }
}

function writeApp(folder, fields) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(example, folder, { recursive: true })
  const manifest = { name: 'newcomer', private: true, type: 'module', ...fields }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Names of what is installed in `modules`, scopes included. */
function packagesIn(modules) {
  const names = readdirSync(modules).filter(name => !name.startsWith('.'))
  return names.flatMap(name =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map(each => `${name}/${each}`) : [name],
  )
}

function linkOnce(source, target) {
  if (existsSync(target)) return
  mkdirSync(join(target, '..'), { recursive: true })
  symlinkSync(realpathSync(source), target)
}

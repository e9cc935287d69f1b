// Makes a fresh clone ready with nothing but Node and npm: says what is missing, installs the packages, builds them.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { bin, must, root } from './run.mjs'

const nodeMajorMin = 20

/** Ends with a clear sentence on a Node that is too old. */
function checkNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= nodeMajorMin) return
  console.error(`Peerkeeper needs Node ${nodeMajorMin} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/** Whether the packages were installed after the lock file last changed. */
function isInstalled() {
  try {
    const installed = statSync(join(root, 'node_modules', '.modules.yaml')).mtimeMs
    return installed >= statSync(join(root, 'pnpm-lock.yaml')).mtimeMs
  } catch {
    return false
  }
}

/** Installs the packages that the lock file names, where that has not been done. */
export async function install() {
  checkNode()
  if (isInstalled()) return
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.log(`Installing the packages with ${packageManager} ...`)
  await must('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'])
}

/** Installs, and builds all packages. */
export async function build() {
  await install()
  await must(bin('tsc'), ['-b'])
}

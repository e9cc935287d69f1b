// Runs commands of this project as child processes: their output goes straight through, their exit code comes back.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A command of an installed package. */
export const bin = name => join(root, 'node_modules', '.bin', name)

/**
 * Runs `command`; resolves with its exit code and, with `capture`, its output (shown all the same).
 * @returns {Promise<{code: number, output: string}>}
 */
export function run(command, args, { cwd = root, env = {}, capture = false, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = capture || quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio })
    let output = ''
    const take = stream => chunk => {
      output += chunk
      if (!quiet) stream.write(chunk)
    }
    child.stdout?.on('data', take(process.stdout))
    child.stderr?.on('data', take(process.stderr))
    const end = signal => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end)
    child.on('error', reject)
    child.on('close', code => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, end)
      resolve({ code: code ?? 1, output })
    })
  })
}

/** Runs `command` and ends this process where it fails. */
export async function must(command, args, options) {
  const result = await run(command, args, options)
  if (result.code === 0) return result
  if (options?.quiet) process.stderr.write(result.output)
  console.error(`failed: ${[command, ...args].join(' ')}`)
  process.exit(result.code)
}

/** Prints the one closing line that all commands which run cases share, and ends with the exit code that says the same. */
export function finish(passed, failed) {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}

/** The counts of a `N passed, N failed` line in `output`, the last one; null where there is none. */
export function counts(output) {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
  return found ? { passed: Number(found[1]), failed: Number(found[2]) } : null
}

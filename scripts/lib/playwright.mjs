// Runs Playwright's tests in e2e and counts what came of them.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { must, root, run } from './run.mjs'

const e2e = join(root, 'e2e')
const bin = name => join(e2e, 'node_modules', '.bin', name)

/** Builds the lab page, the demo and the examples. */
export async function buildPages() {
  for (const folder of ['e2e', 'packages/demo', 'examples'])
    await must(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: join(root, folder) })
}

/**
 * Runs `playwright test` with `args`; its configuration writes `report`, a file of e2e/.tmp. A run that ended without a report, or
 * without any test where it may not be empty, is one failure; so is each test that was skipped or took two attempts.
 * @returns {Promise<{passed: number, failed: number}>}
 */
export async function runPlaywright(args, env, report, { mayBeEmpty = false } = {}) {
  const path = join(e2e, '.tmp', report)
  rmSync(path, { force: true })
  const empty = mayBeEmpty ? ['--pass-with-no-tests'] : []
  const { code } = await run(bin('playwright'), ['test', ...empty, ...args], { cwd: e2e, env })
  try {
    const { stats, errors } = JSON.parse(readFileSync(path, 'utf8'))
    const failed = stats.unexpected + stats.flaky + stats.skipped + errors.length
    const passed = stats.expected
    return { passed, failed: failed === 0 && (code !== 0 || (passed === 0 && !mayBeEmpty)) ? 1 : failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

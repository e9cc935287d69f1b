// Runs the unit tests and counts them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin, run } from './run.mjs'

/** @returns {Promise<{passed: number, failed: number}>} A run that breaks off is one failure at least. */
export async function unitCounts() {
  const folder = mkdtempSync(join(tmpdir(), 'peerkeeper-unit-'))
  try {
    const file = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { code } = await run(bin('vitest'), ['run', ...reporters])
    const { numPassedTests: passed, numTotalTests: total } = JSON.parse(readFileSync(file, 'utf8'))
    const failed = total - passed
    return { passed, failed: code === 0 ? failed : Math.max(failed, 1) }
  } catch (error) {
    console.error(error)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

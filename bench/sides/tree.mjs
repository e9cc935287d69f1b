// The tree without consensus around it, beside a bare Map: each measurement in a Node process of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onStop } from '../lib/stop.mjs'

const script = fileURLToPath(new URL('../tree/measure.mjs', import.meta.url))

export const treeSizes = [10_000, 100_000, 1_000_000]
export const wideChildren = 100_000
export const watchCounts = [0, 100_000]

/** One round of everything about the tree. @param {import('../lib/figures.mjs').Figures} figures */
export async function measureTree(figures) {
  for (const size of treeSizes)
    for (const what of ['state', 'map']) {
      const { createsPerSecond, setsPerSecond, bytesPerZnode } = await measure(what, size)
      figures.add(what, `creates ${size}`, '/s', createsPerSecond)
      figures.add(what, `sets ${size}`, '/s', setsPerSecond)
      figures.add(what, `bytes ${size}`, 'B', bytesPerZnode)
    }
  for (const [name, value] of Object.entries(await measure('children', wideChildren)))
    figures.add('state', `children ${name}`, 'ms', value)
  for (const [name, value] of Object.entries(await measure('snapshot', treeSizes.at(-1))))
    figures.add('state', `snapshot ${name}`, name === 'megabytes' ? 'MB' : 'ms', value)
  for (const count of watchCounts) {
    const { nanosecondsPerWrite } = await measure('watches', count)
    figures.add('state', `watches ${count}`, 'ns', nanosecondsPerWrite)
  }
}

/** @param {string} what @param {number} size @returns {Promise<Record<string, number>>} */
function measure(what, size) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--max-old-space-size=12000', script, what, String(size)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    onStop('a measurement of the tree', () => child.kill())
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`measuring ${what} ${size} ended with ${code}`))
    })
  })
}

/** Prints the tables of docs/COSTS.md: `npm run costs`. */
import { engineNames } from '../../logic/consensus/engine-names.ts'
import { commitCosts, recoveryCosts } from './costs.ts'

const sizes = [3, 5, 7]

const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`)
const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1))

row(
  'engine',
  'voters',
  'delays',
  'flushes',
  'delays to all',
  'flushes to all',
  'messages',
  'bytes',
  'messages in a batch of 64',
  'bytes in a batch of 64',
)
row(...Array.from({ length: 10 }, () => '---'))
for (const name of engineNames)
  for (const voters of sizes) {
    const costs = commitCosts(name, voters)
    const { delays, flushes, delaysToAll, flushesToAll } = costs
    const { messages, bytes, batchedMessages, batchedBytes } = costs
    row(
      name,
      voters,
      ...[delays, flushes, delaysToAll, flushesToAll].map(shown),
      shown(messages),
      Math.round(bytes),
      batchedMessages.toFixed(2),
      Math.round(batchedBytes),
    )
  }
console.log()
row('engine', 'voters', 'p50 ms', 'max ms', 'p50 ms with a hint', 'max ms with a hint')
row(...Array.from({ length: 6 }, () => '---'))
for (const name of engineNames)
  for (const voters of sizes) {
    const silent = recoveryCosts(name, voters, false)
    const hinted = recoveryCosts(name, voters, true)
    row(name, voters, ...[silent.p50Ms, silent.maxMs, hinted.p50Ms, hinted.maxMs].map(shown))
  }

/** A room of forty-five replicas, nine in each of five pages. */
import type { Page } from '@playwright/test'
import type { OneOfMany } from '../lab/many.ts'
import { expect, test } from '../support/test.ts'

const pages = 5
const perPage = 9
const replicas = pages * perPage

test('E2E-94 five voters and forty observers: all have the same, and nobody has more links than its share', async ({
  open,
  openPage,
  room,
}) => {
  test.setTimeout(300_000)
  const first = await open()
  // The founder is one of them, in a page of its own.
  const others = await Promise.all(Array.from({ length: pages }, () => openPage()))
  const options = { room, ensemble: first.ensemble, count: perPage }
  const counts = others.map((_, index) => (index === 0 ? perPage - 1 : perPage))
  const began = Date.now()
  await Promise.all(
    others.map((page, index) =>
      page.evaluate(each => window.lab.openMany(each), { ...options, count: counts[index] ?? perPage }),
    ),
  )
  const members = async () => {
    const status = await first.keeper.evaluate(keeper => keeper.status())
    return { voters: status?.membership.voters.length, observers: status?.membership.observers.length }
  }
  await expect.poll(members, { timeout: 120_000 }).toEqual({ voters: 5, observers: replicas - 5 })
  console.log(`${replicas} members after ${Date.now() - began} ms`)

  // Everybody settles for the links that it wants.
  const most = async () => {
    const { voters, observers } = linksOf(await look(others))
    return { ofVoters: Math.max(...voters) <= 4 + 40, ofObservers: Math.max(...observers) }
  }
  await expect
    .poll(most, { timeout: 120_000, intervals: [2_000] })
    .toEqual({ ofVoters: true, ofObservers: 3 })
  const { voters, observers } = linksOf(await look(others))
  console.log(
    `links of voters ${voters}, of observers ${Math.min(...observers)} to ${Math.max(...observers)}`,
  )
  // Five voters have 40 x 3 / 5 each on average, and each other; names are random, so shares differ.
  expect(Math.max(...voters)).toBeLessThanOrEqual(4 + 24 + 12)

  for (const [index, page] of others.entries())
    await page.evaluate(path => window.lab.writeAtMany(path), `/page${index}-`)
  await Promise.all(others.map(page => page.evaluate(() => window.lab.syncMany())))
  const states = async () =>
    new Set((await look(others)).map(({ status }) => `${status.appliedThrough} ${status.digest}`)).size
  await expect.poll(states, { timeout: 60_000 }).toBe(1)
  const all = await look(others)
  expect(all).toHaveLength(replicas - 1)
  const dropped = all.flatMap(({ status }) => Object.entries(status.dropped))
  console.log(
    `frames dropped: ${dropped.map(([reason, count]) => `${count} ${reason}`).join(', ') || 'none'}`,
  )
  // One whose link is new may hear of a third a moment later than it has something to say; nothing else is lost.
  for (const [reason] of dropped) expect(['noWay', 'tooMuch']).toContain(reason)
})

async function look(pages: readonly Page[]): Promise<readonly OneOfMany[]> {
  return (await Promise.all(pages.map(page => page.evaluate(() => window.lab.lookAtMany())))).flat()
}

/** How many links each has that are up. */
function linksOf(all: readonly OneOfMany[]) {
  const voters: number[] = []
  const observers: number[] = []
  for (const { status, links } of all) {
    const isVoter = status.membership.voters.includes(status.node)
    ;(isVoter ? voters : observers).push(links.filter(({ state }) => state === 'up').length)
  }
  return { voters, observers }
}

/** Two profiles that know nothing of each other open the same room at the same moment. */
import type { Keeper } from '@peerkeeper/core'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

const foundings = 50
/** Rooms that are opened at once. */
const batch = 5

test('E2E-59 two profiles that open a room at the same moment found it once and are both in it, fifty times', async ({
  openPage,
  browser,
  room,
  signaling,
}) => {
  test.setTimeout(180_000)
  const other = await browser.newContext()
  const pages = [await openPage(), await openPage({ context: other })] as const
  for (let first = 0; first < foundings; first += batch) {
    const rooms = Array.from({ length: batch }, (_, index) => `${room}-${first + index}`)
    const opened = await Promise.all(
      pages.map((page, who) => openAll(page, rooms, signaling.url, `/of-${who}`)),
    )
    const [here, there] = opened
    expect(here?.ensembles).toEqual(there?.ensembles)
    expect(new Set(here?.ensembles).size).toBe(batch)
    for (const [index, node] of (here?.nodes ?? []).entries()) expect(node).not.toBe(there?.nodes[index])
    const seen = await Promise.all(pages.map((page, who) => readAll(page, `/of-${1 - who}`)))
    expect(seen).toEqual(pages.map((_, who) => rooms.map(() => `written to /of-${1 - who}`)))
    // One after the other: a profile that leaves has its part of the ensemble taken over by the one that stays.
    for (const page of pages) await closeAll(page)
  }
  await other.close()
})

/** Opens all rooms at once, and writes to each when it is open. */
const openAll = (page: Page, rooms: readonly string[], signaling: string, path: string) =>
  page.evaluate(
    async asked => {
      const keepers = await Promise.all(
        asked.rooms.map(async room => {
          const { signaling } = asked
          const keeper = await window.lab.open({ room, signaling, arbiter: true, replicas: 'per-device' })
          await keeper.create(asked.path, `written to ${asked.path}`)
          return keeper
        }),
      )
      window.lab.keepers = keepers
      return {
        ensembles: keepers.map(({ ensemble }) => String(ensemble)),
        nodes: keepers.map(({ node }) => String(node)),
      }
    },
    { rooms, signaling, path },
  )

/** What each room has there by a quorum's word. */
const readAll = (page: Page, path: string) =>
  page.evaluate(async of => {
    const readOne = async (keeper: Keeper) =>
      new TextDecoder().decode((await keeper.get(of, { consistency: 'linearizable' })).data)
    return Promise.all(window.lab.keepers.map(readOne))
  }, path)

const closeAll = (page: Page): Promise<unknown> =>
  page.evaluate(() => Promise.all(window.lab.keepers.map(keeper => keeper.close())))

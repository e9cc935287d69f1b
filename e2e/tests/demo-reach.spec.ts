/** How members are reached, and how browsers come together, as the demo's page shows it. */
import type { BrowserContext, Page } from '@playwright/test'
import {
  createZnode,
  type Demo,
  demoStatus,
  enter,
  serveDemo,
  visit,
  visitTogether,
  waitForDemo,
} from '../support/demo.ts'
import { takeRtcAwayIn } from '../support/rtc-switch.ts'
import { expect, test } from '../support/test.ts'

let demo: Demo

test.beforeAll(async () => {
  demo = await serveDemo()
})
test.afterAll(() => demo.close())

const nodeOf = async (page: Page) => (await demoStatus(page)).node
const lineOf = async (page: Page, other: Page) => page.getByTestId(`member:${await nodeOf(other)}`)

test('DEMO-45 tabs of one browser reach each other directly, and the page says in what time', async ({
  context,
  browserName,
  room,
}) => {
  const pages = await visitTogether(context, browserName, `${demo.url}#room=${room}`, 3)
  for (const page of pages)
    for (const other of pages.filter(each => each !== page)) {
      const line = await lineOf(page, other)
      await expect(line).toContainText(/direct · (< 1|\d+) ms/)
      await expect(line).toHaveAttribute('data-way', 'direct')
    }
})

test('DEMO-46 where WebRTC finds no path the page says that the relay carries, and why', async ({
  browser,
  browserName,
  room,
}) => {
  const contexts = [await browser.newContext(), await browser.newContext()]
  const pages: Page[] = []
  for (const context of contexts) {
    await takeRtcAwayIn(context)
    pages.push(await visit(context, browserName, `${demo.url}#room=${room}`))
  }
  const [a, b] = pages as [Page, Page]
  await Promise.all(pages.map(page => waitForDemo(page)))
  const line = await lineOf(a, b)
  await expect(line).toContainText('by the server’s relay', { timeout: 30_000 })
  await expect(line).toContainText('no path: ')
  for (const context of contexts) await context.close()
})

test('DEMO-46 a tab that has a seat says no more than that the others are connected', async ({
  browser,
  context,
  browserName,
  room,
}) => {
  const address = `${demo.url}#room=${room}&replicas=per-device`
  const other = await browser.newContext()
  const host = await enter(context, browserName, address)
  const far = await enter(other, browserName, address)
  const seated = await enter(context, browserName, address)
  await expect(await lineOf(host, far)).toContainText('direct')
  await expect(await lineOf(seated, far)).toHaveAttribute('data-way', 'unknown')
  await expect(await lineOf(seated, far)).toContainText('connected')
  await other.close()
})

test('DEMO-43 by the bare address tabs of one browser meet, and another has a room of its own until it is invited', async ({
  browser,
  browserName,
}) => {
  const [ours, theirs] = [await browser.newContext(), await browser.newContext()]
  const bare = async (context: BrowserContext) => {
    const page = await enter(context, browserName, demo.url)
    return page
  }
  const a = await bare(ours)
  await expect(a.getByTestId('room-kind')).toHaveText('private')
  const b = await bare(ours)
  await createZnode(b, 'ours')
  await expect(a.getByTestId('znode:/ours')).toBeVisible()

  const alone = await bare(theirs)
  const { ensemble: own } = await demoStatus(alone)
  expect(own).not.toBe((await demoStatus(a)).ensemble)
  await expect(alone.getByTestId('invite-offer')).toBeVisible()
  await expect(a.getByTestId('invite-offer')).toBeHidden()

  await a.getByTestId('invite').click()
  const invited = await visit(theirs, browserName, await a.getByTestId('invitation-link').inputValue())
  await expect(invited.getByTestId('znode:/ours')).toBeVisible()
  await alone.close()
  const again = await bare(theirs)
  expect((await demoStatus(again)).ensemble).toBe(own)
  for (const context of [ours, theirs]) await context.close()
})

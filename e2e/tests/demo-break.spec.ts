/** The demo's buttons for trying to break it, each as a visitor uses it, and what the other tabs show of it. */
import type { Page } from '@playwright/test'
import {
  breakBy,
  createZnode,
  type Demo,
  demoStatus,
  enter,
  sayYes,
  serveDemo,
  shortly,
  visit,
  visitTogether,
  waitForDemo,
} from '../support/demo.ts'
import { expect, test } from '../support/test.ts'

let demo: Demo

test.beforeAll(async () => {
  demo = await serveDemo()
})
test.afterAll(() => demo.close())

const feedOf = (page: Page) => page.getByTestId('feed')
const logOf = (page: Page) => page.getByTestId('log')

/** A dead tab is given up after seconds, and then members change one by one. */
const slowly = { timeout: 30_000 }

test('DEMO-31 the feed tells who joined, was promoted and was taken out, and the log by which decisions', async ({
  context,
  browserName,
  room,
}) => {
  const a = await enter(context, browserName, `${demo.url}#room=${room}`)
  const [b] = await Promise.all([a.waitForEvent('popup'), a.getByTestId('open-tab').click()])
  await waitForDemo(b)
  const id = shortly((await demoStatus(b)).node)
  await expect(feedOf(a)).toContainText(`${id} joined as an observer`)
  const c = await visit(context, browserName, a.url())
  await Promise.all([a, b, c].map(page => waitForDemo(page, 3)))
  await expect(feedOf(a)).toContainText(`${id} was promoted: it votes`)
  await expect(feedOf(b)).toContainText(`${id} (you) was promoted: it votes`)
  await expect(logOf(a)).toContainText(`+${id} observer`)
  await expect(logOf(a)).toContainText(`${id} promoted`)

  await b.getByTestId('leave').click()
  await expect(b.getByTestId('notice')).toContainText('This tab has left')
  await expect(feedOf(a)).toContainText(`${id} was taken out`, slowly)
  await expect(logOf(a)).toContainText(`${id} removed`)
})

test('DEMO-32 while the leader is frozen the others miss it and elect another one, which it knows afterwards', async ({
  context,
  browserName,
  room,
}) => {
  const pages = await visitTogether(context, browserName, `${demo.url}#room=${room}`, 3)
  const [first] = pages
  if (first === undefined) throw new Error('there is no tab')
  const { leader, membership } = await demoStatus(first)
  const nodes = await Promise.all(pages.map(async page => (await demoStatus(page)).node))
  const frozen = pages[nodes.indexOf(leader ?? '')]
  if (frozen === undefined || leader === null) throw new Error('nobody leads')
  const others = pages.filter(page => page !== frozen)

  await breakBy(frozen, 'freeze')
  await expect(frozen.getByTestId('freeze')).toContainText('Frozen for')
  for (const page of others) {
    await expect(feedOf(page)).toContainText(`${shortly(leader)} is silent since`)
    await expect.poll(async () => (await demoStatus(page)).leader).not.toBe(leader)
    await expect.poll(async () => (await demoStatus(page)).leader).not.toBeNull()
  }

  await expect(frozen.getByTestId('freeze')).toHaveText('Freeze for 7 s')
  await expect.poll(async () => (await demoStatus(frozen)).leader).not.toBe(leader)
  await createZnode(frozen, 'thawed')
  for (const page of pages) {
    await expect(page.getByTestId('znode:/thawed')).toBeVisible()
    expect((await demoStatus(page)).membership.voters).toEqual(membership.voters)
  }
})

test('DEMO-33 a replica that is wiped is taken out, and comes back as another member', async ({
  context,
  browserName,
  room,
}) => {
  const [a, b, c] = (await visitTogether(context, browserName, `${demo.url}#room=${room}`, 3)) as [
    Page,
    Page,
    Page,
  ]
  await createZnode(a, 'kept')
  const { node } = await demoStatus(c)
  await breakBy(c, 'wipe')
  await expect(c.getByTestId('question')).toContainText('The others have a quorum without it')
  await sayYes(c)
  await expect(c.getByTestId('notice')).toContainText('without a goodbye')
  await expect(feedOf(a)).toContainText(`${shortly(node)} was taken out`, slowly)

  await c.getByTestId('come-back').click()
  await waitForDemo(c)
  await expect(c.getByTestId('znode:/kept')).toBeVisible()
  expect((await demoStatus(c)).node).not.toBe(node)
  await Promise.all([a, b, c].map(page => waitForDemo(page, 3)))
  for (const page of [a, b, c]) expect((await demoStatus(page)).membership.voters).not.toContain(node)
})

test('DEMO-34 with two of three wiped the third says so and is forked; a tab of the old ensemble joins the new one', async ({
  context,
  browserName,
  room,
}) => {
  const [a, b, c] = (await visitTogether(context, browserName, `${demo.url}#room=${room}`, 3)) as [
    Page,
    Page,
    Page,
  ]
  await createZnode(a, 'kept')
  await expect(c.getByTestId('znode:/kept')).toBeVisible()
  const { ensemble: old } = await demoStatus(c)
  const lost = await Promise.all([a, b].map(async page => (await demoStatus(page)).node))
  // Both at once: one that is missed for seconds is taken out by the other two.
  for (const page of [a, b]) await breakBy(page, 'wipe')
  await Promise.all([a, b].map(sayYes))
  for (const page of [a, b]) await expect(page.getByTestId('notice')).toContainText('without a goodbye')
  await expect(c.getByTestId('state')).toHaveAttribute('data-state', 'suspended')
  const advice = c.getByTestId('advice')
  await expect(advice).toContainText('2 of 3 voters are missing')
  for (const node of lost) await expect(advice).toContainText(`${shortly(node)} since `)

  await a.getByTestId('come-back').click()
  await expect.poll(() => a.evaluate(() => window.peerkeeper?.status()?.ensemble)).toBe(old)
  await c.getByTestId('fork-offer').click()
  await expect(c.getByTestId('question')).toContainText('2 of 3 voters are missing')
  await sayYes(c)
  await expect(c.getByTestId('notice')).toContainText('made of what this replica held')
  await waitForDemo(c)
  await expect(c.getByTestId('znode:/kept')).toBeVisible()
  const { ensemble: next } = await demoStatus(c)
  expect(next).not.toBe(old)
  await expect(c.getByTestId('ensemble').getByTestId('ensemble')).toHaveText(shortly(next))

  await a.getByTestId('join-foreign').click()
  await expect(a.getByTestId('question')).toContainText(`gives up ensemble ${shortly(old)}`)
  await sayYes(a)
  await expect.poll(() => a.evaluate(() => window.peerkeeper?.status()?.ensemble)).toBe(next)
  await waitForDemo(a)
  await expect(a.getByTestId('znode:/kept')).toBeVisible()
  await createZnode(a, 'together')
  await expect(c.getByTestId('znode:/together')).toBeVisible()
})

test('DEMO-35 the menu of replicas leads to a room with one for the browser, where a frozen host is taken over from', async ({
  context,
  browserName,
  room,
}) => {
  const host = await enter(context, browserName, `${demo.url}#room=${room}`)
  await host.getByTestId('replicas-menu').selectOption('per-device')
  await expect(host.getByTestId('room')).toHaveText(`${room}-device`)
  await waitForDemo(host)
  const seated = await enter(context, browserName, host.url())
  const { node } = await demoStatus(host)
  expect((await demoStatus(seated)).node).toBe(node)
  await breakBy(seated, 'freeze')
  await expect(seated.getByTestId('toast')).toContainText('freeze it there')

  await breakBy(host, 'freeze')
  await expect(host.getByTestId('freeze')).toContainText('Frozen for')
  await expect(seated.getByTestId('incarnation')).toHaveText('2')
  await createZnode(seated, 'taken-over')
  await expect(seated.getByTestId('znode:/taken-over')).toBeVisible()
  await expect(host.getByTestId('znode:/taken-over')).toBeVisible()
  expect((await demoStatus(seated)).node).toBe(node)

  await host.getByTestId('replicas-menu').selectOption('per-tab')
  await expect(host.getByTestId('room')).toHaveText(room)
  await waitForDemo(host)
})

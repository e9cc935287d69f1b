/** Whatever is copied, duplicated or reloaded: one identity, one replica. */
import type { Page } from '@playwright/test'
import { expectSameState, openKeeper, statusOf, type Tab, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

/** Waits for the lab by asking again and again: a tab that is just being opened may lose a question. */
const isReady = (page: Page) =>
  expect.poll(() => page.evaluate(() => 'lab' in window).catch(() => false)).toBe(true)

const expectDistinct = (tabs: readonly Tab[]) =>
  expect(new Set(tabs.map(({ node }) => node)).size, 'nodes of their own').toBe(tabs.length)

test('E2E-15 a tab opened by another, with a copy of its session storage, is another replica', async ({
  open,
  room,
}) => {
  const a = await open()
  await a.page.evaluate(() => sessionStorage.setItem('mark', 'of a'))
  const [opened] = await Promise.all([
    a.page.waitForEvent('popup'),
    a.page.evaluate(() => void window.open(location.href)),
  ])
  await isReady(opened)
  expect(await opened.evaluate(() => sessionStorage.getItem('mark')), 'session storage is copied').toBe(
    'of a',
  )
  const b = await openKeeper(opened, { room })
  const c = await open()
  expectDistinct([a, b, c])
  await waitForVoters([a, b, c])
  await expectSameState([a, b, c])
})

test('E2E-16 a tab that reloads is the same replica again, in a later incarnation', async ({
  open,
  room,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  const { incarnation } = await statusOf(c)
  await a.keeper.evaluate(keeper => keeper.create('/before'))
  await c.page.reload()
  await isReady(c.page)
  const again = await openKeeper(c.page, { room })
  expect(again.node).toBe(c.node)
  expect((await statusOf(again)).incarnation).toBeGreaterThan(incarnation)
  await waitForVoters([a, b, again])
  await again.keeper.evaluate(keeper => keeper.create('/after'))
  await expectSameState([a, b, again])
})

test('E2E-17 tabs opened at the same moment found once, and are replicas of their own', async ({ open }) => {
  const tabs = await Promise.all([open(), open(), open()])
  expectDistinct(tabs)
  expect(new Set(tabs.map(({ ensemble }) => ensemble)).size).toBe(1)
  await waitForVoters(tabs)
  await expectSameState(tabs)
})

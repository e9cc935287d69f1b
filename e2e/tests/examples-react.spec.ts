/** The examples in React, in three tabs of one profile: what their pages promise, also when several act at once. */
import type { Page } from '@playwright/test'
import { examplesFolder, visit } from '../support/examples.ts'
import { type Site, serveFolder } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

/** For what waits until another tab hosts the replica, on a busy machine. */
const movedMs = 30_000

let site: Site

test.beforeAll(async () => {
  site = await serveFolder(examplesFolder)
})
test.afterAll(() => site.close())

const shown = (page: Page) => page.locator('#shown')

test('E2E-118 three tabs follow settings; of two changes of one version one is made and the other told', async ({
  context,
  browserName,
}) => {
  const open = () => visit(context, browserName, `${site.url}settings/`)
  const pages = [await open(), await open(), await open()] as const
  const [first, second, third] = pages
  for (const page of pages) await expect(shown(page)).toHaveText('light, 12')
  await first.locator('#theme').click()
  for (const page of pages) await expect(shown(page)).toHaveText('dark, 12')

  await first.close()
  const size = third.locator('#size')
  await size.click()
  for (const page of [second, third]) await expect(shown(page)).toHaveText('dark, 13', { timeout: movedMs })

  // Two changes in one task are of one version, whatever the other tabs do.
  await second.evaluate(() => {
    for (const id of ['theme', 'size']) document.getElementById(id)?.click()
  })
  await expect(second.locator('#told')).toHaveText('somebody else was faster')
  for (const page of [second, third]) await expect(shown(page)).toHaveText('light, 13')
  await Promise.all([second.locator('#size').click(), third.locator('#theme').click()])
  const told = () => Promise.all([second, third].map(page => page.locator('#told').textContent()))
  await expect.poll(told).toContain('saved')
  await expect
    .poll(async () => (await shown(second).textContent()) === (await shown(third).textContent()))
    .toBe(true)
})

test('E2E-119 three tabs are ready at once: the game starts once, and neither a reload nor a fourth tab starts it again', async ({
  context,
  browserName,
}) => {
  const open = (name: string) => visit(context, browserName, `${site.url}lobby/?name=${name}`)
  const pages = [await open('tab 0'), await open('tab 1'), await open('tab 2')]
  for (const page of pages) await expect(page.locator('#players li')).toHaveText([/tab/, /tab/, /tab/])
  await Promise.all(pages.map(page => page.locator('#ready').check()))
  const games: (string | null)[] = []
  for (const page of pages) {
    await expect(page.locator('#game')).toHaveText(/^(tab \d, ){2}tab \d play; started by tab \d$/)
    games.push(await page.locator('#game').textContent())
  }
  expect(new Set(games).size, games.join('; ')).toBe(1)
  const starts = (page: Page) => page.locator('#starts').textContent()
  expect((await Promise.all(pages.map(starts))).sort()).toEqual(['0', '0', '1'])

  const [reloaded, ...others] = pages
  await reloaded?.reload()
  const late = await open('tab 3')
  await late.locator('#ready').check()
  for (const page of [...others, late]) await expect(page.locator('#game')).toHaveText(games[0] ?? '')
  await expect(late.locator('#players li')).toHaveCount(4, { timeout: movedMs })
  for (const page of [...others, late]) await expect(page.locator('#game')).toHaveText(games[0] ?? '')
  expect(await starts(late)).toBe('0')
})

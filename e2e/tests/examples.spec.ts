/** Each example in three tabs: what its page promises, also when a tab goes. */
import type { Page } from '@playwright/test'
import { examplesFolder, visit } from '../support/examples.ts'
import { type Site, serveFolder } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

/** For what waits until the session of a tab that died has ended, on a busy machine. */
const endedMs = 30_000

let site: Site

test.beforeAll(async () => {
  site = await serveFolder(examplesFolder)
})
test.afterAll(() => site.close())

test('E2E-116 photos are developed once each by three tabs, also the one that a tab was at when it was closed', async ({
  context,
  browserName,
}) => {
  const open = (seconds: number) => visit(context, browserName, `${site.url}jobs/?seconds=${seconds}`)
  const slow = await open(3_600)
  await slow.locator('#add').click()
  await expect(slow.locator('#now')).toHaveText(/^photo 1 of tab \d+$/)
  const [first = ''] = await slow.locator('#now').allTextContents()
  const others = [await open(0.05), await open(0.05)]
  for (const other of others) await expect(other.locator('#done li')).toHaveCount(9)
  await slow.close()
  for (const other of others) await expect(other.locator('#done li')).toHaveCount(10, { timeout: endedMs })
  const [results = [], asOther] = await Promise.all(
    others.map(other => other.locator('#done li').allTextContents()),
  )
  expect([...results].sort()).toEqual(asOther?.sort())
  const photos = results.map(result => result.split(', developed by ')[0])
  expect(new Set(photos).size).toBe(10)
  expect(photos).toContain(first)
})

test('E2E-117 three tabs of a whiteboard see each other and what is drawn; one saves, and the next when it is closed', async ({
  context,
  browserName,
}) => {
  const open = () => visit(context, browserName, `${site.url}whiteboard/`)
  const pages = [await open(), await open(), await open()]
  for (const [index, page] of pages.entries()) await page.locator('#name').fill(`tab ${index}`)
  for (const page of pages) await expect(page.locator('#here')).toHaveText('tab 0, tab 1, tab 2')
  for (const [index, page] of pages.entries())
    await page.locator('#board').click({ position: { x: 50 + 50 * index, y: 100 } })
  for (const page of pages) await expect(page.locator('circle')).toHaveCount(3)

  await expect.poll(async () => (await bySaving(pages)).length).toBe(3)
  const [saver, ...others] = await bySaving(pages)
  if (saver === undefined) throw new Error('nobody saves')
  const stored = (page: Page) =>
    page.evaluate(() => ({ token: Number(localStorage['token']), dots: localStorage['dots'] }))
  await expect.poll(() => stored(saver).then(({ dots }) => dots)).toBe('3')
  const { token } = await stored(saver)
  await saver.close()
  await expect.poll(async () => (await bySaving(others)).length, { timeout: endedMs }).toBe(2)
  for (const page of others) await expect(page.locator('#here')).not.toHaveText(/tab 0.*tab 1.*tab 2/)
  const [next = saver] = await bySaving(others)
  await next.locator('#board').click({ position: { x: 200, y: 200 } })
  for (const page of others) await expect(page.locator('circle')).toHaveCount(4)
  await expect.poll(() => stored(next).then(({ dots }) => dots)).toBe('4')
  expect((await stored(next)).token).toBeGreaterThan(token)
})

/** The one that saves first, then the others; none where not exactly one does. */
async function bySaving(pages: readonly Page[]): Promise<readonly Page[]> {
  const told = await Promise.all(pages.map(page => page.locator('#saver').textContent()))
  const saving = pages.filter((_, index) => told[index] === 'this tab saves')
  return saving.length === 1 ? [...saving, ...pages.filter(page => !saving.includes(page))] : []
}

/** Browsers that meet without any server: the demo is served as files, and codes are carried by the test's hand. */
import {
  createZnode,
  demoFolder,
  demoStatus,
  enter,
  expectToFit,
  visit,
  visitTogether,
  waitForDemo,
} from '../support/demo.ts'
import { completeAt, inviteFrom, meetByHand, openMeeting, waitForLinks } from '../support/meeting.ts'
import { type Site, serveFolder } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

let site: Site

test.beforeAll(async () => {
  site = await serveFolder(`${demoFolder}/dist`)
})
test.afterAll(() => site.close())

test('DEMO-39 two browsers that exchange two codes are one ensemble; a third who met one of them is linked with both', async ({
  context,
  browser,
  browserName,
  room,
}) => {
  const others = [await browser.newContext(), await browser.newContext()] as const
  const a = await enter(context, browserName, `${site.url}#room=${room}`)
  await createZnode(a, 'of-a')
  const b = await enter(others[0], browserName, `${site.url}#room=elsewhere`)
  await meetByHand(a, b)
  await waitForDemo(b)
  expect((await demoStatus(b)).ensemble).toBe((await demoStatus(a)).ensemble)
  expect(new URL(b.url()).hash).toContain(`room=${room}&ensemble=`)
  await expect(b.getByTestId('znode:/of-a')).toBeVisible()
  await createZnode(b, 'of-b')
  await expect(a.getByTestId('znode:/of-b')).toBeVisible()

  // By a link this time, to the one that was invited itself.
  const invite = await inviteFrom(b)
  const c = await visit(others[1], browserName, `${site.url}#hand=${invite}`)
  await expect(c.getByTestId('meet-answer')).toHaveValue(/^pk1a-/)
  expect(c.url()).not.toContain('hand=')
  await completeAt(b, await c.getByTestId('meet-answer').inputValue())
  await expect(b.getByTestId('meet-status')).toHaveText('The devices are connected.')
  for (const page of [b, c]) await page.getByTestId('meet-close').click()
  const pages = [a, b, c]
  await Promise.all(pages.map(page => waitForDemo(page, 3)))
  await waitForLinks(pages)
  await createZnode(c, 'of-c')
  for (const page of pages) await expect(page.getByTestId('znode:/of-c')).toBeVisible()
  // The one between them goes: what a and c say to each other goes over a link of their own.
  await b.close()
  await createZnode(a, 'without-b')
  await expect(c.getByTestId('znode:/without-b')).toBeVisible({ timeout: 30_000 })
  await createZnode(c, 'from-c')
  await expect(a.getByTestId('znode:/from-c')).toBeVisible()
  for (const each of others) await each.close()
})

test('DEMO-44 a browser that met one of three tabs takes part in their ensemble through it, whichever leads', async ({
  context,
  browser,
  browserName,
  room,
}) => {
  const other = await browser.newContext()
  const tabs = await visitTogether(context, browserName, `${site.url}#room=${room}`, 3)
  const b = await enter(other, browserName, `${site.url}#room=elsewhere`)
  const statuses = await Promise.all(tabs.map(async tab => ({ tab, status: await demoStatus(tab) })))
  const follower = statuses.find(({ status }) => status.node !== status.leader)?.tab
  if (follower === undefined) throw new Error('nobody follows')
  await follower.bringToFront()
  await meetByHand(follower, b)
  await waitForDemo(b)
  await createZnode(b, 'of-b')
  for (const tab of tabs) await expect(tab.getByTestId('znode:/of-b')).toBeVisible()
  const [first] = tabs
  await first?.bringToFront()
  if (first !== undefined) await createZnode(first, 'of-a')
  await expect(b.getByTestId('znode:/of-a')).toBeVisible()
  await other.close()
})

test('DEMO-40 a page that was loaded again says that it needs new codes, and is back after an exchange with one of the others', async ({
  context,
  browser,
  browserName,
  room,
}) => {
  const other = await browser.newContext()
  const a = await enter(context, browserName, `${site.url}#room=${room}`)
  const b = await enter(other, browserName, `${site.url}#room=elsewhere`)
  await meetByHand(a, b)
  await Promise.all([a, b].map(page => waitForDemo(page)))
  await createZnode(b, 'before')
  await expect(a.getByTestId('znode:/before')).toBeVisible()

  await b.reload()
  await expect(b.getByTestId('notice')).toContainText('a new exchange of codes')
  await b.getByTestId('meet-again').click()
  await expect(b.getByTestId('meet')).toBeVisible()
  await meetByHand(b, a)
  await waitForDemo(b)
  await expect(b.getByTestId('notice')).toBeHidden()
  await createZnode(a, 'after')
  await expect(b.getByTestId('znode:/after')).toBeVisible()
  await other.close()
})

test('DEMO-41 a code that is wrong, damaged, of this page, used or expired is refused with words that say so', async ({
  context,
  browser,
  browserName,
  room,
}) => {
  const others = [await browser.newContext(), await browser.newContext()] as const
  const a = await enter(context, browserName, `${site.url}#room=${room}`)
  const invite = await inviteFrom(a)
  const says = (page: typeof a, words: string) => expect(page.getByTestId('meet-status')).toContainText(words)
  const accept = async (page: typeof a, text: string) => {
    await page.getByTestId('meet-accept-text').fill(text)
    await page.getByTestId('meet-accept').click()
  }
  await accept(a, 'hello')
  await says(a, 'This is no code.')
  await accept(a, invite.slice(0, -3))
  await says(a, 'not complete, or has a wrong letter')
  await accept(a, invite.replace('pk1', 'pk2'))
  await says(a, 'another version')
  await accept(a, invite)
  await says(a, 'from this device')
  await completeAt(a, invite)
  await says(a, 'the answer to it is needed')

  const b = await visit(others[0], browserName, `${site.url}#hand=${invite}`)
  await expect(b.getByTestId('meet-answer')).toHaveValue(/^pk1a-/)
  await accept(b, invite)
  await says(b, 'used already')
  await completeAt(a, await b.getByTestId('meet-answer').inputValue())
  await says(a, 'The devices are connected.')

  const d = await visit(others[1], browserName, `${site.url}#hand=pk1i-AAAA`)
  await says(d, 'not complete, or has a wrong letter')
  await d.clock.setFixedTime(Date.now() + 60 * 60_000)
  await accept(d, invite)
  await says(d, 'has expired')
  for (const each of others) await each.close()
})

test('DEMO-42 the dialog for codes fits a phone, and is worked by keyboard', async ({
  context,
  browserName,
  room,
}) => {
  const page = await enter(context, browserName, `${site.url}#room=${room}`)
  await openMeeting(page)
  await page.getByTestId('meet-make').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('meet-invite')).toHaveValue(/pk1i-/)
  await expect(page.getByRole('img', { name: 'Invite as a QR code' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Invite, for the other device' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Its answer' })).toBeVisible()
  await expectToFit(page, [360, 320], '#meet')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('meet')).toBeHidden()
})

/** Two pages of the demo that exchange codes, by the test's hand. */
import { expect, type Page } from '@playwright/test'
import { demoStatus } from './demo.ts'

/** Opens the dialog by the menu, as a visitor does. */
export async function openMeeting(page: Page): Promise<void> {
  if (await page.getByTestId('meet').isVisible()) return
  await page.getByTestId('invite').click()
  await page.getByTestId('invitation-meet').click()
}

/** Has `page` make an invite. */
export async function inviteFrom(page: Page): Promise<string> {
  await openMeeting(page)
  await page.getByTestId('meet-make').click()
  return codeIn(page, 'meet-invite')
}

/** Gives `page` an invite; its answer. */
export async function answerFrom(page: Page, invite: string): Promise<string> {
  await openMeeting(page)
  await page.getByTestId('meet-accept-text').fill(invite)
  await page.getByTestId('meet-accept').click()
  return codeIn(page, 'meet-answer')
}

/** Gives `page` the answer to its invite. */
export async function completeAt(page: Page, answer: string): Promise<void> {
  await page.getByTestId('meet-complete-text').fill(answer)
  await page.getByTestId('meet-complete').click()
}

/** All of it, until both say that they are connected. */
export async function meetByHand(inviter: Page, invited: Page): Promise<void> {
  const answer = await answerFrom(invited, await inviteFrom(inviter))
  await completeAt(inviter, answer)
  for (const page of [inviter, invited]) {
    await expect(page.getByTestId('meet-status')).toHaveText('The devices are connected.')
    await page.getByTestId('meet-close').click()
  }
}

/** Waits until each of `pages` is connected with all others. */
export async function waitForLinks(pages: readonly Page[]): Promise<void> {
  const connected = async (page: Page) => (await demoStatus(page)).connected.length
  for (const page of pages) await expect.poll(() => connected(page)).toBe(pages.length - 1)
}

async function codeIn(page: Page, testId: string): Promise<string> {
  const field = page.getByTestId(testId)
  await expect(field).toHaveValue(/pk1[ia]-/)
  return field.inputValue()
}

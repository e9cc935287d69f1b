/** Who founds a room of the demo: the demo's own server settles it between browsers; without one a tab does. */
import type { BrowserContext, Page } from '@playwright/test'
import { createZnode, demoFolder, demoStatus, enter, serveDemo, visit, waitForDemo } from '../support/demo.ts'
import { serveFolder } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

/** Whatever became of the test, nothing goes on serving. */
let served: { close(): Promise<void> }[] = []

test.afterEach(async () => {
  await Promise.all(served.map(each => each.close()))
  served = []
})

test('DEMO-36 browsers that open a room at the server at once are in one ensemble, and so is one that comes when the server has forgotten', async ({
  context,
  browser,
  browserName,
  room,
}) => {
  const demo = await serveDemo()
  served.push(demo)
  const others = [await browser.newContext(), await browser.newContext()] as const
  await countAnswers(context)
  const open = (each: BrowserContext) => visit(each, browserName, `${demo.url}#room=${room}`)
  const [a, b] = await Promise.all([open(context), open(others[0])])
  await Promise.all([a, b].map(page => waitForDemo(page)))
  const { ensemble } = await demoStatus(a)
  expect((await demoStatus(b)).ensemble).toBe(ensemble)

  const before = await answersOf(a)
  await demo.close()
  const again = await serveDemo(new URL(demo.url).port)
  served.push(again)
  expect(again.url).toBe(demo.url)
  await expect.poll(() => answersOf(a), { timeout: 40_000 }).toBeGreaterThan(before)
  const late = await open(others[1])
  await waitForDemo(late)
  expect((await demoStatus(late)).ensemble).toBe(ensemble)
  await createZnode(late, 'late')
  await expect(a.getByTestId('znode:/late')).toBeVisible()
  for (const each of others) await each.close()
})

test('DEMO-36 served as files alone, with nobody to ask, a tab founds by itself and others join it', async ({
  context,
  browserName,
  room,
}) => {
  const site = await serveFolder(`${demoFolder}/dist`)
  served.push(site)
  const a = await enter(context, browserName, `${site.url}#room=${room}`)
  const b = await enter(context, browserName, `${site.url}#room=${room}`)
  expect((await demoStatus(b)).ensemble).toBe((await demoStatus(a)).ensemble)
  await createZnode(b, 'hello')
  await expect(a.getByTestId('znode:/hello')).toBeVisible()
})

/** Pages of `context` count how often a server told them which ensemble stands. */
async function countAnswers(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.answers = 0
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        this.addEventListener('message', ({ data }) => {
          if (String(data).includes('"stands"')) window.answers++
        })
      }
    }
  })
}

const answersOf = (page: Page): Promise<number> => page.evaluate(() => window.answers)

declare global {
  interface Window {
    answers: number
  }
}

/** Where frames go: past the page where the browser hands channels to workers, as all do that are tested here. */
import type { Browser } from '@playwright/test'
import {
  expectSameState,
  leaderAmong,
  statusOf,
  type Tab,
  waitForData,
  waitForVoters,
} from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const blockMs = 2_000

type Open = (options: object) => Promise<Tab>

/** Three replicas, each in a profile of its own, hence surely in a process of its own. */
async function threeProfiles(open: Open, browser: Browser, signaling: string, channels?: 'page' | 'worker') {
  const contexts = await Promise.all([browser.newContext(), browser.newContext()])
  const asked = { signaling, ...(channels === undefined ? {} : { channels }) }
  const first = await open(asked)
  const others = await Promise.all(
    contexts.map(context => open({ ...asked, ensemble: first.ensemble, context })),
  )
  const tabs = [first, ...others]
  await waitForVoters(tabs)
  return { tabs, end: () => Promise.all(contexts.map(context => context.close())) }
}

const linksOf = ({ page }: Tab) =>
  page.evaluate(() =>
    (window.lab.transport?.links() ?? []).map(({ state, channels }) => `${state} in ${channels}`),
  )

test('E2E-90 channels are in the workers, unless a page says otherwise', async ({ open }) => {
  const tabs = [await open(), await open(), await open({ channels: 'page' })] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  for (const tab of [a, b]) await expect.poll(() => linksOf(tab)).toEqual(['up in worker', 'up in worker'])
  await expect.poll(() => linksOf(c)).toEqual(['up in page', 'up in page'])
  await c.keeper.evaluate(keeper => keeper.create('/x', 'of the page'))
  await waitForData(tabs, '/x', 'of the page')
  await expectSameState(tabs)
})

test("E2E-91 a leader's page that is busy for two seconds delays nobody's commits", async ({
  open,
  browser,
  signaling,
}) => {
  const { tabs, end } = await threeProfiles(open, browser, signaling.url)
  const { leader, others } = await leaderAmong(tabs)
  const [b] = others
  if (b === undefined) throw new Error('nobody follows')
  const before = await statusOf(leader)
  const writing = await b.keeper.evaluateHandle(async keeper => {
    await keeper.create('/x')
    const run = { isDone: false, acknowledgedAt: [] as number[], end: Promise.resolve() }
    run.end = (async () => {
      while (!run.isDone) {
        await keeper.set('/x', `${run.acknowledgedAt.length}`)
        run.acknowledgedAt.push(performance.timeOrigin + performance.now())
      }
    })()
    return run
  })
  const { from, to } = await leader.page.evaluate(ms => {
    const began = performance.now()
    while (performance.now() - began < ms);
    const { timeOrigin } = performance
    return { from: timeOrigin + began, to: timeOrigin + performance.now() }
  }, blockMs)
  const acknowledgedAt = await writing.evaluate(async run => {
    run.isDone = true
    await run.end
    return run.acknowledgedAt
  })
  const meanwhile = acknowledgedAt.filter(at => from < at && at < to).length
  console.log(`${meanwhile} writes were acknowledged while the leader's page was blocked for ${blockMs} ms`)
  // Through the page it is one: the one that was on its way.
  expect(meanwhile).toBeGreaterThan(10)
  for (const tab of tabs) expect((await statusOf(tab)).ballot).toEqual(before.ballot)
  await expectSameState(tabs)
  await end()
})

/** The leader's process is killed by the operating system: no event, no goodbye. */
import { sessionTimeoutMs, surviveLeader } from '../support/leader-death.ts'
import { killTab } from '../support/processes.ts'
import { test } from '../support/test.ts'

test("E2E-10 when the leader's process is killed, the tabs beside go on and nothing acknowledged is lost", async ({
  open,
  browser,
}) => {
  const [a, b, c] = [await open({ sessionTimeoutMs }), await open(), await open()] as const
  const ms = await surviveLeader([a, b, c], () => killTab(browser, a, [b, c]))
  console.log(`kill to next commit: ${ms} ms (Chromium, a tab's process, followers in tabs beside)`)
})

test("E2E-11 when the leader's process is killed, other profiles go on and nothing acknowledged is lost", async ({
  open,
  browser,
  signaling: { url: signaling },
}) => {
  const context = await browser.newContext()
  const a = await open({ signaling, sessionTimeoutMs })
  const joining = { signaling, context, ensemble: a.ensemble }
  const [b, c] = [await open(joining), await open(joining)] as const
  const ms = await surviveLeader([a, b, c], () => killTab(browser, a, [b, c]))
  console.log(`kill to next commit: ${ms} ms (Chromium, a tab's process, followers in another profile)`)
  await context.close()
})

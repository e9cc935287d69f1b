/** The leader's process is killed: no event, no goodbye. */
import type { Browser } from '@playwright/test'
import { kill } from '../support/processes.ts'
import {
  expectSameState,
  leaderAmong,
  statusOf,
  type Tab,
  waitForData,
  waitForVoters,
} from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { expectAllThere, recoveryMs, startWriter, waitForWrites } from '../support/writers.ts'

const sessionTimeoutMs = 4_000
const recoveryMsMax = 10_000

test("E2E-10 when the leader's process is killed, the tabs beside go on and nothing acknowledged is lost", async ({
  open,
  browser,
}) => {
  const ms = await killLeader(browser, [await open({ sessionTimeoutMs }), await open(), await open()])
  console.log(`kill to next commit: ${ms} ms (tabs beside)`)
})

test("E2E-11 when the leader's process is killed, other profiles go on and nothing acknowledged is lost", async ({
  open,
  browser,
  signaling: { url: signaling },
}) => {
  const context = await browser.newContext()
  const leader = await open({ signaling, sessionTimeoutMs })
  const joining = { signaling, context, ensemble: leader.ensemble }
  const ms = await killLeader(browser, [leader, await open(joining), await open(joining)])
  console.log(`kill to next commit: ${ms} ms (other profiles)`)
  await context.close()
})

/** Kills the first of `tabs`, which leads, while all write. Returns the milliseconds from the kill to the next commit. */
async function killLeader(browser: Browser, tabs: readonly [Tab, Tab, Tab]): Promise<number> {
  const [a, b, c] = tabs
  await waitForVoters(tabs)
  expect((await leaderAmong(tabs)).leader).toBe(a)
  const { ballot } = await statusOf(b)
  await a.keeper.evaluate(async keeper => {
    await keeper.create('/w')
    await keeper.create('/of-leader', 'here', { mode: 'ephemeral' })
  })
  const ofA = await startWriter(a, '/w')
  const ofB = await startWriter(b, '/w')
  const ofC = await startWriter(c, '/w')
  await Promise.all([ofA, ofB, ofC].map(writer => waitForWrites(writer, 50)))

  const at = await kill(browser, a, [b, c])
  await Promise.all([ofB, ofC].map(writer => waitForWrites(writer, 50)))
  await Promise.all([ofB.stop(), ofC.stop()])
  const ms = Math.max(recoveryMs(ofB, at), recoveryMs(ofC, at))
  expect(ms).toBeLessThan(recoveryMsMax)

  for (const tab of [b, c]) await expectAllThere(tab, '/w', [ofA, ofB, ofC])
  await waitForData([b, c], '/of-leader', 'NoNode')
  await expectSameState([b, c])
  const after = await statusOf(b)
  expect(after.leader).not.toBe(a.node)
  expect(after.ballot.counter).toBeGreaterThan(ballot.counter)
  return ms
}

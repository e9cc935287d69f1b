/** What must hold when the leader dies, however it does: others go on, and all that was acknowledged is there. */
import { expect } from '@playwright/test'
import { expectSameState, leaderAmong, statusOf, type Tab, waitForData, waitForVoters } from './tab.ts'
import { expectAllThere, recoveryMs, startWriter, waitForWrites } from './writers.ts'

/** The leader's session: short, so that its end can be seen. */
export const sessionTimeoutMs = 4_000

/** Far above what is measured: a bound for a run on a busy machine. */
const recoveryMsMax = 10_000

/**
 * Ends the first of `tabs`, which leads, by `kill`, while all write; `kill` resolves with the time at which it struck.
 * Returns the milliseconds from then to the next commit.
 */
export async function surviveLeader(
  tabs: readonly [Tab, Tab, Tab],
  kill: () => Promise<number>,
): Promise<number> {
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

  const at = await kill()
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

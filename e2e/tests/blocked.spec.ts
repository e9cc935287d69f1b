/** Where frames pass through the page, the page may be busy. Where they do not: channels.spec.ts. */
import { expectSameState, leaderAmong, read, statusOf, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const blockMs = 1_000

test("E2E-14 a leader's page that is busy for a second stays the leader's, and writes made meanwhile complete", async ({
  open,
}) => {
  const page = { channels: 'page' } as const
  const tabs = [await open(page), await open(page), await open(page)] as const
  await waitForVoters(tabs)
  const { leader, others } = await leaderAmong(tabs)
  const [b] = others
  if (b === undefined) throw new Error('nobody follows')
  const before = await statusOf(leader)
  await b.keeper.evaluate(keeper => keeper.create('/x'))

  // Says so and is busy from then on; who hears it writes into the blocked second.
  await leader.page.evaluate(ms => {
    const channel = new BroadcastChannel('block')
    channel.onmessage = () => {
      channel.postMessage('blocked')
      const end = performance.now() + ms
      while (performance.now() < end);
    }
  }, blockMs)
  const ms = await b.keeper.evaluate(async keeper => {
    const channel = new BroadcastChannel('block')
    const blocked = new Promise(resolve => {
      channel.onmessage = resolve
    })
    channel.postMessage('block')
    await blocked
    const from = performance.now()
    await keeper.set('/x', 'written meanwhile')
    return performance.now() - from
  })
  console.log(`a write while the leader's page was blocked for ${blockMs} ms took ${ms.toFixed(0)} ms`)
  expect(ms, 'it was made while the page was blocked').toBeGreaterThan(blockMs / 2)
  expect(await read(leader, '/x')).toBe('written meanwhile')

  for (const tab of tabs) {
    const after = await statusOf(tab)
    expect(after.leader).toBe(leader.node)
    expect(after.ballot).toEqual(before.ballot)
  }
  await expectSameState(tabs)
})

/** What belongs to a tab goes with it. */
import { read, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const sessionTimeoutMs = 4_000

test('E2E-4 ephemerals are gone at once when their keeper is closed', async ({ open }) => {
  const tabs = [await open(), await open(), await open({ sessionTimeoutMs })] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  await c.keeper.evaluate(async keeper => {
    await keeper.create('/of-c', 'here', { mode: 'ephemeral' })
  })
  await waitForData(tabs, '/of-c', 'here')
  const { state, ms } = await c.keeper.evaluate(async keeper => {
    const from = performance.now()
    await keeper.close()
    return { state: keeper.state, ms: performance.now() - from }
  })
  expect(state).toBe('closed')
  expect(ms, 'all said goodbye, nothing was waited out').toBeLessThan(1_800)
  expect(await read(a, '/of-c', 'linearizable')).toBe('NoNode')
  expect(await read(b, '/of-c', 'linearizable')).toBe('NoNode')
})

test('E2E-5 ephemerals of a tab that was closed without goodbye go with its session, and no others', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open({ sessionTimeoutMs })] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/of-a', 'here', { mode: 'ephemeral' }))
  const owner = await c.keeper.evaluate(async keeper => {
    await keeper.create('/kept', 'here')
    const { stat } = await keeper.create('/of-c', 'here', { mode: 'ephemeral' })
    return stat.ephemeralOwner
  })
  expect(owner).toBe(c.session)
  await waitForData(tabs, '/of-c', 'here')
  await c.page.close()
  await waitForData([a, b], '/of-c', 'NoNode')
  await waitForData([a, b], '/of-a', 'here')
  await waitForData([a, b], '/kept', 'here')
})

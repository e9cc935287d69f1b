/** Everything is closed and opened again, with a profile on disk. */
import { createProfile, type StoredProfile } from '../support/profile.ts'
import { expectSameState, statusOf, type Tab, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test.describe('with a profile on disk', () => {
  let profile: StoredProfile

  test.beforeEach(async ({ browserName }) => {
    profile = await createProfile(browserName === 'firefox' ? 'firefox' : 'chromium')
  })
  test.afterEach(() => profile.delete())

  test('E2E-13 all tabs are closed, the browser too, and opened again: same nodes, same tree', async ({
    open,
  }) => {
    const openThree = async () => {
      const context = await profile.start()
      // At once: of three voters one alone has no quorum to connect to.
      const tabs = await Promise.all([open({ context }), open({ context }), open({ context })])
      await waitForVoters(tabs)
      return tabs
    }
    const first = await openThree()
    await first[0].keeper.evaluate(async keeper => {
      await keeper.create('/kept', 'before')
      for (let count = 0; count < 200; count++)
        await keeper.create('/kept/n-', '', { mode: 'persistentSequential' })
    })
    await waitForData(first, '/kept', 'before')
    await expectSameState(first)
    const before = await factsOf(first)
    await profile.stop()

    const second = await openThree()
    await waitForData(second, '/kept', 'before')
    const { children, next } = await second[1].keeper.evaluate(async keeper => ({
      children: (await keeper.children('/kept', { consistency: 'linearizable' })).children,
      next: (await keeper.create('/kept/n-', '', { mode: 'persistentSequential' })).path,
    }))
    expect(children).toHaveLength(200)
    expect(next).toBe('/kept/n-0000000200')
    await expectSameState(second)
    const after = await factsOf(second)
    expect(after.ensemble).toBe(before.ensemble)
    expect([...after.incarnations.keys()].sort()).toEqual([...before.incarnations.keys()].sort())
    for (const [node, incarnation] of after.incarnations)
      expect(incarnation).toBeGreaterThan(before.incarnations.get(node) ?? Number.POSITIVE_INFINITY)
    expect(after.ballot).toBeGreaterThan(before.ballot)
    expect(after.zxid).toBeGreaterThan(before.zxid)
  })
})

async function factsOf(tabs: readonly Tab[]) {
  const all = await Promise.all(tabs.map(statusOf))
  return {
    ensemble: all[0]?.ensemble,
    incarnations: new Map(all.map(({ node, incarnation }) => [node, incarnation])),
    ballot: Math.max(...all.map(({ ballot }) => ballot.counter)),
    zxid: Math.max(...all.map(({ appliedThrough }) => appliedThrough)),
  }
}

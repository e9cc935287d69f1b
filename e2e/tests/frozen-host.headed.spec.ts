/** The browser freezes the tab that hosts the profile's replica: it keeps its locks, and does not know when it wakes. */
import { freeze } from '../support/freezing.ts'
import { expect, test } from '../support/headed-test.ts'
import { hostAmong } from '../support/host.ts'
import { keepWriting } from '../support/keep-writing.ts'
import { listenInLobby } from '../support/lobby.ts'
import { askAll } from '../support/questions.ts'
import { statusOf, waitForData } from '../support/tab.ts'
import { watchBelow } from '../support/watched.ts'

test('E2E-53 a host that is frozen loses its replica to another tab; thawed it says nothing more as a host, and has a seat', async ({
  open,
  room,
}) => {
  const replicas = 'per-device'
  const tabs = [
    await open({ replicas, sessionTimeoutMs: 40_000 }),
    await open({ replicas }),
    await open({ replicas }),
    await open({ replicas }),
  ] as const
  const [a, b, c, d] = tabs
  expect(await hostAmong(tabs)).toBe(a)
  for (const tab of tabs)
    await tab.keeper.evaluate(
      (keeper, path) => keeper.create(path, 'here', { mode: 'ephemeral' }),
      `/of-${tab.session}`,
    )
  await d.keeper.evaluate(async keeper => {
    await keeper.create('/x', 'before')
    await keeper.create('/y', 'before')
  })
  const before = await statusOf(c)
  const watched = await watchBelow(c, '/w')
  const writing = await keepWriting(b, '/w')
  await writing.more(20)
  const lobby = await listenInLobby(d, room)
  const old = await lobby.nextHost()

  // Frozen in the middle of a write it would hold on to the storage, as no browser lets it by itself.
  await writing.pause()
  const { thaw } = await freeze(a, d.page)
  await writing.goOn()
  await lobby.forget()
  await writing.more(100)
  const meanwhile = await statusOf(c)
  expect(meanwhile.node).toBe(before.node)
  expect(meanwhile.incarnation).toBe(before.incarnation + 1)
  await d.keeper.evaluate(keeper => keeper.set('/x', 'after'))

  const asked = await askAll(a, '/x', '/y')
  await thaw()
  const { local, linearizable, write } = await asked()
  expect({ local, linearizable, write }).toEqual({
    local: 'after',
    linearizable: 'after',
    write: 'version 1',
  })
  await expect.poll(() => a.keeper.evaluate(keeper => keeper.state)).toBe('connected')
  await expect.poll(() => a.page.workers().length, 'its worker has ended').toBe(0)
  expect(await lobby.hosts()).not.toContain(old)

  const { count, longestMs } = await writing.stop()
  console.log(`host frozen by the browser: the longest of ${count} writes took ${longestMs.toFixed(0)} ms`)
  await watched.expectChildren(count)
  for (const { session } of tabs) await waitForData(tabs, `/of-${session}`, 'here')
  expect(await Promise.all(tabs.map(({ keeper }) => keeper.evaluate(({ session }) => session)))).toEqual(
    tabs.map(({ session }) => session),
  )
  const after = await Promise.all(tabs.map(statusOf))
  expect(after.map(({ incarnation }) => incarnation)).toEqual(tabs.map(() => meanwhile.incarnation))
})

/** Two of three devices are lost for good: the third says who is missing, and a person makes a new ensemble of what it has. */
import type { Browser, BrowserContext } from '@playwright/test'
import { openKeeper, read, type Tab, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

/** Two more profiles, each with a replica that votes beside that of `first`. */
async function twoMore(
  browser: Browser,
  first: Tab,
  open: (context: BrowserContext) => Promise<Tab>,
): Promise<{ readonly contexts: readonly BrowserContext[]; readonly tabs: readonly Tab[] }> {
  const contexts = [await browser.newContext(), await browser.newContext()]
  const tabs: Tab[] = []
  for (const context of contexts) tabs.push(await open(context))
  await waitForVoters([first, ...tabs])
  return { contexts, tabs }
}

/** Waits until `tab` is suspended, and tells which voters it says are missing, where it says since when. */
async function missingAt(tab: Tab): Promise<readonly string[]> {
  const told = () =>
    tab.keeper.evaluate(({ state, missing }) => ({
      state,
      of: missing?.voters.length,
      missing: missing?.missing.flatMap(({ node, since }) => (since < Date.now() ? [node] : [])),
    }))
  await expect.poll(async () => (await told()).missing?.length).toBe(2)
  expect(await told()).toMatchObject({ state: 'suspended', of: 3 })
  return (await told()).missing ?? []
}

test('E2E-60 the last of three replicas names those that are lost, is forked, and goes on with those who join it', async ({
  open,
  browser,
  room,
  signaling: { url: signaling },
}) => {
  const first = await open({ signaling })
  const { contexts, tabs } = await twoMore(browser, first, context =>
    open({ context, signaling, ensemble: first.ensemble }),
  )
  await tabs[0]?.keeper.evaluate(keeper => keeper.create('/kept', 'of the old ensemble'))
  await first.keeper.evaluate(keeper => keeper.create('/ephemeral', '', { mode: 'ephemeral' }))
  await waitForData([first], '/kept', 'of the old ensemble')
  await Promise.all(contexts.map(context => context.close()))

  expect([...(await missingAt(first))].sort()).toEqual(tabs.map(({ node }) => node).sort())
  expect(await read(first, '/kept')).toBe('of the old ensemble')

  const { next, state, heard } = await first.keeper.evaluate(async keeper => {
    const heard: string[] = []
    keeper.on('forked', ensemble => heard.push(ensemble))
    const next = await keeper.fork()
    return { next, state: keeper.state, heard }
  })
  expect(next).not.toBe(first.ensemble)
  expect(heard).toEqual([next])
  expect(state).toBe('closed')

  const again = await openKeeper(first.page, { room, signaling, replicas: 'per-tab' })
  expect(again.ensemble).toBe(next)
  expect(again.node).not.toBe(first.node)
  expect(await read(again, '/kept')).toBe('of the old ensemble')
  expect(await read(again, '/ephemeral')).toBe('NoNode')
  const databases = await first.page.evaluate(async () => {
    const all = await indexedDB.databases()
    return all.flatMap(({ name }) => (name?.includes(':replica:') ? [name] : []))
  })
  expect(databases).toEqual([`peerkeeper:${room}:replica:${again.node}`])

  const more = await twoMore(browser, again, context => open({ context, signaling, ensemble: next }))
  const everybody = [again, ...more.tabs]
  await waitForData(everybody, '/kept', 'of the old ensemble')
  await more.tabs[0]?.keeper.evaluate(keeper => keeper.set('/kept', 'of the new one'))
  await waitForData(everybody, '/kept', 'of the new one')
  await again.page.close()
  await more.tabs[1]?.keeper.evaluate(keeper => keeper.set('/kept', 'without its first replica'))
  await waitForData(more.tabs, '/kept', 'without its first replica')
  for (const context of more.contexts) await context.close()
})

test('E2E-61 a tab that has a seat forks the replica of its profile, and every tab of the profile connects anew', async ({
  open,
  browser,
  room,
  signaling: { url: signaling },
}) => {
  const replicas = 'per-device'
  const host = await open({ signaling, replicas })
  const seat = await open({ signaling, replicas })
  expect(seat.node).toBe(host.node)
  const { contexts } = await twoMore(browser, host, context =>
    open({ context, signaling, ensemble: host.ensemble, replicas }),
  )
  await seat.keeper.evaluate(keeper => keeper.create('/kept', 'of the old ensemble'))
  await waitForData([host, seat], '/kept', 'of the old ensemble')
  await Promise.all(contexts.map(context => context.close()))
  expect(await missingAt(host)).toHaveLength(2)
  expect(await missingAt(seat)).toHaveLength(2)

  const told = host.keeper.evaluate(
    keeper =>
      new Promise<string>(resolve => {
        keeper.on('forked', ensemble => resolve(`${ensemble} ${keeper.state}`))
      }),
  )
  const next = await seat.keeper.evaluate(keeper => keeper.fork())
  expect(await told).toBe(`${next} closed`)
  const tabs: Tab[] = []
  for (const { page } of [seat, host]) tabs.push(await openKeeper(page, { room, signaling, replicas }))
  expect(tabs.map(({ ensemble }) => ensemble)).toEqual([next, next])
  expect(tabs[0]?.node).toBe(tabs[1]?.node)
  await tabs[1]?.keeper.evaluate(keeper => keeper.set('/kept', 'of the new one'))
  await waitForData(tabs, '/kept', 'of the new one')
})

test('E2E-70 where the server decides whose the room is, a fork is the room from then on; a member of the old ensemble is refused, gives it up and joins', async ({
  open,
  openPage,
  browser,
  room,
  signaling: { url: signaling },
}) => {
  const opening = { signaling, arbiter: true }
  const first = await open(opening)
  const { contexts, tabs } = await twoMore(browser, first, context => open({ context, ...opening }))
  expect(tabs.map(({ ensemble }) => ensemble)).toEqual([first.ensemble, first.ensemble])
  await tabs[0]?.keeper.evaluate(keeper => keeper.create('/kept', 'of the old ensemble'))
  await waitForData([first], '/kept', 'of the old ensemble')
  await Promise.all(tabs.map(({ page }) => page.close()))
  await missingAt(first)
  const next = await first.keeper.evaluate(keeper => keeper.fork())
  const again = await openKeeper(first.page, { room, replicas: 'per-tab', ...opening })
  expect(again.ensemble).toBe(next)

  const context = await browser.newContext()
  const newcomer = await open({ context, ...opening })
  expect(newcomer.ensemble).toBe(next)
  await waitForData([newcomer], '/kept', 'of the old ensemble')

  const [old] = contexts
  if (old === undefined) throw new Error('there is no other profile')
  const page = await openPage({ context: old })
  const joining = { room, ensemble: next, ...opening }
  const refused = await page.evaluate(each => window.lab.tryOpen(each), joining)
  expect(refused).toContain('OpenFailed: ForeignEnsemble')
  expect(refused).toContain(first.ensemble)
  const member = await openKeeper(page, { ...joining, abandon: first.ensemble })
  expect(member.ensemble).toBe(next)
  expect(member.node).not.toBe(tabs[0]?.node)
  await waitForData([member], '/kept', 'of the old ensemble')
  await member.keeper.evaluate(keeper => keeper.set('/kept', 'of the new one'))
  await waitForData([again, newcomer, member], '/kept', 'of the new one')
  for (const each of [...contexts, context]) await each.close()
})

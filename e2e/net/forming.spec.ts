/** Replicas on hosts of their own find each other and agree. */
import { checkLinearizable } from '@peerkeeper/core/sim'
import { historyOf, stepsBack } from '../support/histories.ts'
import { expectSameState, waitForData, waitForVoters } from '../support/tab.ts'
import { keepBusy, openThree } from './support/ensemble.ts'
import { linksOf, waitForLinks } from './support/links.ts'
import { expect, test } from './support/net-test.ts'

test('NET-1 three hosts, Chromium and Firefox, form an ensemble and agree', { tag: '@firefox' }, async ({
  openOn,
}) => {
  const first = await openOn('a')
  const from = Date.now()
  const second = await openOn('b', { browser: 'firefox' })
  await waitForLinks([first, second])
  console.log(`   from opening the second tab to its link: ${Date.now() - from} ms`)
  const tabs = [first, second, await openOn('c')] as const
  await waitForVoters(tabs)
  await second.keeper.evaluate(keeper => keeper.create('/x', 'from b'))
  await waitForData(tabs, '/x', 'from b')
  await expectSameState(tabs)
})

test('NET-2 hosts of one network connect while browsers hide their addresses', { tag: '@firefox' }, async ({
  openOn,
}) => {
  const tabs = [
    await openOn('a', { hidesAddresses: true }),
    await openOn('b', { hidesAddresses: true, browser: 'firefox' }),
  ] as const
  await waitForLinks(tabs)
  await tabs[1].keeper.evaluate(keeper => keeper.create('/x', 'hidden'))
  await waitForData(tabs, '/x', 'hidden')
})

test('NET-3 with 50 ms of delay, 2 % of loss and packets that overtake each other, what three write at once is linearizable', async ({
  openOn,
  network,
}) => {
  await network.shape(['a', 'b', 'c'], {
    delayMs: 50,
    jitterMs: 10,
    lossPercent: 2,
    reorderPercent: 5,
    rateKbit: 10_000,
  })
  const tabs = await openThree(openOn)
  const busy = await keepBusy(tabs)
  const keys = Array.from({ length: 10 }, (_, number) => `/k${number}`)
  const from = Date.now()
  const done = await Promise.all(
    tabs.map(({ page, keeper }, index) =>
      page.evaluate(async ({ of, options }) => window.lab.work(of, options), {
        of: keeper,
        options: { name: `t${index}`, keys, lanes: 20, writes: 400, seed: 1 + index },
      }),
    ),
  )
  const seconds = (Date.now() - from) / 1_000
  console.log(`   ${(1_200 / seconds).toFixed(0)} writes a second over the ${network.carrier}`)
  expect(checkLinearizable(historyOf(done))).toEqual({ linearizable: true })
  expect(done.flatMap(stepsBack)).toEqual([])
  await busy.end()
  const links = (await Promise.all(tabs.map(linksOf))).flat()
  expect(links.map(({ state, reasonCode }) => ({ state, reasonCode }))).toEqual(
    links.map(() => ({ state: 'up', reasonCode: undefined })),
  )
})

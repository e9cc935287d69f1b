/** Frames that no replica sent. */
import { mintIdentity, startProbe, upsOf } from '../support/probes.ts'
import { expectSameState, openKeeper, statusOf, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { treeOf } from '../support/tree.ts'

test('E2E-21 garbage, foreign and forged frames are dropped and counted, and change nothing', async ({
  open,
  openPage,
  room,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/x', 'true'))
  await expectSameState(tabs)
  const before = { tree: await treeOf(a), status: await statusOf(a) }
  expect(before.status.dropped).toEqual({})

  const page = await openPage()
  const { ensemble } = a
  const intruder = await mintIdentity()
  await startProbe(page, { room, identity: intruder, ensemble })
  await expect
    .poll(async () => (await upsOf(page)).map(({ peer }) => peer).sort())
    .toEqual(tabs.map(({ node }) => node).sort())
  await page.evaluate(
    ({ self, target, victim, ensemble }) => {
      const { probe, forge } = window.lab
      const real = { version: 5, ensemble, engine: 'multi-paxos', from: self, to: target }
      const frames = [
        new Uint8Array(0),
        new Uint8Array([0xc1]),
        new Uint8Array(1_000).fill(0xff),
        crypto.getRandomValues(new Uint8Array(60_000)),
        forge(real).subarray(0, 20),
        forge({ ...real, version: 99 }),
        forge({ ...real, ensemble: 'another' }),
        forge({ ...real, engine: 'raft' }),
        forge({ ...real, to: victim }),
        forge({ ...real, from: victim }),
      ]
      for (const frame of frames) probe?.sendBytes(target, 'control', frame)
    },
    { self: intruder.node, target: a.node, victim: b.node, ensemble },
  )
  await expect
    .poll(async () => (await statusOf(a)).dropped)
    .toEqual({
      notAnEnvelope: 5,
      otherVersion: 1,
      otherEnsemble: 1,
      otherEngine: 1,
      notForMe: 1,
      forgedSender: 1,
    })

  const { leader, ballot, membership } = await statusOf(a)
  expect({ leader, ballot, membership }).toEqual({
    leader: before.status.leader,
    ballot: before.status.ballot,
    membership: before.status.membership,
  })
  expect(await treeOf(a)).toEqual(before.tree)
  await b.keeper.evaluate(keeper => keeper.set('/x', 'still true'))
  await waitForData(tabs, '/x', 'still true')
  expect((await statusOf(b)).dropped).toEqual({})
  await expectSameState(tabs)
})

test('E2E-22 replicas of two ensembles in one room do not mix', async ({
  open,
  browser,
  room,
  signaling,
}) => {
  // Two profiles that each found: what happens where an invite was meant.
  const other = await browser.newContext()
  const a = await open({ signaling: signaling.url })
  const b = await open({ signaling: signaling.url, context: other })
  expect(b.ensemble).not.toBe(a.ensemble)
  await a.keeper.evaluate(keeper => keeper.create('/of-a'))
  await b.keeper.evaluate(keeper => keeper.create('/of-b'))
  // A third tab finds its own ensemble through the same server: by then the strangers have met, too.
  const c = await open({ signaling: signaling.url })
  await waitForData([c], '/of-a', '')
  await waitForData([c], '/of-b', 'NoNode')
  expect((await statusOf(b)).membership).toEqual({ voters: [b.node], observers: [] })
  expect((await statusOf(b)).connected).toEqual([])
  expect((await statusOf(a)).connected).toEqual([c.node])
  // Both are told how to resolve it, also who listens only now.
  for (const [tab, stranger] of [[a, b] as const, [b, a] as const, [c, b] as const]) {
    const told = await tab.keeper.evaluate(
      keeper =>
        new Promise<string>(resolve =>
          keeper.on('foreign', ({ message }) => resolve(message), { signal: AbortSignal.timeout(10_000) }),
        ),
    )
    expect(told).toContain(`connect({ ensemble: '${stranger.ensemble}', abandon: '${tab.ensemble}' })`)
  }
  // And it works as told: b's profile gives its own ensemble up, and votes in the other one.
  await b.keeper.evaluate(keeper => keeper.close())
  const joined = await openKeeper(b.page, {
    room,
    signaling: signaling.url,
    ensemble: a.ensemble,
    abandon: b.ensemble,
  })
  expect(joined.node).not.toBe(b.node)
  await waitForVoters([a, c, joined])
  await waitForData([joined], '/of-a', '')
  await waitForData([joined], '/of-b', 'NoNode')
  await other.close()
})

/** Paths that there are only by a STUN or TURN server, and what is said where there is none. */
import { waitForData } from '../support/tab.ts'
import { keepBusy, openThree } from './support/ensemble.ts'
import { linksOf, waitForLinks, waitForPath } from './support/links.ts'
import { expect, test } from './support/net-test.ts'

/** A browser gives up a path that it does not find after 15 s or more. */
const noPathMs = 40_000

test('NET-10 where UDP is blocked, a TURN server connects over TCP, with credentials that expire', {
  tag: '@turnserver',
}, async ({ openOn, network, turn }) => {
  for (const host of ['a', 'b']) await network.blockUdp(host)
  const iceServers = [turn.turnOverTcp(60)]
  const from = Date.now()
  const tabs = [await openOn('a', { iceServers }), await openOn('b', { iceServers })] as const
  await waitForLinks(tabs)
  console.log(`   both tabs opened and linked after ${Date.now() - from} ms`)
  await tabs[1].keeper.evaluate(keeper => keeper.create('/x', 'over TCP'))
  await waitForData(tabs, '/x', 'over TCP')
})

test('NET-13 where UDP is blocked and there is no TURN server, frames go by the relay, and move back when it is not', async ({
  openOn,
  network,
}) => {
  for (const host of ['a', 'b', 'c']) await network.blockUdp(host)
  const from = Date.now()
  const busy = await keepBusy(await openThree(openOn))
  console.log(`   three tabs opened, and wrote by the relay, after ${Date.now() - from} ms`)
  await waitForPath(busy.tabs, 'relay')
  const at = Date.now()
  await network.mend()
  await waitForPath(busy.tabs, 'webrtc')
  console.log(
    `   all went over WebRTC ${Date.now() - at} ms after it could; longest pauses: ${busy.pauses(busy.tabs, at)}`,
  )
  await busy.end()
})

test('NET-11 where names of hidden addresses do not get through, a STUN server connects', {
  tag: '@turnserver',
}, async ({ openOn, network, turn }) => {
  for (const host of ['a', 'b']) await network.blockMulticast(host)
  const options = { hidesAddresses: true, iceServers: [turn.stun] }
  const tabs = [await openOn('a', options), await openOn('b', options)] as const
  await waitForLinks(tabs)
  await tabs[1].keeper.evaluate(keeper => keeper.create('/x', 'by STUN'))
  await waitForData(tabs, '/x', 'by STUN')
})

test('NET-12 a link without a path says why: nothing was given, credentials have expired, nobody answers', {
  tag: ['@turnserver', '@long'],
}, async ({ openPageOn, network, turn, room, signaling }) => {
  for (const host of ['a', 'b', 'c']) await network.blockUdp(host)
  const nobody = { urls: `turn:${network.addressOf('a')}:9?transport=tcp`, username: 'u', credential: 'c' }
  const given = [
    ['a', [], 'NoServers'],
    ['b', [turn.turnOverTcp(-60)], 'TurnRefused'],
    ['c', [nobody], 'TurnSilent'],
  ] as const
  const pages = await Promise.all(
    given.map(async ([host, iceServers]) => {
      const page = await openPageOn(host)
      // None of them opens: with nobody in reach there is no quorum.
      await page.evaluate(asked => void window.lab.tryOpen(asked), {
        room,
        signaling,
        arbiter: true,
        timeoutMs: 2 * noPathMs,
        iceServers: [...iceServers],
      })
      return page
    }),
  )
  for (const [index, page] of pages.entries()) {
    const code = given[index]?.[2]
    const codes = async () => (await linksOf({ page })).map(({ reasonCode }) => reasonCode)
    await expect.poll(codes, { timeout: noPathMs }).toContain(code)
    const links = (await linksOf({ page })).filter(({ reasonCode }) => reasonCode === code)
    console.log(`   ${code}: ${links[0]?.lastReason}`)
  }
})

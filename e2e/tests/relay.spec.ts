/** Two devices between which WebRTC finds no path. */
import { keepWriting } from '../support/keep-writing.ts'
import { pathsOf, switchRtc, takeRtcAway } from '../support/rtc-switch.ts'
import { expectSameState, openKeeper, type Tab, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { tapWire } from '../support/wiretap.ts'

const marker = 'what nobody on the way may read'

test('E2E-95 where WebRTC finds no path two devices go on by the relay, which cannot read; then they move to WebRTC and back, and no write is lost', async ({
  browser,
  openPage,
  room,
  signaling,
}) => {
  const wire = await tapWire(signaling.port)
  try {
    const errors: string[] = []
    // Firefox tells its pages where no path was found, which is what this test is about.
    const onError = (error: string) => void (error.startsWith('WebRTC: ICE failed') || errors.push(error))
    const pages = [
      await openPage({ onError }),
      await openPage({ onError, context: await browser.newContext() }),
    ] as const
    for (const page of pages) await takeRtcAway(page)
    const options = { room, signaling: wire.url, arbiter: true }
    const a = await openKeeper(pages[0], options)
    const b = await openKeeper(pages[1], options)
    expect(b.ensemble).toBe(a.ensemble)
    const paths = async () => [...(await pathsOf(a.page)), ...(await pathsOf(b.page))]
    await expect.poll(paths).toEqual(['relay', 'relay'])

    await b.keeper.evaluate((keeper, data) => keeper.create('/secret', data), marker)
    await waitForData([a, b], '/secret', marker)
    const states = await statesOf(b)
    const writing = await keepWriting(b, '/many')
    await writing.more(20)
    for (const page of pages) await switchRtc(page, 'on')
    await expect.poll(paths, { timeout: 40_000 }).toEqual(['webrtc', 'webrtc'])
    await writing.more(50)
    // The new way is there before the old one ends.
    expect(await states()).toEqual([])
    for (const page of pages) await switchRtc(page, 'off')
    await expect.poll(paths).toEqual(['relay', 'relay'])
    await writing.more(50)
    const { count, longestMs } = await writing.stop()
    console.log(`${count} writes, the longest took ${longestMs.toFixed(0)} ms`)
    expect(await b.keeper.evaluate(async keeper => (await keeper.children('/many')).children.length)).toBe(
      count,
    )
    // A way that breaks is missed first: two have no quorum until the other way is there.
    expect((await states()).filter(state => state !== 'suspended' && state !== 'connected')).toEqual([])
    expect(await b.keeper.evaluate(keeper => keeper.state)).toBe('connected')
    expect(errors).toEqual([])
    await expectSameState([a, b])

    expect(wire.heard('welcome')).toBe(true)
    expect(wire.bytes).toBeGreaterThan(20_000)
    expect(wire.heard(marker.slice(0, 12))).toBe(false)
    await b.page.close()
  } finally {
    await wire.close()
  }
})

/** Every state that the keeper comes to from now on. */
async function statesOf(tab: Tab): Promise<() => Promise<readonly string[]>> {
  const states = await tab.keeper.evaluateHandle(keeper => {
    const seen: string[] = []
    keeper.on('state', state => seen.push(state))
    return seen
  })
  return () => states.evaluate(seen => [...seen])
}

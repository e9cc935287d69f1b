import { type Browser, expect, type Page, test } from '@playwright/test'
import { type SignalingServer, startSignalingServer } from '../../src/server/index.ts'
import { launchChromium, launchFirefox, servePage, startProbe } from './harness.ts'

let site: Awaited<ReturnType<typeof servePage>>
let signaling: SignalingServer
let chromium: Browser
let firefox: Browser

test.beforeAll(async () => {
  site = await servePage()
  signaling = await startSignalingServer()
  chromium = await launchChromium()
  firefox = await launchFirefox()
  expect([chromium.browserType().name(), firefox.browserType().name()]).toEqual(['chromium', 'firefox'])
})

test.afterAll(async () => {
  await chromium?.close()
  await firefox?.close()
  await signaling?.close()
  site?.close()
})

const megabyte = 1_000_000

const waitForUps = (page: Page, count: number) =>
  expect.poll(() => page.evaluate(() => window.probe.ups().length), { timeout: 30_000 }).toBe(count)

/** Sends frames of several sizes over both lanes and checks that all arrive unharmed. */
async function exchange(from: Page, to: Page, sender: string, receiver: string): Promise<void> {
  const expected: { peer: string; bytes: number; sum: number }[] = []
  const before = await to.evaluate(() => window.probe.kept().length)
  for (const lane of ['control', 'bulk'] as const) {
    for (const bytes of [1, 100, 20_000, megabyte]) {
      const sum = await from.evaluate(([peer, on, size]) => window.probe.send(peer, on, size), [
        receiver,
        lane,
        bytes,
      ] as const)
      expected.push({ peer: sender, bytes, sum })
    }
  }
  const count = before + expected.length
  await to.waitForFunction(enough => window.probe.kept().length >= enough, count, { timeout: 30_000 })
  const arrived = (await to.evaluate(() => window.probe.kept())).slice(before)
  const order = (a: { bytes: number }, b: { bytes: number }) => a.bytes - b.bytes
  expect(arrived.sort(order)).toEqual(expected.sort(order))
}

/** Prints the round trip of a small control frame and what both lanes carry. */
async function measure(title: string, from: Page, to: Page, receiver: string): Promise<void> {
  await from.evaluate(peer => window.probe.roundTrips(peer, 200), receiver)
  const times = await from.evaluate(peer => window.probe.roundTrips(peer, 1_000), receiver)
  const small = await throughput(from, to, receiver, 'control', 100, 20_000)
  const large = await throughput(from, to, receiver, 'bulk', megabyte, 7)
  console.log(
    `${title}: round trip p50 ${times[500]?.toFixed(2)} ms, p99 ${times[990]?.toFixed(2)} ms;`,
    `${Math.round(small)} frames of 100 B a second; bulk ${((large * megabyte) / 1e6).toFixed(1)} MB/s`,
  )
  expect(times).toHaveLength(1_000)
}

/** Frames a second, received. */
async function throughput(
  from: Page,
  to: Page,
  receiver: string,
  lane: 'control' | 'bulk',
  bytes: number,
  count: number,
): Promise<number> {
  const enough = count + (await to.evaluate(() => window.probe.kept().length))
  const start = performance.now()
  await from.evaluate(([peer, on, size, times]) => window.probe.send(peer, on, size, times), [
    receiver,
    lane,
    bytes,
    count,
  ] as const)
  await to.waitForFunction(all => window.probe.kept().length >= all, enough, { timeout: 60_000 })
  return (count / (performance.now() - start)) * 1_000
}

test('RTC-15 two tabs of one browser exchange frames of every size, and find each other again', async () => {
  const context = await chromium.newContext()
  const [a, b] = [await context.newPage(), await context.newPage()]
  await startProbe(a, site.url, { node: 'a', ensemble: 'e', room: 'tabs' })
  await startProbe(b, site.url, { node: 'b', ensemble: 'e', room: 'tabs' })
  await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
  await exchange(a, b, 'a', 'b')
  await exchange(b, a, 'b', 'a')
  await measure('Chromium, two tabs', a, b, 'b')

  await startProbe(b, site.url, { node: 'b', ensemble: 'e', room: 'tabs' })
  await Promise.all([waitForUps(a, 2), waitForUps(b, 1)])
  await exchange(a, b, 'a', 'b')
  await context.close()
})

test('RTC-16 Chromium and Firefox connect through the signaling server', async () => {
  const [a, b] = [await chromium.newPage(), await firefox.newPage()]
  await startProbe(a, site.url, { node: 'a', ensemble: 'e', room: 'browsers', url: signaling.url })
  await startProbe(b, site.url, { node: 'b', ensemble: 'e', room: 'browsers', url: signaling.url })
  await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
  await exchange(a, b, 'a', 'b')
  await exchange(b, a, 'b', 'a')
  await measure('Chromium to Firefox', a, b, 'b')
  await measure('Firefox to Chromium', b, a, 'a')
  await a.close()
  await b.close()
})

test('RTC-17 a page that was killed comes back and is connected anew, whoever dials', async () => {
  for (const [dialer, answerer] of [
    [chromium, firefox],
    [firefox, chromium],
  ] as const) {
    const room = `killed-${dialer.browserType().name()}`
    const a = await dialer.newPage()
    let b = await answerer.newPage()
    await startProbe(a, site.url, { node: 'a', ensemble: 'e', room, url: signaling.url })
    await startProbe(b, site.url, { node: 'b', ensemble: 'e', room, url: signaling.url })
    await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
    await b.close()
    b = await answerer.newPage()
    await startProbe(b, site.url, { node: 'b', ensemble: 'e', room, url: signaling.url })
    await Promise.all([waitForUps(a, 2), waitForUps(b, 1)])
    const [first, second] = await a.evaluate(() => window.probe.ups())
    expect(second?.connection).toBeGreaterThan(first?.connection ?? Number.POSITIVE_INFINITY)
    await exchange(a, b, 'a', 'b')
    await a.close()
    await b.close()
  }
})

test('RTC-18 a page that leaves takes its link down at once', async () => {
  const context = await chromium.newContext()
  const [a, b] = [await context.newPage(), await context.newPage()]
  await startProbe(a, site.url, { node: 'a', ensemble: 'e', room: 'leave' })
  await startProbe(b, site.url, { node: 'b', ensemble: 'e', room: 'leave' })
  await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
  const leftAt = await b.evaluate(() => {
    location.href = 'about:blank'
    return performance.timeOrigin + performance.now()
  })
  await expect.poll(() => a.evaluate(() => window.probe.downs().length), { timeout: 3_000 }).toBe(1)
  const [down] = await a.evaluate(() => window.probe.downs())
  console.log(`down ${((down?.at ?? 0) - leftAt).toFixed(1)} ms after the page began to leave`)
  await expect.poll(() => a.evaluate(() => window.probe.links().length)).toBe(0)
  await context.close()
})

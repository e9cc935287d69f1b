import { type Browser, expect, type Page, test } from '@playwright/test'
import { launchChromium, servePage, startProbe } from './harness.ts'

let server: Awaited<ReturnType<typeof servePage>>
let browser: Browser
test.beforeAll(async () => {
  server = await servePage()
  browser = await launchChromium()
})
test.afterAll(async () => {
  await browser.close()
  server.close()
})

const ups = (page: Page) => page.evaluate(() => window.probe.ups().length)

test('RTC-20 two tabs of one browser', async () => {
  const context = await browser.newContext()
  const [a, b] = [await context.newPage(), await context.newPage()]
  await startProbe(a, server.url, { node: 'a', ensemble: 'e', room: 'r' })
  await startProbe(b, server.url, { node: 'b', ensemble: 'e', room: 'r' })
  await expect.poll(() => ups(a)).toBe(1)
  await expect.poll(() => ups(b)).toBe(1)
  await a.evaluate(() => window.probe.roundTrips('b', 200))
  const times = await a.evaluate(() => window.probe.roundTrips('b', 1000))
  console.log('p50', times[500], 'p99', times[990])
  const run = async (bytes: number, count: number, lane: 'control' | 'bulk') => {
    const before = await b.evaluate(() => window.probe.kept().length)
    const from = Date.now()
    await a.evaluate(([n, c, l]) => window.probe.send('b', l, n, c), [bytes, count, lane] as const)
    await b.waitForFunction(n => window.probe.kept().length >= n, before + count)
    const ms = Date.now() - from
    console.log(
      lane,
      bytes,
      'x',
      count,
      ms,
      'ms',
      (count / ms) * 1000,
      '/s',
      (bytes * count) / ms / 1000,
      'MB/s',
      await a.evaluate(() => window.probe.links()),
    )
  }
  await run(100, 20000, 'control')
  await run(100, 50000, 'control')
  await run(2000, 4000, 'control')
  await run(1_000_000, 8, 'bulk')
})

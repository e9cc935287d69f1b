// A tab of the bench's page, and the client in it.
import { within } from '../lib/stop.mjs'

export const openMs = 30_000
/** Over every measurement's own length. */
const slackMs = 30_000

export async function openPage(context, url) {
  const page = await context.newPage()
  page.on('pageerror', error => console.error(`a tab: ${error}`))
  await page.goto(url)
  await page.waitForFunction(() => 'bench' in window)
  return page
}

/** @returns {import('../lib/measure.mjs').Client} */
export const clientOf = page => ({
  measure: (operation, options) =>
    ask(page, options.ms + slackMs, each =>
      each.evaluate(asked => window.bench.replica.measure(asked.operation, asked.options), {
        operation,
        options,
      }),
    ),
  startWriting: () => ask(page, openMs, each => each.evaluate(() => window.bench.replica.startWriting())),
  stopWriting: () => ask(page, openMs, each => each.evaluate(() => window.bench.replica.stopWriting())),
})

export const ask = (page, ms, question) => within(ms, 'a tab', question(page))

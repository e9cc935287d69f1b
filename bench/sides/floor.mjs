// What the browser itself costs: a bare data channel and bare strict transactions, in the tabs that the replicas run in.
import { within } from '../lib/stop.mjs'

const side = 'floor'
const connectMs = 20_000
const slackMs = 20_000
/** One write alone, and a batch of 256 writes in one row. */
const rowBytes = [100, 25_000]

/** Connects the first two of `pages`. Once, before {@link measureFloor}. */
export async function connectFloor([first, second]) {
  await within(
    connectMs,
    'a bare data channel',
    (async () => {
      const offered = await first.evaluate(() => window.bench.dataChannel.offer())
      const answered = await second.evaluate(sdp => window.bench.dataChannel.answer(sdp), offered)
      await first.evaluate(sdp => window.bench.dataChannel.accept(sdp), answered)
    })(),
  )
}

/** @param {import('../lib/figures.mjs').Figures} figures */
export async function measureFloor(pages, figures, ms) {
  const [first] = pages
  const flush = (page, bytes) => {
    const asked = { bytes, ms, startAt: Date.now() + 100 }
    return within(
      ms + slackMs,
      'flushes',
      page.evaluate(options => window.bench.flushes(options), asked),
    )
  }
  const roundTrips = await within(
    ms + slackMs,
    'round trips',
    first.evaluate(limit => window.bench.dataChannel.roundTrips(limit), ms),
  )
  figures.addLatency(side, 'round trip', roundTrips)
  for (const bytes of rowBytes) figures.addLatency(side, `flush ${bytes}`, await flush(first, bytes))
  for (const bytes of rowBytes) {
    const [result] = await Promise.all(pages.map(page => flush(page, bytes)))
    figures.addLatency(side, `flush ${bytes} in three tabs`, result)
  }
}

/** The floor of one commit, in ms: round trip and a follower's flush; null where it was not measured. */
export function floorOf(figures) {
  const roundTrip = figures.median(side, 'round trip p50')
  const flush = figures.median(side, 'flush 100 p50')
  return roundTrip === null || flush === null ? null : roundTrip + flush
}

// Where frames go: past the page, over channels in the workers, or through it. Both ways stand beside each other, each with
// three tabs; commits alone, while nothing else happens and while the leader's page is busy half of the time.
import { PeerkeeperSide } from './peerkeeper.mjs'
import { ask, clientOf } from './tabs.mjs'

/** A busy slice is up to half a second long: enough of them for a rate. */
const blockedMs = 6_000
const slackMs = 30_000

export const channelSides = { webrtc: 'channels in workers', 'webrtc-page': 'through pages' }

/** @returns {Promise<PeerkeeperSide[]>} both open */
export async function openChannelSides(context, url) {
  const sides = Object.keys(channelSides).map(over => new PeerkeeperSide(over, context, url))
  for (const side of sides) {
    await side.openPages()
    await side.open()
    const { leader } = await side.clients()
    await leader.measure('set-one', { inFlight: 1, ms: 1_000 })
  }
  return sides
}

/**
 * One round of both, each round beginning with the other.
 * @param {readonly PeerkeeperSide[]} sides
 * @param {import('../lib/figures.mjs').Figures} figures
 */
export async function measureChannels(sides, figures, { ms, round, idle, blocked }) {
  for (const index of sides.keys()) {
    const side = sides[(index + round) % sides.length]
    if (idle) await measureIdle(side, figures, ms)
    if (blocked) await measureBlocked(side, figures)
  }
}

async function measureIdle(side, figures, ms) {
  const { leader, followers } = await side.clients()
  const alone = { inFlight: 1, ms }
  for (const [at, client] of Object.entries({ leader, follower: followers[0] }))
    figures.addLatency('channels', `${side.name} ${at}`, await client.measure('set-one', alone))
}

/** A follower's tab writes, one after another, while the leader's page is busy half of the time. */
async function measureBlocked(side, figures) {
  const { leader, followers } = await side.leaderAndFollowers()
  const writer = clientOf(followers[0])
  await writer.startWriting()
  const slices = await ask(leader, blockedMs + slackMs, page =>
    page.evaluate(ms => window.bench.blocker.blockHalf(ms), blockedMs),
  )
  const { acknowledgedAt } = await writer.stopWriting()
  const rests = slices.slice(1).map(({ from }, index) => ({ from: slices[index].to, to: from }))
  figures.add('channels', `${side.name} busy`, '/s', rateIn(slices, acknowledgedAt))
  figures.add('channels', `${side.name} resting`, '/s', rateIn(rests, acknowledgedAt))
}

/** Answers a second within `spans`. */
function rateIn(spans, times) {
  const ms = spans.reduce((total, { from, to }) => total + (to - from), 0)
  const count = times.filter(time => spans.some(({ from, to }) => from <= time && time < to)).length
  return (count / ms) * 1_000
}

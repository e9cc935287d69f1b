// The leader's tab, or the one that hosts the profile's replica, is closed, killed or frozen while another writes: how long that
// one waits. In a Chromium with windows where there is a display, because only there a tab is really frozen.
import { randomUUID } from 'node:crypto'
import { departure } from '../lib/failover.mjs'
import { until } from '../lib/stop.mjs'
import { ask, clientOf, openMs, openPage } from './tabs.mjs'

const votersMs = 60_000

/** How a tab departs. A page that was closed says goodbye, as it does when a person closes it. */
const ways = {
  closed: async page => {
    const closed = page.waitForEvent('close', { timeout: openMs })
    await page.close({ runBeforeUnload: true })
    return closed
  },
  killed: async (page, session) => {
    const crashed = page.waitForEvent('crash', { timeout: openMs })
    // Never answered: there is nobody left to do it.
    session.send('Page.crash').catch(() => undefined)
    return crashed
  },
  frozen: (_, session) => session.send('Page.setWebLifecycleState', { state: 'frozen' }),
}

/** Whose tab departs, of how many. */
const modes = {
  'per-tab': { tabs: 3, title: 'the leader, of three replicas' },
  'per-device': { tabs: 4, title: 'the host, of four tabs with one replica' },
}

export const departureRows = Object.entries(modes).flatMap(([mode, { title }]) =>
  Object.keys(ways).map(way => ({ title: `${title}: ${way}`, name: `${mode} ${way}` })),
)

/**
 * One departure of each kind, each in a room of its own.
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} url
 * @param {boolean} canFreeze
 * @param {import('../lib/figures.mjs').Figures} figures
 */
export async function measureDepartures(context, url, canFreeze, figures) {
  for (const mode of Object.keys(modes))
    for (const way of Object.keys(ways))
      if (way !== 'frozen' || canFreeze) await measureOrTell(context, url, mode, way, figures)
}

/** One that goes wrong is told of and counted, and the others are measured all the same. */
async function measureOrTell(context, url, mode, way, figures) {
  const name = `${mode} ${way}`
  try {
    const ms = await measureOne(context, url, mode, way)
    figures.add('departures', name, 'ms', ms)
    console.log(`  ${name}: ${Math.round(ms)} ms`)
  } catch (error) {
    figures.addError('departures', `${name}: ${error.message}`)
    console.error(`  ${name}: ${error.message}`)
    await Promise.all(
      context
        .pages()
        .slice(1)
        .map(each => each.close().catch(() => undefined)),
    )
  }
}

async function measureOne(context, url, mode, way) {
  const room = randomUUID()
  const pages = []
  for (let count = 0; count < modes[mode].tabs; count++) {
    const page = await openPage(context, url)
    pages.push(page)
    await ask(page, openMs, each =>
      each.evaluate(([name, replicas]) => window.bench.replica.join(name, 'webrtc', replicas), [room, mode]),
    )
  }
  const departing = mode === 'per-device' ? pages[0] : await leaderOf(pages)
  const writing = pages.find(page => page !== departing)
  await ask(writing, openMs, each => each.evaluate(() => window.bench.replica.prepare(1)))
  // Behind it the other tabs are hidden, as they are for a person.
  await writing.bringToFront()
  const session = await context.newCDPSession(departing)
  const { ms } = await departure(clientOf(writing), () => ways[way](departing, session))
  if (way === 'frozen') await session.send('Page.setWebLifecycleState', { state: 'active' })
  await Promise.all(pages.map(page => page.close().catch(() => undefined)))
  return ms
}

/** The leader's page, when all vote and agree who leads. */
const leaderOf = pages =>
  until(votersMs, `${pages.length} voters`, async () => {
    const statuses = await Promise.all(
      pages.map(page => ask(page, 5_000, each => each.evaluate(() => window.bench.replica.status()))),
    )
    const [first] = statuses
    const agreed = statuses.every(
      status => status?.leader === first?.leader && status?.membership.voters.length === pages.length,
    )
    return agreed ? (pages[statuses.findIndex(({ node }) => node === first.leader)] ?? null) : null
  })

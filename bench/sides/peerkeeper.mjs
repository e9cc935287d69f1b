// Three tabs, each a replica and a voter, as a side to be measured: of one browser profile, or each of a browser of its own.
import { randomUUID } from 'node:crypto'
import { until, within } from '../lib/stop.mjs'
import { ask, clientOf, openMs, openPage } from './tabs.mjs'

const votersMs = 60_000
const tabCount = 3

/** @implements {import('../lib/measure.mjs').Side} */
export class PeerkeeperSide {
  readsFresh = true
  #room = randomUUID()
  /** @type {import('@playwright/test').Page[]} */
  #pages = []
  #contexts
  #url
  #over
  #signaling
  /** @type {string | null} */
  #ensemble = null

  /**
   * @param {'webrtc' | 'webrtc-page' | 'broadcast' | 'devices'} over
   * @param {import('@playwright/test').BrowserContext | readonly import('@playwright/test').BrowserContext[]} contexts one for all, or one for each
   * @param {string} url
   * @param {string | null} signaling the signaling server's address, for browsers apart
   */
  constructor(over, contexts, url, signaling = null) {
    this.#over = over
    this.#contexts = Array.isArray(contexts) ? contexts : Array(tabCount).fill(contexts)
    this.#url = url
    this.#signaling = signaling
  }

  get name() {
    return this.#over
  }

  get pages() {
    return this.#pages
  }

  /** Opens the tabs, with no replica in them yet. */
  async openPages() {
    for (const context of this.#contexts) this.#pages.push(await openPage(context, this.#url))
  }

  /** One after another, as tabs are opened; resolves when all vote. */
  async open() {
    for (const page of this.#pages) await this.#join(page)
    const { leader } = await this.#waitForVoters()
    await ask(leader, openMs, page => page.evaluate(() => window.bench.replica.prepare()))
  }

  async clients() {
    const { leader, followers } = await this.#waitForVoters()
    return { leader: clientOf(leader), followers: followers.map(clientOf) }
  }

  /** Ends the renderer of the leader's tab, as a crash would. */
  async killLeader() {
    const { leader } = await this.#waitForVoters()
    const session = await leader.context().newCDPSession(leader)
    const crashed = leader.waitForEvent('crash', { timeout: openMs })
    // Never answered: there is nobody left to do it.
    session.send('Page.crash').catch(() => undefined)
    await crashed
  }

  /** Opens a new tab in place of the one that was killed. */
  async restore() {
    const alive = []
    for (const page of this.#pages) {
      const answers = await within(
        2_000,
        'a tab',
        page.evaluate(() => true),
      ).catch(() => false)
      if (answers) alive.push(page)
      else await page.close().catch(() => undefined)
    }
    if (alive.length !== tabCount - 1) throw new Error(`${alive.length} tabs are left after one was killed`)
    const page = await openPage(this.#contexts[0], this.#url)
    this.#pages = [...alive, page]
    await this.#join(page)
    await this.#waitForVoters()
  }

  /** The leader's page and the others, when all vote and agree who leads. */
  async leaderAndFollowers() {
    return this.#waitForVoters()
  }

  async #join(page) {
    const asked = { room: this.#room, over: this.#over, signaling: this.#signaling, ensemble: this.#ensemble }
    this.#ensemble = await ask(page, openMs, each =>
      each.evaluate(
        ({ room, over, signaling, ensemble }) =>
          signaling === null
            ? window.bench.replica.join(room, over)
            : window.bench.replica.joinFromAfar(room, signaling, ensemble),
        asked,
      ),
    )
  }

  #waitForVoters() {
    return until(votersMs, `${tabCount} voters over ${this.#over}`, async () => {
      const statuses = await Promise.all(
        this.#pages.map(page => ask(page, 5_000, each => each.evaluate(() => window.bench.replica.status()))),
      )
      const agreed = statuses.every(
        status => status?.leader === statuses[0]?.leader && status?.membership.voters.length === tabCount,
      )
      const at = statuses.findIndex(status => status?.node === status?.leader)
      if (!agreed || at === -1) return null
      return { leader: this.#pages[at], followers: this.#pages.filter((_, index) => index !== at) }
    })
  }
}

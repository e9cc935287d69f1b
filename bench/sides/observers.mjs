// What observers cost: a room of five voters, each in a tab of its own, to which observers come, several in one tab. The same
// leader is measured before and after they came, so that the ratios are of one room.
import { randomUUID } from 'node:crypto'
import { until } from '../lib/stop.mjs'
import { ask, clientOf, openMs, openPage } from './tabs.mjs'

export const observerSteps = [0, 10, 40]
const voterCount = 5
const observerPages = 5
const comeMs = 120_000
const idleMs = 3_000

export const observerRows = [
  { title: 'commit at the leader, one at a time, p50 ms', name: 'leader p50' },
  { title: 'commit at a follower, one at a time, p50 ms', name: 'follower p50' },
  { title: 'commits a second at the leader, 256 in flight', name: 'throughput' },
  { title: 'the leader, one at a time: frames a commit', name: 'frames alone' },
  { title: '  kB a commit', name: 'kilobytes alone' },
  { title: 'the leader, 256 in flight: frames a commit', name: 'frames many' },
  { title: '  kB a commit', name: 'kilobytes many' },
  { title: 'the leader, idle: frames a second', name: 'frames idle' },
  { title: '  signatures a second', name: 'signatures idle' },
  { title: 'links of the leader', name: 'links' },
]

/** @param {{ context: object, url: string, figures: import('../lib/figures.mjs').Figures, ms: number, rounds: number, say: (text: string) => void }} options */
export async function measureObservers({ context, url, figures, ms, rounds, say }) {
  const room = randomUUID()
  const voters = []
  for (let count = 0; count < voterCount; count++) {
    const page = await openPage(context, url)
    voters.push(page)
    await ask(page, openMs, each => each.evaluate(name => window.bench.replica.join(name, 'webrtc'), room))
  }
  await members(voters, { voters: voterCount, observers: 0 })
  await ask(voters[0], openMs, page => page.evaluate(() => window.bench.replica.prepare()))
  const others = []
  for (let count = 0; count < observerPages; count++) others.push(await openPage(context, url))
  let here = 0
  for (const step of observerSteps) {
    say(`${step} observers`)
    await come(others, { room, ensemble: (await statusOf(voters[0])).ensemble, count: step - here })
    here = step
    await members(voters, { voters: voterCount, observers: step })
    await settle(others, step)
    const { leader, follower } = await roles(voters)
    await clientOf(leader).measure('set-many', { inFlight: 256, ms })
    for (let round = 1; round <= rounds; round++) await measure(figures, step, { leader, follower, ms })
  }
}

async function measure(figures, step, { leader, follower, ms }) {
  const add = (name, unit, value) => figures.add('observers', `${name} ${step}`, unit, value)
  const during = async action => {
    const before = await statusOf(leader)
    const result = await action()
    const after = await statusOf(leader)
    return {
      result,
      frames: after.sent.frames - before.sent.frames,
      kilobytes: (after.sent.bytes - before.sent.bytes) / 1_000,
      signatures: after.passed.sent - before.passed.sent,
    }
  }
  const client = clientOf(leader)
  const alone = await during(() => client.measure('set-one', { inFlight: 1, ms }))
  add('leader p50', 'ms', alone.result.p50)
  add('frames alone', '', alone.frames / alone.result.count)
  add('kilobytes alone', 'kB', alone.kilobytes / alone.result.count)
  add('follower p50', 'ms', (await clientOf(follower).measure('set-one', { inFlight: 1, ms })).p50)
  const many = await during(() => client.measure('set-many', { inFlight: 256, ms }))
  add('throughput', '/s', many.result.perSecond)
  add('frames many', '', many.frames / many.result.count)
  add('kilobytes many', 'kB', many.kilobytes / many.result.count)
  const idle = await during(() => new Promise(resolve => setTimeout(resolve, idleMs)))
  add('frames idle', '/s', idle.frames / (idleMs / 1_000))
  add('signatures idle', '/s', idle.signatures / (idleMs / 1_000))
  add('links', '', (await statusOf(leader)).linked.length)
}

const come = (pages, { room, ensemble, count }) =>
  Promise.all(
    pages.map((page, index) => {
      const share = Math.floor((count + pages.length - 1 - index) / pages.length)
      return ask(page, comeMs, each =>
        each.evaluate(asked => window.bench.replica.observe(asked.room, asked.ensemble, asked.share), {
          room,
          ensemble,
          share,
        }),
      )
    }),
  )

/** Until each observer has the three links that it keeps. */
const settle = (pages, count) =>
  until(comeMs, 'observers with three links each', async () => {
    const links = await Promise.all(
      pages.map(page =>
        ask(page, openMs, each => each.evaluate(() => window.bench.replica.linksOfObservers())),
      ),
    )
    return links.flat().length === count && links.flat().every(each => each === 3) ? true : null
  })

const statusOf = page => ask(page, openMs, each => each.evaluate(() => window.bench.replica.status()))

const members = (pages, wanted) =>
  until(comeMs, `${wanted.voters} voters and ${wanted.observers} observers`, async () => {
    const { membership } = await statusOf(pages[0])
    const { voters, observers } = membership
    return voters.length === wanted.voters && observers.length === wanted.observers ? true : null
  })

async function roles(pages) {
  const statuses = await Promise.all(pages.map(statusOf))
  const at = statuses.findIndex(({ node, leader }) => node === leader)
  if (at === -1) throw new Error('nobody leads')
  return { leader: pages[at], follower: pages[(at + 1) % pages.length] }
}

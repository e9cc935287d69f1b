// One run: opens the sides that are wanted, measures them in rounds so that noise hits all alike, kills leaders last.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { launch, launchHeaded } from './lib/browser.mjs'
import { environment } from './lib/environment.mjs'
import { measureFailover } from './lib/failover.mjs'
import { Figures } from './lib/figures.mjs'
import { measureRound, warmUp } from './lib/measure.mjs'
import { parseOptions, usage } from './lib/options.mjs'
import { profile } from './lib/profile.mjs'
import { report } from './lib/report.mjs'
import { serve } from './lib/site.mjs'
import { isStopping, stopAll, stopOnSignals, within } from './lib/stop.mjs'
import { measureChannels, openChannelSides } from './sides/channels.mjs'
import { measureDepartures } from './sides/departures.mjs'
import { connectFloor, measureFloor } from './sides/floor.mjs'
import { measureObservers } from './sides/observers.mjs'
import { PeerkeeperSide } from './sides/peerkeeper.mjs'
import { measureSignaling, tooFewFiles } from './sides/signaling.mjs'
import { measureTree } from './sides/tree.mjs'
import { ZooKeeperSide } from './sides/zookeeper.mjs'
import { startServer } from './signaling/server.mjs'
import { missing } from './zookeeper/ensemble.mjs'

const page = fileURLToPath(new URL('dist', import.meta.url))
const runMs = 40 * 60_000
const failovers = 5
const departures = 20
const devices = 3

/** Never rejects. @param {string[]} args @returns {Promise<number>} the exit code */
export async function main(args) {
  let options
  try {
    options = parseOptions(args)
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`)
    return 2
  }
  stopOnSignals()
  try {
    await within(runMs, 'the bench', options.profile === null ? bench(options) : profileOnly(options))
    return 0
  } catch (error) {
    if (!isStopping()) console.error(error)
    return process.exitCode ?? 1
  } finally {
    await stopAll()
  }
}

/** @param {import('./lib/options.mjs').Options} options */
async function bench(options) {
  const { only, ms, rounds, json } = options
  const began = Date.now()
  const figures = new Figures()
  const sides = await openSides(only)
  for (const side of sides.measured) {
    say(`warming up ${side.name}`)
    await warmUp(side, ms)
  }
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    if (only.has('floor')) await measureFloor(sides.pages, figures, ms)
    // Each round begins with another side.
    for (const index of sides.measured.keys())
      await measureRound(sides.measured[(index + round) % sides.measured.length], figures, ms)
    const ways = { ms, round, idle: only.has('channels'), blocked: only.has('page-blocked') }
    await measureChannels(sides.ways, figures, ways)
    if (only.has('tree')) await measureTree(figures)
    if (only.has('signaling')) await signaling(figures)
  }
  for (let count = 1; count <= failovers && sides.killed.length > 0; count++) {
    say(`failover ${count} of ${failovers}`)
    for (const side of sides.killed) await measureFailover(side, figures)
  }
  let { browserVersion } = sides
  if (only.has('departures')) browserVersion = await measureAllDepartures(figures)
  if (only.has('observers')) {
    const { context, url, version } = await openBrowser()
    browserVersion = version
    await measureObservers({ context, url, figures, ms, rounds, say })
  }
  const where = environment(browserVersion)
  console.log(`\n${report(figures)}`)
  console.log(Object.values(where).join(', '))
  console.log(`${rounds} rounds, ${Math.round((Date.now() - began) / 1_000)} s`)
  if (json === null) return
  const settings = { ...options, only: [...only] }
  const all = { environment: where, settings, figures, errors: figures.errors }
  await writeFile(json, `${JSON.stringify(all, null, 2)}\n`)
}

async function measureAllDepartures(figures) {
  const headed = await launchHeaded()
  if (headed === null) say('there is no Xvfb, without which no tab is really frozen; that is left out')
  const context = headed ?? (await launch())
  const url = await serve(page)
  const version = await versionOf(context)
  for (let count = 1; count <= departures; count++) {
    say(`departures ${count} of ${departures}`)
    await measureDepartures(context, url, headed !== null, figures)
  }
  return version
}

async function signaling(figures) {
  const reason = tooFewFiles()
  if (reason === null) await measureSignaling(figures)
  else say(`${reason}; the signaling server is left out`)
}

/** @param {Set<string>} only */
async function openSides(only) {
  const measured = []
  const killed = []
  let pages = []
  let ways = []
  let browserVersion = null
  if (
    ['floor', 'commit', 'devices', 'channels', 'page-blocked', 'broadcast', 'failover'].some(name =>
      only.has(name),
    )
  ) {
    const { context, url, version } = await openBrowser()
    browserVersion = version
    const webrtc = new PeerkeeperSide('webrtc', context, url)
    if (only.has('floor') || only.has('commit') || only.has('failover')) await webrtc.openPages()
    pages = webrtc.pages
    if (only.has('floor')) await connectFloor(pages)
    if (only.has('commit') || only.has('failover')) await open(webrtc)
    if (only.has('commit')) measured.push(webrtc)
    if (only.has('failover')) killed.push(webrtc)
    if (only.has('channels') || only.has('page-blocked')) {
      say('opening tabs with frames past their pages, and through them')
      ways = await openChannelSides(context, url)
    }
    if (only.has('devices')) {
      const { url: signaling } = await startServer(0, devices)
      const others = await Promise.all(Array.from({ length: devices - 1 }, launch))
      const apart = new PeerkeeperSide('devices', [context, ...others], url, signaling)
      await apart.openPages()
      measured.push(await open(apart))
    }
    if (only.has('broadcast')) {
      const broadcast = new PeerkeeperSide('broadcast', context, url)
      await broadcast.openPages()
      measured.push(await open(broadcast))
    }
  }
  const reason = missing()
  if (only.has('zookeeper') && reason !== null) say(`${reason}; it is left out`)
  if (only.has('zookeeper') && reason === null) {
    const zookeeper = await open(new ZooKeeperSide())
    measured.push(zookeeper)
    killed.push(zookeeper)
  }
  return { measured, killed, pages, ways, browserVersion }
}

async function profileOnly({ profile: folder, inFlight, ms }) {
  const { context, url } = await openBrowser()
  const side = new PeerkeeperSide('webrtc', context, url)
  await side.openPages()
  await open(side)
  await warmUp(side, ms)
  await profile(side, context, { folder, inFlight, ms: ms * 3 })
}

async function openBrowser() {
  const url = await serve(page)
  const context = await launch()
  return { context, url, version: await versionOf(context) }
}

async function versionOf(context) {
  const session = await context.newCDPSession(context.pages()[0])
  const { product } = await session.send('Browser.getVersion')
  return product
}

/** @template {{ name: string, open(): Promise<void> }} Side @param {Side} side */
async function open(side) {
  say(`opening ${side.name}`)
  await side.open()
  return side
}

const say = text => console.log(text)

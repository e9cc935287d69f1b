// CPU profiles of pages and their workers over the DevTools protocol, and who is hottest in them. The files open in
// Chromium's own developer tools.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { together } from './measure.mjs'

const intervalMicroseconds = 200
const hottestShown = 25

/**
 * Profiles the leader's tab and worker and a follower's worker while the leader's tab keeps 256 writes in flight.
 * @param {import('../sides/peerkeeper.mjs').PeerkeeperSide} side
 */
export async function profile(side, context, folder, ms) {
  const { leader, followers } = await side.leaderAndFollowers()
  const targets = [
    ['leader-page', await pageProfiler(context, leader)],
    ['leader-worker', await workerProfiler(context, leader)],
    ['follower-worker', await workerProfiler(context, followers[0])],
  ]
  const clients = await side.clients()
  for (const [, profiler] of targets) await profiler.start()
  const [result] = await together([clients.leader], 'set-one', { inFlight: 256, ms })
  await mkdir(folder, { recursive: true })
  console.log(`${Math.round(result.perSecond)} writes a second while profiled`)
  for (const [name, profiler] of targets) {
    const cpu = await profiler.stop()
    await writeFile(join(folder, `${name}.cpuprofile`), JSON.stringify(cpu))
    console.log(`\n${name}: own time`)
    for (const { share, where } of hottest(cpu))
      console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${where}`)
  }
}

async function pageProfiler(context, page) {
  const session = await context.newCDPSession(page)
  return profilerOf((method, params) => session.send(method, params))
}

/** Of the page's one worker. Messages to it are wrapped in messages to its page. */
async function workerProfiler(context, page) {
  const session = await context.newCDPSession(page)
  const attached = new Promise(resolve => {
    session.on('Target.attachedToTarget', event => {
      if (event.targetInfo.type === 'worker') resolve(event.sessionId)
    })
  })
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  })
  const sessionId = await attached
  const waiting = new Map()
  let nextId = 1
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result, error } = JSON.parse(message)
    if (error) waiting.get(id)?.reject(new Error(error.message))
    else waiting.get(id)?.resolve(result)
    waiting.delete(id)
  })
  return profilerOf((method, params) => {
    const id = nextId++
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    const message = JSON.stringify({ id, method, params })
    return session.send('Target.sendMessageToTarget', { sessionId, message }).then(() => answer)
  })
}

const profilerOf = send => ({
  async start() {
    await send('Profiler.enable')
    await send('Profiler.setSamplingInterval', { interval: intervalMicroseconds })
    await send('Profiler.start')
  },
  async stop() {
    const { profile: cpu } = await send('Profiler.stop')
    return cpu
  },
})

/** Functions by their own time, as shares of all time. */
export function hottest({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const own = new Map()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id).callFrame
    const place = url ? ` ${url.replace(/^.*\//, '')}:${lineNumber + 1}` : ''
    const where = `${functionName || '(anonymous)'}${place}`
    const delta = timeDeltas[index + 1] ?? 0
    own.set(where, (own.get(where) ?? 0) + delta)
    total += delta
  }
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, hottestShown)
    .map(([where, time]) => ({ share: time / total, where }))
}

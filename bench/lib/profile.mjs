// Where the time of writes goes: CPU profiles of pages and their workers over the DevTools protocol, the time of each
// process, and how long the replicas' transactions take meanwhile. The profiles open in Chromium's developer tools.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { together } from './measure.mjs'
import { countTransactions, transactionCounts } from './transactions.mjs'

const intervalMicroseconds = 200
const hottestShown = 25

/**
 * Profiles the leader's tab and worker and a follower's worker while the leader's tab keeps writes in flight.
 * @param {import('../sides/peerkeeper.mjs').PeerkeeperSide} side
 * @param {import('@playwright/test').BrowserContext} context
 * @param {{ folder: string, inFlight: number, ms: number }} options
 */
export async function profile(side, context, { folder, inFlight, ms }) {
  const { leader, followers } = await side.leaderAndFollowers()
  const targets = {
    'leader-page': await pageTarget(context, leader),
    'leader-worker': await workerTarget(context, leader),
    'follower-worker': await workerTarget(context, followers[0]),
  }
  const workers = Object.entries(targets).filter(([name]) => name.endsWith('worker'))
  const clients = await side.clients()
  for (const [, send] of workers) await evaluate(send, `(${countTransactions})()`)
  const unprofiled = await together([clients.leader], 'set-one', { inFlight, ms })
  console.log(`${inFlight} in flight: ${summaryOf(unprofiled[0])}`)
  for (const [name, send] of workers) {
    const { perSecond, p50, p99, busy } = await evaluate(send, `(${transactionCounts})()`)
    console.log(
      `${name}: ${perSecond.toFixed(0)} transactions a second, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ` +
        `one under way ${percent(busy)} of the time`,
    )
  }
  await profileCpu(targets, folder, async () => {
    const processes = await processTimes(context)
    const [result] = await together([clients.leader], 'set-one', { inFlight, ms })
    console.log(`while profiled: ${summaryOf(result)}`)
    for (const line of await processes.since()) console.log(line)
  })
}

/** Writes a profile of each target to `folder` and prints who was hottest in it. */
async function profileCpu(targets, folder, work) {
  await mkdir(folder, { recursive: true })
  for (const send of Object.values(targets)) {
    await send('Profiler.enable')
    await send('Profiler.setSamplingInterval', { interval: intervalMicroseconds })
    await send('Profiler.start')
  }
  await work()
  for (const [name, send] of Object.entries(targets)) {
    const { profile: cpu } = await send('Profiler.stop')
    await writeFile(join(folder, `${name}.cpuprofile`), JSON.stringify(cpu))
    console.log(`\n${name}: own time`)
    for (const { share, where } of hottest(cpu)) console.log(`${percent(share).padStart(8)}  ${where}`)
  }
}

const percent = share => `${(share * 100).toFixed(1)} %`

const summaryOf = ({ perSecond, p50, p99 }) =>
  `${Math.round(perSecond)} writes a second, p50 ${p50?.toFixed(2)} ms, p99 ${p99?.toFixed(2)} ms`

/** How to send a command of the protocol. @typedef {(method: string, params?: object) => Promise<any>} Send */

/** @returns {Promise<Send>} */
async function pageTarget(context, page) {
  const session = await context.newCDPSession(page)
  return (method, params) => session.send(method, params)
}

/** Of the page's one worker. Messages to it are wrapped in messages to its page. @returns {Promise<Send>} */
async function workerTarget(context, page) {
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
  return (method, params) => {
    const id = nextId++
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    const message = JSON.stringify({ id, method, params })
    return session.send('Target.sendMessageToTarget', { sessionId, message }).then(() => answer)
  }
}

async function evaluate(send, expression) {
  const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true })
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

/** The CPU time of each process of the browser from now on, as shares of one core. */
async function processTimes(context) {
  const session = await context.browser()?.newBrowserCDPSession()
  if (!session) return { since: async () => [] }
  const times = async () => (await session.send('SystemInfo.getProcessInfo')).processInfo
  const before = new Map((await times()).map(({ id, cpuTime }) => [id, cpuTime]))
  const began = performance.now()
  return {
    async since() {
      const seconds = (performance.now() - began) / 1_000
      return (await times())
        .map(({ id, type, cpuTime }) => ({ type, share: (cpuTime - (before.get(id) ?? 0)) / seconds }))
        .filter(({ share }) => share > 0.02)
        .sort((a, b) => b.share - a.share)
        .map(({ type, share }) => `process ${type}: ${percent(share)} of a core`)
    },
  }
}

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

// The signaling server with thousands of sockets: how soon all have found each other, what it holds, how fast it relays, and how
// soon all are back after it was stopped, or killed, under load.
import { execFileSync, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onStop, within } from '../lib/stop.mjs'
import { startServer } from '../signaling/server.mjs'

export const rooms = 1_000
export const roomSize = 5
const processes = 2
/** Signals a second of all clients together. */
export const loadPerSecond = 2_000
const loadMs = 5_000
const waitMs = 120_000

const script = fileURLToPath(new URL('../signaling/clients.mjs', import.meta.url))
const relayScript = fileURLToPath(new URL('../signaling/relay.mjs', import.meta.url))
const now = () => performance.timeOrigin + performance.now()
const sockets = rooms * roomSize

/** Why it cannot be measured here, or null. */
export function tooFewFiles() {
  const max = String(execFileSync('sh', ['-c', 'ulimit -Hn'])).trim()
  const wanted = sockets + 500
  return max === 'unlimited' || Number(max) >= wanted ? null : `ulimit -n is ${max}, and ${wanted} are needed`
}

/** One round. @param {import('../lib/figures.mjs').Figures} figures */
export async function measureSignaling(figures) {
  const add = (name, unit, value) => figures.add('signaling', name, unit, value)
  let server = await startServer(0, sockets)
  const idle = await server.memory()
  const began = now()
  const groups = Array.from({ length: processes }, (_, index) => startClients(server.url, index))
  add('all joined', 'ms', (await allComplete(groups)) - began)
  add('memory idle', 'B', idle)
  add('memory of a socket', 'B', ((await server.memory()) - idle) / sockets)

  for (const group of groups) group.send({ type: 'load', perSecond: loadPerSecond / processes })
  await new Promise(resolve => setTimeout(resolve, loadMs))
  const latencies = (await Promise.all(groups.map(latenciesOf))).flat().sort((a, b) => a - b)
  add('relayed', '/s', latencies.length / (loadMs / 1_000))
  add('relay p50', 'ms', latencies[Math.floor(latencies.length * 0.5)])
  add('relay p99', 'ms', latencies[Math.floor(latencies.length * 0.99)])

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const complete = allComplete(groups)
    const stopped = now()
    await server.end(signal)
    add(`gone ${signal}`, 'ms', now() - stopped)
    server = await startServer(server.port, sockets)
    const started = now()
    const back = await complete
    add(`back ${signal}`, 'ms', back - stopped)
    add(`back after start ${signal}`, 'ms', back - started)
  }
  for (const group of groups) group.kill()
  await server.end('SIGKILL')
  await measureRelay(add)
}

/** Two clients that bring each other bytes, as fast as the server can: without its rates. */
async function measureRelay(add) {
  const rates = ['BytesPerSecondMax', 'BytesBurstMax', 'MessagesPerSecondMax', 'MessagesBurstMax']
  const server = await startServer(
    0,
    10,
    rates.map(name => `relay${name}=2000000000`),
  )
  const child = fork(relayScript, [server.url])
  onStop('relay clients', () => child.kill())
  const { ms, bytesPerSecond } = await within(waitMs, 'the relay', told(child, 'relay'))
  const sorted = ms.sort((a, b) => a - b)
  add('bytes p50', 'ms', sorted[Math.floor(sorted.length * 0.5)])
  add('bytes p99', 'ms', sorted[Math.floor(sorted.length * 0.99)])
  add('bytes', 'B/s', bytesPerSecond)
  await server.end('SIGKILL')
}

function startClients(url, index) {
  const share = rooms / processes
  const child = fork(script, [url, index * share, share, roomSize].map(String))
  onStop('signaling clients', () => child.kill())
  return child
}

/** When the last client has seen all others of its room, from now on. */
async function allComplete(groups) {
  const times = groups.map(async group => (await told(group, 'complete')).atMs)
  return Math.max(...(await within(waitMs, 'all clients in their rooms', Promise.all(times))))
}

async function latenciesOf(group) {
  const answer = told(group, 'latencies')
  group.send({ type: 'latencies' })
  return (await answer).ms
}

/** The next message of this type. */
function told(group, type) {
  return new Promise((resolve, reject) => {
    const heard = message => {
      if (message.type !== type) return
      group.off('message', heard)
      group.off('exit', ended)
      resolve(message)
    }
    const ended = code => reject(new Error(`signaling clients ended with ${code}`))
    group.on('message', heard)
    group.once('exit', ended)
  })
}

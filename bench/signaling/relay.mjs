// A process with two signaling clients of one room, that bring each other bytes by the relay: how long a small message takes,
// and how many bytes a second go through with as much on the way as a relayed connection lets be. Tells both and ends.
import { createRequire } from 'node:module'
import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { webSocketSignaling } from '@peerkeeper/webrtc'

// The same ws that the server uses.
const require = createRequire(import.meta.resolve('@peerkeeper/webrtc/server'))
const { WebSocket } = require('ws')

const [url] = process.argv.slice(2)
const smallBytes = 150
const smallCount = 2_000
const smallEveryMs = 2
const largeBytes = 16 * 1_024
const windowBytes = 128 * 1_024
const throughputMs = 3_000

const heard = { a: () => {}, b: () => {} }
const [a, b] = await Promise.all([join('a', 'b'), join('b', 'a')])

function join(instance, other) {
  const signaling = webSocketSignaling({ url, room: 'relay', openSocket: at => new WebSocket(at) })
  return new Promise(resolve =>
    signaling.join({ node: nodeId(instance), ensemble: ensembleId('bench'), instance }, event => {
      if (event.type === 'peer') resolve(bytes => signaling.relay.send(other, bytes))
      if (event.type === 'relayed') heard[instance](event.bytes)
    }),
  )
}

/** Milliseconds from client to client, of each message. */
async function latencies() {
  const sentAt = []
  const took = []
  await new Promise(resolve => {
    heard.b = () => {
      took.push(performance.now() - sentAt[took.length])
      if (took.length === smallCount) resolve()
    }
    const timer = setInterval(() => {
      sentAt.push(performance.now())
      a(new Uint8Array(smallBytes))
      if (sentAt.length === smallCount) clearInterval(timer)
    }, smallEveryMs)
  })
  return took
}

/** Bytes a second, while the receiver says what it has. */
async function throughput() {
  let onTheWay = 0
  let arrived = 0
  const began = performance.now()
  heard.b = bytes => {
    arrived += bytes.length
    b(Uint8Array.of(1))
  }
  return new Promise(resolve => {
    const fill = () => {
      const passed = performance.now() - began
      if (passed > throughputMs) return resolve(arrived / (passed / 1_000))
      for (; onTheWay < windowBytes; onTheWay += largeBytes) a(new Uint8Array(largeBytes))
    }
    heard.a = () => {
      onTheWay -= largeBytes
      fill()
    }
    fill()
  })
}

const ms = await latencies()
process.send({ type: 'relay', ms, bytesPerSecond: await throughput() })
process.disconnect()
process.exit()

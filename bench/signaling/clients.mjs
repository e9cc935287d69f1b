// A process full of signaling clients: rooms of equal size, all members of a room in here, so that one clock times a signal.
// Driven by its parent: {type: 'load', perSecond} and {type: 'rest'}, {type: 'latencies'}; tells {type: 'complete', atMs} each
// time when all have seen all others of their rooms, and {type: 'latencies', ms}.
import { createRequire } from 'node:module'
import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { webSocketSignaling } from '@peerkeeper/webrtc'

// The same ws that the server uses.
const require = createRequire(import.meta.resolve('@peerkeeper/webrtc/server'))
const { WebSocket } = require('ws')

const [url, firstRoom, rooms, size] = process.argv.slice(2)
const others = Number(size) - 1
/** About what an ICE candidate takes. */
const filler = 'x'.repeat(400)
const tickMs = 10

/** Milliseconds on a clock that all processes of this machine share. */
const now = () => performance.timeOrigin + performance.now()

let complete = 0
let latencies = []
const clients = []
for (let room = Number(firstRoom); room < Number(firstRoom) + Number(rooms); room++)
  for (let seat = 0; seat < Number(size); seat++) clients.push(join(`room-${room}`, `r${room}s${seat}`))

function join(room, instance) {
  const seen = new Set()
  const signaling = webSocketSignaling({ url, room, openSocket: at => new WebSocket(at) })
  signaling.join({ node: nodeId(instance), ensemble: ensembleId('bench'), instance }, event => {
    switch (event.type) {
      case 'peer':
        if (seen.has(event.peer.instance)) return
        seen.add(event.peer.instance)
        if (seen.size === others) sawAll()
        return
      case 'left':
        if (seen.delete(event.instance) && seen.size === others - 1) complete--
        return
      case 'signal':
        latencies.push(now() - Number(event.data.split(' ', 1)[0]))
    }
  })
  return { seen, signaling }
}

function sawAll() {
  complete++
  if (complete === clients.length) process.send({ type: 'complete', atMs: now() })
}

let load
let next = 0

/** Each tick some clients send one signal to one of their room. */
function tick(count) {
  for (let sent = 0; sent < count; sent++) {
    next = (next + 1) % clients.length
    const { seen, signaling } = clients[next]
    const [to] = seen
    if (to !== undefined) signaling.send(to, `${now()} ${filler}`)
  }
}

process.on('message', message => {
  switch (message.type) {
    case 'load':
      clearInterval(load)
      load = setInterval(() => tick((message.perSecond * tickMs) / 1_000), tickMs)
      return
    case 'rest':
      clearInterval(load)
      return
    case 'latencies':
      process.send({ type: 'latencies', ms: latencies })
      latencies = []
  }
})

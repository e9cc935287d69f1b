// One measurement of the tree in a process of its own: prints a JSON object. node --expose-gc measure.mjs WHAT SIZE
import { createCodec } from '../../packages/core/dist/host/codec.js'
import { encodeCommand, stampCommand } from '../../packages/core/dist/logic/state/command.js'
import { createMachine } from '../../packages/core/dist/logic/state/machine.js'
import { createWatchTable } from '../../packages/core/dist/logic/watch/watch-table.js'

const dataBytes = 100
/** Children of one znode, in the tree that is measured by its size. */
const breadth = 1_000
/** Znodes of a tree before the one that counts: enough that all code is compiled. */
const warmUpSize = 30_000
const session = 1

const measures = { state, map, children, snapshot, watches }

const codec = createCodec()
const [what, size] = process.argv.slice(2)
console.log(JSON.stringify(measures[what](Number(size))))

/** Memory that is in use, buffers included. */
function memory() {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes of the commands that make `size` znodes, then set each of them: made beforehand, a part at a time. */
function* commands(size) {
  const data = new Uint8Array(dataBytes).fill(7)
  let xid = 0
  const request = operation => {
    xid++
    const command = { type: 'request', session, xid, acknowledged: xid - 1, operation }
    return stampCommand(1_700_000_000_000 + xid, encodeCommand(codec, command))
  }
  const create = path => request({ type: 'create', path, data, mode: 'persistent' })
  for (let index = 0; index < size; index++) {
    const parent = `/p${Math.floor(index / breadth)}`
    if (index % breadth === 0) yield ['create', parent, create(parent)]
    const path = `${parent}/n${index % breadth}`
    yield ['create', path, create(path)]
  }
  for (let index = 0; index < size; index++) {
    const path = `/p${Math.floor(index / breadth)}/n${index % breadth}`
    yield ['set', path, request({ type: 'set', path, data, version: -1 })]
  }
}

/** Gives all commands to `take`; returns how many of each kind it took in a second. */
function rates(size, take) {
  const spent = { create: 0n, set: 0n }
  const taken = { create: 0, set: 0 }
  let part = []
  const flush = () => {
    for (const kind of ['create', 'set']) {
      const some = part.filter(each => each[0] === kind)
      const began = process.hrtime.bigint()
      for (const [, path, bytes] of some) take(path, bytes)
      spent[kind] += process.hrtime.bigint() - began
      taken[kind] += some.length
    }
    part = []
  }
  for (const command of commands(size)) {
    part.push(command)
    if (part.length === 10_000) flush()
  }
  flush()
  const perSecond = kind => taken[kind] / (Number(spent[kind]) / 1e9)
  return { createsPerSecond: perSecond('create'), setsPerSecond: perSecond('set') }
}

function machineWithSession() {
  const machine = createMachine(codec)
  const open = { type: 'openSession', token: 'bench', timeoutMs: 10_000 }
  machine.apply(1, stampCommand(1_700_000_000_000, encodeCommand(codec, open)))
  return machine
}

/** The state applies commands as they come out of the log. */
function state(size) {
  const warm = machineWithSession()
  let warmZxid = 1
  rates(warmUpSize, (_path, bytes) => warm.apply(++warmZxid, bytes))
  const before = memory()
  const machine = machineWithSession()
  let zxid = 1
  const figures = rates(size, (_path, bytes) => machine.apply(++zxid, bytes))
  return { ...figures, bytesPerZnode: (memory() - before) / machine.size }
}

/** A Map from path to data is fed the same bytes: it decodes them as the state does, and keeps a copy of the data. */
function map(size) {
  const warm = new Map()
  rates(warmUpSize, (path, bytes) => warm.set(path, new Uint8Array(codec.decode(bytes.subarray(8))[5])))
  const before = memory()
  const znodes = new Map()
  const figures = rates(size, (path, bytes) => {
    const command = codec.decode(bytes.subarray(8))
    znodes.set(path, new Uint8Array(command[5]))
  })
  return { ...figures, bytesPerZnode: (memory() - before) / znodes.size }
}

/** Lists the children of a znode that has `size` of them. */
function children(size) {
  const machine = machineWithSession()
  let [zxid, xid] = [1, 0]
  const create = path => {
    xid++
    const operation = { type: 'create', path, data: new Uint8Array(0), mode: 'persistent' }
    const command = { type: 'request', session, xid, acknowledged: xid - 1, operation }
    machine.apply(++zxid, stampCommand(1, encodeCommand(codec, command)))
  }
  create('/wide')
  for (let index = 0; index < size; index++) create(`/wide/${(index * 7_919) % size}`)
  const query = () => machine.query({ type: 'children', path: '/wide' }, session)
  const first = timed(query)
  const again = Array.from({ length: 5 }, () => timed(query)).sort((a, b) => a - b)
  create('/wide/another')
  return { firstMs: first, againMs: again[2], afterAChangeMs: timed(query) }
}

/** Encodes the whole state, and puts it back elsewhere. */
function snapshot(size) {
  const machine = machineWithSession()
  let zxid = 1
  for (const [kind, , bytes] of commands(size)) if (kind === 'create') machine.apply(++zxid, bytes)
  let bytes = null
  const snapshotMs = timed(() => {
    bytes = machine.snapshot()
  })
  const other = createMachine(codec)
  let restored = null
  const restoreMs = timed(() => {
    restored = other.restore(bytes)
  })
  if (!restored.ok || other.digest() !== machine.digest()) throw new Error('the restored state differs')
  return { snapshotMs, restoreMs, megabytes: bytes.length / 1e6 }
}

/** What firing a change costs with `size` watches elsewhere in the tree. */
function watches(size) {
  const table = createWatchTable()
  for (let index = 0; index < size; index++)
    table.add({
      session: 1 + (index % 50),
      watch: index + 1,
      kind: index % 2 === 0 ? 'data' : 'persistentRecursive',
      path: `/elsewhere/n${index}`,
    })
  const changes = Array.from({ length: 100_000 }, (_, index) => [
    { type: 'dataChanged', path: `/here/n${index % 100}`, zxid: index + 1 },
  ])
  for (const change of changes) table.fire(change, () => true)
  const ms = timed(() => {
    for (const change of changes) table.fire(change, () => true)
  })
  return { nanosecondsPerWrite: (ms * 1e6) / changes.length, watches: table.size }
}

function timed(work) {
  const began = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - began) / 1e6
}

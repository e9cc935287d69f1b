// A ZooKeeper ensemble with three clients, one at each server, as a side to be measured.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onStop, within } from '../lib/stop.mjs'
import { Ensemble } from '../zookeeper/ensemble.mjs'

const program = fileURLToPath(new URL('../zookeeper/client.mjs', import.meta.url))
const connectMs = 20_000
/** Over every measurement's own length. */
const slackMs = 30_000

/** @implements {import('../lib/measure.mjs').Side} */
export class ZooKeeperSide {
  name = 'zookeeper'
  /** Its `sync` asks no quorum. */
  readsFresh = false
  #ensemble = new Ensemble()
  /** @type {Map<string, Client>} By the address of their server. */
  #clients = new Map()

  async open() {
    await this.#ensemble.start()
    const addresses = await this.#ensemble.addresses()
    for (const address of addresses) this.#clients.set(address, await startClient(address))
    await this.#clients.get(addresses[0])?.prepare()
  }

  async clients() {
    const [leader, ...followers] = (await this.#ensemble.addresses()).map(address =>
      this.#clients.get(address),
    )
    return { leader, followers }
  }

  killLeader() {
    return this.#ensemble.killLeader()
  }

  restore() {
    return this.#ensemble.startMissing()
  }
}

async function startClient(address) {
  const child = fork(program, [address])
  onStop('a ZooKeeper client', async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  })
  const client = new Client(child)
  await within(connectMs, `a ZooKeeper client of ${address}`, client.connected)
  return client
}

/** @implements {import('../lib/measure.mjs').Client} */
class Client {
  #child
  #nextId = 1
  /** @type {Map<number, { resolve(result: unknown): void, reject(error: Error): void }>} */
  #waiting = new Map()
  /** Resolves when the client has its session. */
  connected

  constructor(child) {
    this.#child = child
    this.connected = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }))
    child.on('message', ({ id, result, error }) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(`a ZooKeeper client: ${error}`))
    })
    child.on('exit', code => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`a ZooKeeper client ended with ${code}`))
    })
  }

  prepare() {
    return this.#ask('prepare', null, connectMs)
  }

  measure(operation, options) {
    return this.#ask('measure', { operation, options }, options.ms + slackMs)
  }

  startWriting() {
    return this.#ask('startWriting', null, connectMs)
  }

  stopWriting() {
    return this.#ask('stopWriting', null, slackMs)
  }

  #ask(method, asked, ms) {
    const id = this.#nextId++
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#child.send({ id, method, asked })
    return within(ms, `a ZooKeeper client: ${method}`, answer)
  }
}

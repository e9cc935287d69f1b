// One ZooKeeper client in a process of its own, as each tab is one: told over the process's channel what to measure.
// argv[2] is the address of its server.
import zookeeper from 'node-zookeeper-client'
import { load } from '../shared/load.mjs'
import { writeSteadily } from '../shared/steady-writer.mjs'
import { dataBytes, rootPath, znodeCount, znodePath } from '../shared/tree.mjs'

/** The client's default of a second between two attempts would be the failover time. */
const client = zookeeper.createClient(process.argv[2], { sessionTimeout: 30_000, spinDelay: 20 })
const data = Buffer.alloc(dataBytes, 'x')

/** @type {(call: (callback: (error: unknown, answer: unknown) => void) => void) => Promise<unknown>} */
const promised = call =>
  new Promise((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer))))

const set = path => promised(done => client.setData(path, data, -1, done))

const operations = {
  'set-one': () => set(znodePath(0)),
  'set-many': index => set(znodePath(index)),
  get: index => promised(done => client.getData(znodePath(index), done)),
}

/** @type {ReturnType<typeof writeSteadily> | null} */
let writer = null

const methods = {
  async prepare() {
    await create(rootPath)
    await Promise.all(Array.from({ length: znodeCount }, (_, index) => create(znodePath(index))))
  },
  measure: ({ operation, options }) => load(operations[operation], options),
  async startWriting() {
    writer = writeSteadily(() => set(znodePath(0)))
  },
  stopWriting: () => writer?.stop(),
}

const create = path => promised(done => client.create(path, data, done))

process.on('message', async ({ id, method, asked }) => {
  try {
    process.send?.({ id, result: await methods[method](asked) })
  } catch (error) {
    process.send?.({ id, error: String(error) })
  }
})
process.on('disconnect', () => process.exit())
client.once('connected', () => process.send?.({ id: 0, result: null }))
client.connect()

// Three ZooKeeper servers as Debian packages them, on free ports of this machine, with their defaults: every
// transaction is forced to disk before it is acknowledged.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../lib/browser.mjs'
import { onStop, until } from '../lib/stop.mjs'

const jar = '/usr/share/java/zookeeper.jar'
const serverCount = 3
const startMs = 30_000
const host = '127.0.0.1'

/** Why ZooKeeper cannot be measured here, with what to do; null where it can. */
export function missing() {
  if (process.platform !== 'linux' || !existsSync(jar))
    return 'ZooKeeper is not installed: `apt-get install zookeeper`'
  return existsSync('/usr/bin/java') ? null : 'Java is not installed: `apt-get install default-jre-headless`'
}

/** As the package names its file; null where there is none. */
export function version() {
  if (!existsSync(jar)) return null
  const versions = readdirSync(dirname(jar)).map(name => /^zookeeper-([\d.]+)\.jar$/.exec(name)?.[1])
  return versions.find(each => each !== undefined) ?? 'unknown'
}

export class Ensemble {
  /** @type {{ folder: string, clientPort: number, process: import('node:child_process').ChildProcess | null }[]} */
  #servers = []

  async start() {
    const folder = await temporaryFolder('zookeeper')
    const ports = await freePorts(serverCount * 3)
    const peers = Array.from({ length: serverCount }, (_, index) => {
      const [quorumPort, electionPort] = ports.slice(serverCount + 2 * index)
      return `server.${index + 1}=${host}:${quorumPort}:${electionPort}`
    })
    for (let index = 0; index < serverCount; index++) {
      const serverFolder = join(folder, String(index + 1))
      await configure(serverFolder, index + 1, ports[index], peers)
      this.#servers.push({ folder: serverFolder, clientPort: ports[index], process: null })
    }
    await this.startMissing()
  }

  /** `host:port` of each server, the leader's first. */
  async addresses() {
    const modes = await this.#waitForModes()
    const leader = modes.indexOf('leader')
    const order = [leader, ...modes.keys()].filter((each, index, all) => all.indexOf(each) === index)
    return order.map(index => `${host}:${this.#servers[index].clientPort}`)
  }

  async killLeader() {
    const modes = await this.#waitForModes()
    const server = this.#servers[modes.indexOf('leader')]
    const dead = kill(server.process)
    server.process = null
    await dead
  }

  /** Starts the servers that do not run; resolves when all serve. */
  async startMissing() {
    for (const server of this.#servers) server.process ??= await startServer(server.folder)
    await this.#waitForModes()
  }

  #waitForModes() {
    return until(startMs, 'a ZooKeeper ensemble', async () => {
      const modes = await Promise.all(this.#servers.map(({ clientPort }) => modeOf(clientPort)))
      const leaders = modes.filter(mode => mode === 'leader').length
      const followers = modes.filter(mode => mode === 'follower').length
      return leaders === 1 && followers === serverCount - 1 ? modes : null
    })
  }
}

async function configure(folder, id, clientPort, peers) {
  await mkdir(join(folder, 'data'), { recursive: true })
  const config = [
    'tickTime=2000',
    'initLimit=10',
    'syncLimit=5',
    `dataDir=${join(folder, 'data')}`,
    `clientPort=${clientPort}`,
    `clientPortAddress=${host}`,
    'admin.enableServer=false',
    ...peers,
  ]
  const logging = [
    'log4j.rootLogger=WARN, CONSOLE',
    'log4j.appender.CONSOLE=org.apache.log4j.ConsoleAppender',
    'log4j.appender.CONSOLE.layout=org.apache.log4j.SimpleLayout',
  ]
  await writeFile(join(folder, 'data', 'myid'), `${id}\n`)
  await writeFile(join(folder, 'zoo.cfg'), `${config.join('\n')}\n`)
  await writeFile(join(folder, 'log4j.properties'), `${logging.join('\n')}\n`)
}

async function startServer(folder) {
  const log = await open(join(folder, 'log.txt'), 'a')
  const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'
  const server = spawn('java', ['-Xmx512m', '-cp', `${folder}:${jar}`, main, join(folder, 'zoo.cfg')], {
    stdio: ['ignore', log.fd, log.fd],
  })
  onStop('a ZooKeeper server', () => kill(server))
  server.on('error', error => console.error(`java: ${error.message}`))
  await log.close()
  return server
}

async function kill(server) {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill('SIGKILL')
  await gone
}

/** What the server says that it is: leader, follower, or nothing yet. */
async function modeOf(port) {
  const socket = connect(port, host)
  socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')))
  let answer = ''
  socket.on('data', chunk => {
    answer += chunk
  })
  await once(socket, 'connect')
  socket.write('srvr')
  await once(socket, 'close')
  return /^Mode: (\w+)$/m.exec(answer)?.[1] ?? null
}

/** Different ones, free a moment ago. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = []
  for (const server of servers) {
    server.listen(0, host)
    await once(server, 'listening')
    ports.push(server.address().port)
  }
  for (const server of servers) server.close()
  return ports
}

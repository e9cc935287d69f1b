// Serves the demo, and the signaling server beside it under the same address: npm run preview, or `--dev` to work on it.
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startSignalingServer } from '@peerkeeper/webrtc/server'
import basicSsl from '@vitejs/plugin-basic-ssl'
import { createLogger, createServer, preview } from 'vite'

const usage = `Usage: node serve.mjs [--port 4173] [--host 127.0.0.1] [--https] [--signal-port 0] [--data FILE] [--dev]

  --port         where to listen; the next free one when it is taken
  --host         the address to listen on; 0.0.0.0 lets other devices in
  --https        with a certificate of its own making: browsers need https from other devices
  --signal-port  where the signaling server listens on this machine; 0 takes any free port
  --data         keep in this file which ensemble each room has; without it, in memory, and members tell it again
                 when the server starts anew
  --dev          serve the sources, not what was built
`

const signalPath = '/signaling'

const options = readOptions()
const signaling = await startSignalingServer({
  port: Number(options['signal-port']),
  ...(options.data === undefined ? {} : { dataFile: options.data }),
})
const server = await serve()
const pages = addresses()
tell()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4173' },
        host: { type: 'string', default: '127.0.0.1' },
        https: { type: 'boolean', default: false },
        'signal-port': { type: 'string', default: '0' },
        data: { type: 'string' },
        dev: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(usage)
      process.exit(0)
    }
    if ([values.port, values['signal-port']].every(port => /^\d{1,5}$/.test(port) && port <= 65_535))
      return values
  } catch {}
  process.stderr.write(usage)
  process.exit(2)
}

async function serve() {
  const serving = {
    port: Number(options.port),
    host: options.host,
    // A certificate of its own making is for whatever name the machine is called by.
    allowedHosts: options.host === '127.0.0.1' ? [] : true,
    proxy: { [signalPath]: { target: signaling.url, ws: true } },
  }
  const config = {
    root: dirname(fileURLToPath(import.meta.url)),
    customLogger: quietLogger(),
    plugins: [tellPage(), ...(options.https ? [basicSsl()] : [])],
    server: serving,
    preview: serving,
  }
  if (!options.dev) return preview(config)
  const dev = await createServer(config)
  await dev.listen()
  return dev
}

/** Tabs that are closed cut their connections: that is nothing to tell. */
function quietLogger() {
  const logger = createLogger(options.dev ? 'info' : 'error')
  const error = logger.error
  logger.error = (text, more) => {
    if (!/ws proxy.*ECONNRESET/s.test(text)) error(text, more)
  }
  return logger
}

/** Answers the page's question for signaling. */
function tellPage() {
  const use = ({ middlewares }) => {
    middlewares.use('/signal.json', (_, response) => {
      response.setHeader('content-type', 'application/json')
      response.setHeader('cache-control', 'no-store')
      response.end(JSON.stringify({ signal: signalPath, pages: pages.abroad }))
    })
  }
  return { name: 'peerkeeper:signal', configureServer: use, configurePreviewServer: use }
}

/** What to open on this machine, and on others. */
function addresses() {
  const { port } = server.httpServer.address()
  const at = host => `${options.https ? 'https' : 'http'}://${host}:${port}/`
  const isOpen = options.host === '0.0.0.0' || options.host === '::'
  const others = Object.values(networkInterfaces())
    .flat()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => at(address))
  return { here: at(isOpen ? '127.0.0.1' : options.host), abroad: isOpen && options.https ? others : [] }
}

function tell() {
  const lines = [`Peerkeeper's demo: ${pages.here}`]
  for (const address of pages.abroad) lines.push(`on other devices:  ${address}`)
  if (options.host !== '127.0.0.1' && !options.https)
    lines.push('Other devices need --https: browsers keep what it takes from pages that are not secure.')
  lines.push(
    'Open it in three tabs of one browser. Others, and other devices, come in by the page’s “Invite a device”.',
    'Stop with Ctrl+C.',
  )
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Ends in order, but within seconds whatever still holds a connection; asked again, at once. */
async function stop() {
  setTimeout(() => process.exit(0), 3_000)
  server.httpServer.closeAllConnections?.()
  await Promise.allSettled([server.close(), signaling.close()])
  process.exit(0)
}

#!/usr/bin/env node
/** `peerkeeper-signaling [--port 4700] [--host 127.0.0.1]`: runs the server until SIGINT or SIGTERM. Wiring only. */
import { parseArgs } from 'node:util'
import { type SignalingServerOptions, startSignalingServer } from './server.ts'

const usage = `Usage: peerkeeper-signaling [--port 4700] [--host 127.0.0.1]

  --port   where to listen; 0 takes any free port
  --host   the address to listen on; 0.0.0.0 lets other machines in
`

type Arguments =
  | { readonly type: 'run'; readonly port: number; readonly host: string }
  | { readonly type: 'help' | 'mistake' }

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4700' },
        host: { type: 'string', default: '127.0.0.1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) return { type: 'help' }
    const port = Number(values.port)
    if (!/^\d+$/.test(values.port) || port > 65_535) return { type: 'mistake' }
    return { type: 'run', port, host: values.host }
  } catch {
    return { type: 'mistake' }
  }
}

async function run(options: SignalingServerOptions): Promise<void> {
  try {
    const server = await startSignalingServer(options)
    process.stdout.write(`Signaling on ${server.url}\n`)
    const stop = () => void server.close()
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  } catch (error) {
    process.stderr.write(`Cannot listen: ${error}\n`)
    process.exitCode = 1
  }
}

const args = readArguments()
switch (args.type) {
  case 'run':
    await run(args)
    break
  case 'help':
    process.stdout.write(usage)
    break
  case 'mistake':
    process.stderr.write(usage)
    process.exitCode = 2
}

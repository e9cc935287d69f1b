/** `peerkeeper-signaling`: runs the server until SIGINT or SIGTERM. Wiring only; `--help` tells the rest. */
import { readArguments, usage } from './arguments.ts'
import { type SignalingServerOptions, startSignalingServer } from './server.ts'

async function run(options: SignalingServerOptions): Promise<void> {
  try {
    const server = await startSignalingServer(options)
    process.stdout.write(`Signaling on ${server.url}\n`)
    if (options.dataFile === undefined)
      process.stderr.write(
        'Foundings are kept in memory and end with this process; --data FILE keeps them.\n',
      )
    let isStopping = false
    const stop = () => {
      if (isStopping) process.exit(1)
      isStopping = true
      void server.close()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  } catch (error) {
    process.stderr.write(`Cannot start: ${error}\n`)
    process.exitCode = 1
  }
}

const args = readArguments(process.argv.slice(2), process.env)
switch (args.type) {
  case 'run':
    await run(args.options)
    break
  case 'help':
    process.stdout.write(usage)
    break
  case 'mistake':
    process.stderr.write(`${args.what}\n\n${usage}`)
    process.exitCode = 2
}

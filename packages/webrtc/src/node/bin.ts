/** `peerkeeper-member`: a member of an ensemble, until SIGINT or SIGTERM. Wiring only; `--help` tells the rest. */
import { createServer } from 'node:http'
import { type Arguments, type Health, readArguments, usage } from './arguments.ts'
import { type Member, startMember } from './member.ts'
import { describe, troubleOf } from './report.ts'

/** How often it is looked whether there is something new to say. */
const lookMs = 500

const say = (text: string) => process.stdout.write(`${text}\n`)

async function run({ options, health, leaves }: Extract<Arguments, { type: 'run' }>): Promise<void> {
  let member: Member
  try {
    member = await startMember({
      ...options,
      onForeign: ensemble => say(`Somebody in this room takes part in another ensemble, ${ensemble}`),
      onStatus: status =>
        say(
          status.type === 'online'
            ? 'Signaling is reached'
            : `Signaling is lost (${status.code} ${status.reason})`,
        ),
    })
  } catch (error) {
    process.stderr.write(`Cannot start: ${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
  say(`Member ${member.node} of ensemble ${member.ensemble}`)
  if (health !== undefined) serveHealth(member, health)
  let said = ''
  setInterval(() => {
    const now = describe(member.status())
    if (now !== said) say(now)
    said = now
  }, lookMs)
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(1)
    isStopping = true
    void member.close(leaves ? 'leave' : 'stop')
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const { code, message } = await member.stopped
  if (code !== 'Closed') process.stderr.write(`Stopped (${code}): ${message}\n`)
  await member.close('stop')
  process.exit(code === 'Closed' ? 0 : 1)
}

function serveHealth(member: Member, { host, port }: Health): void {
  const server = createServer((request, response) => {
    const trouble = troubleOf(member.status())
    const isAsked = request.url?.split('?')[0] === '/health'
    response.writeHead(isAsked ? (trouble === undefined ? 200 : 503) : 404, { connection: 'close' })
    response.end(isAsked ? `${trouble ?? 'ok'}\n` : undefined)
  })
  server.on('error', error => {
    process.stderr.write(`Cannot answer at --health: ${error.message}\n`)
    process.exit(1)
  })
  server.listen({ host, port }, () => {
    const address = server.address()
    if (address !== null && typeof address === 'object')
      say(`Health at http://${host}:${address.port}/health`)
  })
}

const args = readArguments(process.argv.slice(2), process.env)
switch (args.type) {
  case 'run':
    await run(args)
    break
  case 'help':
    process.stdout.write(usage)
    break
  case 'mistake':
    process.stderr.write(`${args.what}\n\n${usage}`)
    process.exitCode = 2
}

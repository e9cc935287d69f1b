// Starts a Firefox inside a network namespace and makes the port on which it is driven reachable from outside, under the same
// number: through the host's agent. Stands in for Firefox where Playwright starts it.
//     node start-firefox.mjs NAMESPACE SOCKET PROGRAM [arguments of Firefox]
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

const [namespace, socketPath, program, ...args] = process.argv.slice(2)
const firefox = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
  stdio: ['ignore', 'inherit', 'pipe'],
})
firefox.on('exit', code => process.exit(code ?? 1))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => firefox.kill(signal))

createInterface(firefox.stderr).on('line', line => {
  const port = /WebDriver BiDi listening on ws:\/\/[^:]+:(\d+)/.exec(line)?.[1]
  if (port === undefined) return console.error(line)
  const server = createServer(outside => {
    const inside = connect(socketPath)
    inside.write(`${port}\n`)
    inside.on('error', () => outside.destroy())
    outside.on('error', () => inside.destroy())
    outside.pipe(inside).pipe(outside)
  })
  server.on('error', error => {
    console.error(String(error))
    firefox.kill()
  })
  server.listen(Number(port), '127.0.0.1', () => console.error(line))
})

// The signaling server as its users run it: a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onStop } from '../lib/stop.mjs'

const bin = fileURLToPath(new URL('bin.js', import.meta.resolve('@peerkeeper/webrtc/server')))

/** Starts a server that lets `sockets` in from this machine. @param {number} port 0: any @param {string[]} more further limits */
export async function startServer(port, sockets, more = []) {
  const limits = [`socketsPerAddressMax=${sockets}`, ...more].flatMap(limit => ['--limit', limit])
  const child = spawn(process.execPath, [bin, '--port', String(port), ...limits], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onStop('the signaling server', () => child.kill('SIGKILL'))
  const [line] = await once(child.stdout, 'data')
  const url = String(line).replace('Signaling on ', '').trim()
  return {
    url,
    port: Number(new URL(url).port),
    /** @param {NodeJS.Signals} signal */
    async end(signal) {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
    /** Its resident memory, in bytes. */
    async memory() {
      const text = await (await fetch(`${url.replace('ws', 'http')}/metrics`)).text()
      return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])
    },
  }
}

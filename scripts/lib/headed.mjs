// A Chromium with windows that nobody looks at: on an Xvfb display, with a profile on disk, started as a person starts it. A tab
// behind another is hidden in it, and may be frozen; Playwright makes every tab of a browser that it starts look visible.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Both start in a second. */
const startMs = 20_000

/** They end in a fraction of a second. */
const endMs = 5_000

/** The descriptor at which Xvfb tells its display. */
const tellsAt = 3

/** Starts `program` on a display number that it finds free. Rejects when it has not told it in time, or ended before. */
export async function openDisplay(program) {
  const server = spawn(
    program,
    ['-displayfd', String(tellsAt), '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  try {
    const [number] = await told(server, server.stdio[tellsAt], /^(\d+)\n/)
    return { name: `:${number}`, close: () => end(server) }
  } catch (error) {
    await end(server)
    throw error
  }
}

/** Starts `program`, which is a Chromium, on `display`. Rejects when it cannot be driven in time, or ended before. */
export async function startHeaded({ program, args, display }) {
  const folder = await mkdtemp(join(tmpdir(), 'peerkeeper-headed-'))
  const browser = spawn(
    program,
    [
      ...args,
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      '--no-default-browser-check',
      '--password-store=basic',
      'about:blank',
    ],
    { env: { ...process.env, DISPLAY: display.name }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const close = async () => {
    await end(browser)
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  try {
    const [endpoint] = await told(browser, browser.stderr, /DevTools listening on (ws:\S+)/)
    return { endpoint, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The groups of `pattern` in what `child` says on `stream`. What it says afterwards is let go by. */
async function told(child, stream, pattern) {
  const over = new AbortController()
  const late = setTimeout(() => over.abort(new Error(`${child.spawnfile} did not start in time`)), startMs)
  child.once('error', error => over.abort(error))
  child.once('exit', code => over.abort(new Error(`${child.spawnfile} ended with ${code}`)))
  stream.setEncoding('utf8')
  let text = ''
  try {
    for (;;) {
      const found = pattern.exec(text)
      if (found !== null) return found.slice(1)
      const [chunk] = await once(stream, 'data', { signal: over.signal })
      text += chunk
    }
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error
  } finally {
    clearTimeout(late)
    stream.resume()
  }
}

/** Ends a process that was started here, if it runs: in order, and by force where it takes too long. */
async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  const force = setTimeout(() => child.kill('SIGKILL'), endMs)
  await ended
  clearTimeout(force)
}

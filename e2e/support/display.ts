/**
 * A screen that nobody looks at: Xvfb, on a display number that it finds free. `XVFB` names the program, `missing` says that
 * there is none; finding and installing it is scripts/e2e.mjs's business.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { env } from 'node:process'
import type { Readable } from 'node:stream'

export interface Display {
  /** What `DISPLAY` is to say. */
  readonly name: string
  close(): Promise<void>
}

/** It starts in a fraction of a second. */
const startMs = 10_000

const program = env['XVFB'] || 'Xvfb'

export const isDisplayMissing = (): boolean => program === 'missing'

/** Starts a display. Rejects when it has not told its number in time, or ended before. */
export async function openDisplay(): Promise<Display> {
  const tellsAt = 3
  const server = spawn(
    program,
    ['-displayfd', String(tellsAt), '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const ended = once(server, 'exit')
  const close = async () => {
    server.kill()
    await ended
  }
  const told = firstLine(server.stdio[tellsAt] as Readable, AbortSignal.timeout(startMs))
  const over = ended.then(() => Promise.reject(new Error(`${program} ended before it told its display`)))
  over.catch(() => undefined)
  try {
    return { name: `:${await Promise.race([told, over])}`, close }
  } catch (error) {
    if (server.exitCode === null && server.pid !== undefined) await close()
    throw error
  }
}

async function firstLine(stream: Readable, signal: AbortSignal): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  while (!text.includes('\n')) {
    const [chunk]: string[] = await once(stream, 'data', { signal })
    text += chunk
  }
  return text.trim()
}

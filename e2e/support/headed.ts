/**
 * Chromium with windows, on a display of its own and with a profile on disk, started as a person starts it. A tab behind
 * another is hidden in it, and may be frozen; Playwright makes every tab of a browser that it starts look visible.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import type { Readable } from 'node:stream'
import { type BrowserContext, chromium } from '@playwright/test'
import { launchOptions } from './browsers.ts'
import type { Display } from './display.ts'

export interface HeadedBrowser {
  /** The profile; its pages are the tabs of one window. */
  readonly context: BrowserContext
  /** Ends the browser and deletes the profile. */
  close(): Promise<void>
}

/** It starts in a second. */
const startMs = 20_000

export async function startHeaded(display: Display): Promise<HeadedBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'peerkeeper-headed-'))
  const { executablePath, args = [] } = launchOptions('chromium')
  const process = spawn(
    executablePath ?? chromium.executablePath(),
    [
      ...args,
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      '--no-default-browser-check',
      '--password-store=basic',
      'about:blank',
    ],
    { env: { ...env, DISPLAY: display.name }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const end = async () => {
    if (process.exitCode === null && process.signalCode === null && process.pid !== undefined) {
      const ended = once(process, 'exit')
      process.kill('SIGKILL')
      await ended
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  try {
    const endpoint = await debuggerOf(process, process.stderr, AbortSignal.timeout(startMs))
    // Without its defaults Playwright leaves alone what is visible and what has the focus.
    const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true, timeout: startMs })
    const [context] = browser.contexts()
    if (context === undefined) throw new Error('the browser has no profile')
    return {
      context,
      close: async () => {
        await browser.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Where the browser says that it is to be driven. What else it has to say is let go by. */
async function debuggerOf(process: ChildProcess, stream: Readable, signal: AbortSignal): Promise<string> {
  const over = new AbortController()
  process.once('exit', code => over.abort(new Error(`the browser ended with ${code}`)))
  stream.setEncoding('utf8')
  let text = ''
  for (;;) {
    const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
    if (found !== undefined) {
      stream.resume()
      return found
    }
    const [chunk]: string[] = await once(stream, 'data', { signal: AbortSignal.any([signal, over.signal]) })
    text += chunk
  }
}

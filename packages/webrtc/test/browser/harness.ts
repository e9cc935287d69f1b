/** Builds and serves the probe page, launches browsers. Knows nothing of what is tested. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, firefox, type Page } from '@playwright/test'
import { build } from 'vite'
import type { ProbeOptions } from './page.ts'

const { CHROMIUM = '/usr/bin/chromium', FIREFOX = '/usr/bin/firefox-esr' } = env

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Serves the page on a free port of this machine. */
export async function servePage(): Promise<{ url: string; close(): void }> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: here('./page.ts'), formats: ['es'] } },
    resolve: {
      alias: { '@peerkeeper/core/transport': here('../../../core/src/host/transport/index.ts') },
    },
  })
  const chunks = Array.isArray(output) ? output.flatMap(each => each.output) : []
  const chunk = chunks.find(each => each.type === 'chunk')
  if (chunk?.type !== 'chunk') throw new Error('the probe page was not built')
  const html = '<!doctype html><title>probe</title><script type="module" src="/page.js"></script>'
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? chunk.code : html)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export const launchFirefox = (): Promise<Browser> =>
  firefox.launch({
    channel: 'moz-firefox',
    executablePath: FIREFOX,
    firefoxUserPrefs: {
      // A clock of 20 microseconds, not of one millisecond, to measure by.
      'privacy.reduceTimerPrecision': false,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  })

/** Loads the page (again) and starts its transport. */
export async function startProbe(page: Page, url: string, options: ProbeOptions): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => 'start' in window)
  await page.evaluate(each => window.start(each), options)
}

/**
 * Browsers inside the network namespaces of hosts, driven from outside: Chromium over its pipe, Firefox over a port that is
 * brought outside. On each host a small agent serves the lab page, on localhost, because only that is a secure context
 * without a certificate.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, firefox } from '@playwright/test'
import { type BrowserName, launchOptions } from '../../support/browsers.ts'
import { labFolder } from '../../support/site.ts'
import { type Running, start } from './commands.ts'
import type { Network } from './network.ts'

const agentProgram = fileURLToPath(new URL('../agent.mjs', import.meta.url))
const firefoxStarter = fileURLToPath(new URL('../start-firefox.mjs', import.meta.url))
const pagePort = 8_000

/** The lab page, the same address on every host. */
export const pageUrl = `http://127.0.0.1:${pagePort}/`

export interface HostBrowsers {
  /**
   * The browser of this kind on `host`, started when it is first asked for. Where `hidesAddresses`, it tells others a random
   * `.local` name in place of its address, as browsers do in real life; there it is another process than where not.
   */
  on(host: string, name: BrowserName, hidesAddresses?: boolean): Promise<Browser>
  close(): Promise<void>
}

export async function createHostBrowsers(network: Network): Promise<HostBrowsers> {
  const folder = await mkdtemp(join(tmpdir(), 'pkn-'))
  const agents = new Map<string, Running>()
  const browsers = new Map<string, Promise<Browser>>()

  const socketOf = (host: string) => join(folder, `${host}.socket`)

  async function agentOn(host: string): Promise<void> {
    if (agents.has(host)) return
    const args = [agentProgram, labFolder, String(pagePort), socketOf(host)]
    agents.set(host, await start(network.namespaceOf(host), process.execPath, args, /^ready$/))
  }

  async function launch(host: string, name: BrowserName, hidesAddresses: boolean): Promise<Browser> {
    await agentOn(host)
    const namespace = network.namespaceOf(host)
    const options = launchOptions(name)
    const program = options.executablePath ?? (name === 'chromium' ? chromium : firefox).executablePath()
    const command =
      name === 'chromium'
        ? `ip netns exec ${namespace} "${program}"`
        : `"${process.execPath}" "${firefoxStarter}" ${namespace} "${socketOf(host)}" "${program}"`
    const executablePath = join(folder, `${name}-${host}`)
    await writeFile(executablePath, `#!/bin/sh\nexec ${command} "$@"\n`)
    await chmod(executablePath, 0o755)
    if (name === 'chromium') {
      const { channel: _, ...others } = options
      const shows = hidesAddresses ? [] : ['--disable-features=WebRtcHideLocalIpsWithMdns']
      return chromium.launch({ ...others, executablePath, args: [...(options.args ?? []), ...shows] })
    }
    const prefs = {
      ...options.firefoxUserPrefs,
      'media.peerconnection.ice.obfuscate_host_addresses': hidesAddresses,
    }
    return firefox.launch({ ...options, channel: 'moz-firefox', executablePath, firefoxUserPrefs: prefs })
  }

  return {
    on(host, name, hidesAddresses = false) {
      const key = `${host} ${name} ${hidesAddresses}`
      const known = browsers.get(key) ?? launch(host, name, hidesAddresses)
      browsers.set(key, known)
      return known
    },
    async close() {
      const started = await Promise.allSettled(browsers.values())
      await Promise.all(started.map(each => (each.status === 'fulfilled' ? each.value.close() : undefined)))
      for (const agent of agents.values()) await agent.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

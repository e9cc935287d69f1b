/** A host whose interface goes, and comes back with another address: a phone that leaves one network for another. */
import type { BrowserName } from '../support/browsers.ts'
import { waitForVoters } from '../support/tab.ts'
import { type HostTab, keepBusy } from './support/ensemble.ts'
import { noteLink, waitForLinks } from './support/links.ts'
import { test } from './support/net-test.ts'

const patient = { sessionTimeoutMs: 40_000, timeoutMs: 90_000 }

/** Firefox keeps a path for long that no longer works; Chromium's paths survive where they are bound to no address. */
for (const browser of ['chromium', 'firefox'] as const satisfies readonly BrowserName[])
  test(`NET-9 a host that comes back with another address goes on within seconds, in ${browser}`, {
    tag: browser === 'firefox' ? ['@firefox', '@long'] : [],
  }, async ({ openOn, network }) => {
    const open = async (host: string, name: BrowserName = 'chromium'): Promise<HostTab> => ({
      ...(await openOn(host, { ...patient, browser: name })),
      host,
    })
    const tabs = [await open('a'), await open('b', browser), await open('c')] as const
    await waitForVoters(tabs)
    const busy = await keepBusy(tabs)
    await waitForLinks(tabs)
    const [stays, moves] = tabs
    const [here, there] = [await noteLink(stays, moves), await noteLink(moves, stays)]
    const at = Date.now()
    await network.move(moves.host)
    await busy.goOn(tabs)
    await waitForLinks(tabs)
    const notes = async (of: () => Promise<readonly string[]>) => (await of()).join(', ') || 'it stood'
    console.log(`   longest pause of its writes: ${busy.pauses([moves], at)}`)
    console.log(
      `   its link: ${await notes(there)}; as the other end saw it: ${await notes(here)}; moved ${at}`,
    )
    await busy.end()
  })

/** A signaling server that means no good: what it changes is refused, and no connection comes of it. */

import { createSecret } from '@peerkeeper/webrtc'
import type { Page } from '@playwright/test'
import { exchange, mintPair, startProbe, upsOf, waitForUps } from '../support/probes.ts'
import { expect, test } from '../support/test.ts'

/** What the server makes of a signal on its way to a page. */
type Change = (data: string) => string

/** Another fingerprint in a session description: that of a connection to the server itself. */
const swapFingerprint: Change = data =>
  data.replace(
    /(fingerprint:sha-256 )([0-9A-F]{2})/g,
    (_, name, first) => name + (first === '00' ? '01' : '00'),
  )

/** Without the secret it sees no fingerprint: it can only change letters. */
const changeLetter: Change = data => data.slice(0, 40) + (data[40] === 'A' ? 'B' : 'A') + data.slice(41)

/** All signals to `page` come by `change`, until it is null. */
async function meddle(page: Page, url: string, server: { change: Change | null }): Promise<void> {
  await page.routeWebSocket(
    each => each.href.startsWith(url),
    socket => {
      const real = socket.connectToServer()
      real.onMessage(message => {
        const parsed: unknown = typeof message === 'string' ? JSON.parse(message) : null
        const { type, data } = Object(parsed) as { readonly type?: unknown; readonly data?: unknown }
        if (server.change === null || type !== 'signal' || typeof data !== 'string')
          return socket.send(message)
        socket.send(JSON.stringify({ ...Object(parsed), data: server.change(data) }))
      })
    },
  )
}

const refusedBy = (page: Page) => page.evaluate(() => window.lab.probe?.refused())

for (const [title, change, reason, isSecret] of [
  ['another fingerprint into descriptions', swapFingerprint, 'badSignature', false],
  ['another letter into sealed signals', changeLetter, 'unsealed', true],
] as const)
  test(`SEC-15 a signaling server that puts ${title} connects nobody, and is found out`, async ({
    openPage,
    room,
    signaling: { url },
  }) => {
    const server: { change: Change | null } = { change }
    const [a, b] = [await openPage(), await openPage()] as const
    await Promise.all([a, b].map(page => meddle(page, url, server)))
    const [one, two] = await mintPair()
    const how = { ensemble: 'e', room, signaling: url, ...(isSecret ? { secret: createSecret() } : {}) }
    await startProbe(a, { ...how, identity: one })
    await startProbe(b, { ...how, identity: two })
    await expect.poll(async () => (await refusedBy(b))?.[reason]).toBeGreaterThan(0)
    expect([await upsOf(a), await upsOf(b)]).toEqual([[], []])
    // An honest server from now on: the next attempt succeeds.
    server.change = null
    await Promise.all([waitForUps(a, 1), waitForUps(b, 1)])
    await exchange(a, b, one.node, two.node)
  })

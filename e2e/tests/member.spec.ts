/** A member in Node beside tabs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMember } from '@peerkeeper/webrtc/node'
import { pathsOf } from '../support/rtc-switch.ts'
import { read, statusOf, type Tab, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-96 a member in Node votes with tabs, keeps the tree when the last has left, and a new device finds it and writes', async ({
  browser,
  open,
  room,
  signaling,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerkeeper-e2e-'))
  const options = { room, signaling: signaling.url, arbiter: true }
  const a = await open(options)
  await a.keeper.evaluate((keeper, data) => keeper.create('/kept', data), 'by the tab')
  const member = await startMember({ url: signaling.url, room, folder })
  try {
    expect(member.ensemble).toBe(a.ensemble)
    const b = await open({ ...options, context: await browser.newContext() })
    await expect
      .poll(async () => [...(await statusOf(a)).membership.voters].sort(), { timeout: 30_000 })
      .toEqual([a.node, b.node, member.node].sort())
    expect(await pathsOf(a.page)).toEqual(expect.arrayContaining(['webrtc', 'relay']))
    await b.keeper.evaluate(keeper => keeper.set('/kept', 'by three'))
    await waitForData([a, b], '/kept', 'by three')

    for (const tab of [a, b]) await leave(tab)
    await expect.poll(() => member.status().membership.voters, { timeout: 30_000 }).toEqual([member.node])
    const here = await member.connect()
    expect(new TextDecoder().decode((await here.get('/kept')).data)).toBe('by three')

    const c = await open({ ...options, context: await browser.newContext() })
    expect(c.ensemble).toBe(a.ensemble)
    expect(await read(c, '/kept', 'linearizable')).toBe('by three')
    await c.keeper.evaluate(keeper => keeper.set('/kept', 'by a new device'))
    await expect
      .poll(async () => new TextDecoder().decode((await here.get('/kept')).data))
      .toBe('by a new device')
    expect(await pathsOf(c.page)).toEqual(['relay'])
  } finally {
    await member.close('stop')
    rmSync(folder, { recursive: true, force: true })
  }
})

async function leave(tab: Tab): Promise<void> {
  await tab.keeper.evaluate(keeper => keeper.close())
  await tab.page.close()
}

/** The packages as they are published, in an app of their own outside of this workspace, as Vite serves and as it builds it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { startSignalingServer } from '@peerkeeper/webrtc/server'
import { expect, type Page, test } from '@playwright/test'
import { linkApp, makeApp, serveApp } from '../../scripts/lib/newcomer.mjs'
import { launch } from '../support/browsers.ts'

let folder = ''

test.describe.configure({ mode: 'serial', timeout: 180_000 })
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peerkeeper-newcomer-'))
  await (env['NEWCOMER'] === 'npm' ? makeApp(folder) : linkApp(folder))
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

for (const how of ['dev', 'build'] as const)
  test(`PACK-3 the seats example, on the packed packages in an app of its own (${how}): four tabs of two devices want a seat, one has it`, async ({
    browser,
    browserName,
  }) => {
    const name = browserName === 'firefox' ? 'firefox' : 'chromium'
    const signaling = await startSignalingServer()
    const app = await serveApp(folder, how, signaling.url)
    const one = await browser.newContext()
    const other = await launch(name)
    const said: string[] = []
    try {
      const devices = [one, await other.newContext()]
      const pages: Page[] = []
      for (const device of [...devices, ...devices]) {
        const page = await device.newPage()
        page.on('pageerror', error => said.push(error.message))
        await page.goto(app.url)
        await expect(page.locator('body.open'), said.join('; ')).toBeAttached({ timeout: 30_000 })
        pages.push(page)
      }
      for (const seat of ['seat-12', 'seat-13']) {
        const buttons = pages.map(page => page.locator(`#${seat}`))
        await Promise.all(buttons.map(button => button.click()))
        for (const button of buttons) await expect(button).toContainText(': ')
        const told = await Promise.all(buttons.map(button => button.textContent()))
        expect(told.filter(each => each?.endsWith(': yours')).length, told.join('; ')).toBe(1)
        const others = new Set(told.filter(each => !each?.endsWith(': yours')))
        expect([...others]).toEqual([expect.stringMatching(/: taken by visitor \d+$/)])
      }
      expect(said).toEqual([])
    } finally {
      await one.close()
      await other.close()
      await app.close()
      await signaling.close()
    }
  })

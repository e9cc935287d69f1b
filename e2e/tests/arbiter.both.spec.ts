/** The signaling server's word on who founds, asked for by pages of Chromium and Firefox at the same moment. */
import type { EnsembleId } from '@peerkeeper/core/transport'
import { type Browser, test as base } from '@playwright/test'
import { launch } from '../support/browsers.ts'
import { expect, test } from '../support/test.ts'

const rooms = 20

let firefox: Browser

base.beforeAll(async () => {
  firefox = await launch('firefox')
})
base.afterAll(() => firefox.close())

test('SRV-13 SIG-13 pages of both browsers that found rooms at the same moment are told the same ensembles', async ({
  openPage,
  room,
  signaling: { url },
}) => {
  const context = await firefox.newContext()
  const inFirefox = { context, browser: 'firefox' } as const
  const pages = await Promise.all([openPage(), openPage(), openPage(inFirefox), openPage(inFirefox)])
  const told = await Promise.all(
    pages.map((page, index) =>
      page.evaluate(
        ([at, named, count, self]) => {
          const found = (number: number) =>
            window.lab
              .webSocketArbiter({ url: at, room: `${named} ${number}` })
              .found(`of-${self}` as EnsembleId, AbortSignal.timeout(30_000))
          return Promise.all(Array.from({ length: count }, (_, number) => found(number)))
        },
        [url, room, rooms, index] as const,
      ),
    ),
  )
  for (const each of told) expect(each).toEqual(told[0])
  expect(told[0]?.every(each => /^of-[0-3]$/.test(each))).toBe(true)
  expect(told[0]).toHaveLength(rooms)
  await context.close()
})

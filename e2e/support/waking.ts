/**
 * Two probes, of which the one that dials fails at it until it waits long for its next attempt. Then whatever was in the way is
 * gone, which nobody tells it: it dials when that wait is over, or when a sign of the browser makes it look.
 */
import { expect, type Page } from '@playwright/test'
import { mintPair, startProbe, waitForUps } from './probes.ts'

/** From the failure on that comes so late the dialer waits for 16 seconds, less what chance takes off. */
const failuresLong = 7
const waitMs = 16_000

interface Failing {
  /** Attempts fail as soon as they begin. */
  fails: boolean
  /** What the page's dice show: 0 the shortest waits, almost 1 the longest. */
  dice: number
  readonly open: Set<RTCPeerConnection>
  /** When the events came that the test is about, in ms since 1970. */
  readonly signs: { readonly type: string; readonly at: number }[]
}

declare global {
  interface Window {
    failing: Failing
  }
}

export interface Waiting {
  /** Who dials, and waits. */
  readonly dialer: Page
  readonly other: Page
  /** When it would dial by itself, in ms since 1970. */
  readonly dueAt: number
}

/** Resolves when the dialer has begun its long wait, and nothing is in the way any more. */
export async function waitingToDial(
  [dialer, other]: readonly [Page, Page],
  room: string,
  channels: 'page' | 'worker',
): Promise<Waiting> {
  const [one, two] = await mintPair()
  for (const page of [dialer, other]) await makeFail(page)
  await startProbe(dialer, { identity: one, ensemble: 'e', room, channels })
  await startProbe(other, { identity: two, ensemble: 'e', room, channels })
  const failed = (times: number) =>
    dialer.waitForFunction(
      enough => {
        const isEnough = (window.lab.probe?.links()[0]?.failures ?? 0) >= enough
        return isEnough && performance.timeOrigin + performance.now()
      },
      times,
      { polling: 50 },
    )
  await failed(failuresLong - 1)
  await dialer.evaluate(() => {
    window.failing.dice = 0.999
  })
  const failedAt = Number(await (await failed(failuresLong)).jsonValue())
  for (const page of [dialer, other])
    await page.evaluate(() => {
      window.failing.fails = false
    })
  expect(await dialer.evaluate(() => window.lab.probe?.ups.length)).toBe(0)
  return { dialer, other, dueAt: failedAt + waitMs * 0.99 }
}

/** Waits for the link, and checks that it did not wait for its time. */
export async function expectDialedAt(sign: string, { dialer, other, dueAt }: Waiting): Promise<void> {
  await Promise.all([waitForUps(dialer, 1), waitForUps(other, 1)])
  const seen = await dialer.evaluate(() => ({
    signs: window.failing.signs,
    upAt: window.lab.probe?.ups[0]?.at ?? 0,
  }))
  const woke = seen.signs.filter(({ type }) => type === sign).at(-1)
  expect(woke, `the page heard of ${sign}`).toBeDefined()
  const wokeAt = woke?.at ?? 0
  console.log(
    `${sign}: up after ${(seen.upAt - wokeAt).toFixed(0)} ms, where ${(dueAt - wokeAt).toFixed(0)} were left to wait`,
  )
  expect(seen.upAt).toBeGreaterThan(wokeAt)
  expect(seen.upAt).toBeLessThan(dueAt)
}

/** Ends what connections a page has, as its browser does when it gives them up. */
export const breakConnections = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const connection of window.failing.open) connection.close()
    window.failing.open.clear()
  })

/** Before the page makes any connection. */
const makeFail = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const Original = window.RTCPeerConnection
    const failing: Failing = { fails: true, dice: 0, open: new Set(), signs: [] }
    window.failing = failing
    Math.random = () => failing.dice
    window.RTCPeerConnection = class extends Original {
      constructor(config?: RTCConfiguration) {
        if (failing.fails) throw new Error('no connection for now')
        super(config)
        failing.open.add(this)
      }
    }
    const note = (type: string) =>
      failing.signs.push({ type, at: performance.timeOrigin + performance.now() })
    for (const type of ['online', 'offline']) addEventListener(type, () => note(type))
    document.addEventListener('visibilitychange', () => note(document.visibilityState))
    document.addEventListener('resume', () => note('resume'))
  })

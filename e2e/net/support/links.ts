/** What a tab's transport says of its links. */
import { expect } from '@playwright/test'
import type { Tab } from '../../support/tab.ts'

export interface LinkView {
  readonly peer: string
  readonly state: string
  readonly path: string | undefined
  readonly reasonCode: string | undefined
  readonly lastReason: string | undefined
}

export const linksOf = ({ page }: Pick<Tab, 'page'>): Promise<readonly LinkView[]> =>
  page.evaluate(() =>
    (window.lab.transport?.links() ?? []).map(({ peer, state, path, reasonCode, lastReason }) => ({
      peer,
      state,
      path,
      reasonCode,
      lastReason,
    })),
  )

/** Waits until each of `tabs` has a link that stands to each other one. */
export const waitForLinks = (tabs: readonly Tab[]): Promise<void> =>
  expect
    .poll(async () => {
      const all = await Promise.all(tabs.map(linksOf))
      return all.map(links => links.filter(({ state }) => state === 'up').length)
    })
    .toEqual(tabs.map(() => tabs.length - 1))

/** Waits until each of `tabs` has a link to each other one, and all go this way. */
export const waitForPath = (tabs: readonly Tab[], path: 'webrtc' | 'relay'): Promise<void> =>
  expect
    .poll(async () => (await Promise.all(tabs.map(linksOf))).map(links => links.map(each => each.path)), {
      timeout: 90_000,
    })
    .toEqual(tabs.map(() => Array.from({ length: tabs.length - 1 }, () => path)))

/**
 * Has the page of `tab` note, by its own look every 20 ms, when its link to `peer` goes down and comes up from now on. Resolves
 * with what tells of it: `up 1712345678901`, times in milliseconds since 1970.
 */
export async function noteLink(tab: Tab, peer: Tab): Promise<() => Promise<readonly string[]>> {
  const notes = await tab.page.evaluateHandle(node => {
    const seen: string[] = []
    let last = 'up'
    setInterval(() => {
      const link = window.lab.transport?.links().find(each => each.peer === node)
      const state = link?.state === 'up' ? 'up' : 'down'
      if (state !== last) seen.push(`${state} ${Date.now()}${state === 'down' ? ` ${link?.reasonCode}` : ''}`)
      last = state
    }, 20)
    return seen
  }, peer.node)
  return () => notes.jsonValue()
}

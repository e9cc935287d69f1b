/** Rules of KeeperProvider and useKeeper. */
import { type Keeper, KeeperError, text } from '@peerkeeper/core'
import { createElement, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { KeeperProvider, type OpenKeeper, useKeeper, useZnode } from '../../src/index.ts'
import { open } from '../page.ts'
import { begin, first, probe } from '../world.ts'

/** Hands out these, one each time, and remembers who gave up. */
function opener(...keepers: readonly Keeper[]) {
  const given: AbortSignal[] = []
  const openNext: OpenKeeper = signal => {
    given.push(signal)
    const keeper = keepers[given.length - 1]
    if (keeper === undefined) return Promise.reject(new KeeperError('OpenFailed', 'no more keepers'))
    return Promise.resolve(keeper)
  }
  return { open: openNext, given }
}

describe('the provider', () => {
  test('REACT-8 opens a keeper while it is mounted, one under StrictMode, too, and closes it', async () => {
    const { world, keepers } = await begin(20)
    const own = first(keepers)
    const { open: openNext, given } = opener(own)
    const shown = probe(() => useKeeper())
    const provider = createElement(KeeperProvider, { open: openNext }, shown.element)
    const page = open(createElement(StrictMode, null, provider))
    expect(shown.last).toMatchObject({ state: 'connecting', keeper: null })
    await world.advance(50)
    expect(shown.last).toMatchObject({ state: 'connected', keeper: own, error: null })
    expect(given.length).toBe(1)
    page.unmount()
    await world.advance(3_000)
    expect([own.state, given.map(({ aborted }) => aborted)]).toEqual(['closed', [true]])
  })

  test('REACT-8 unmounted before it is open it gives up opening, and closes what is opened all the same', async () => {
    const { world, keepers } = await begin(21)
    const own = first(keepers)
    let deliver: (keeper: Keeper) => void = () => undefined
    let asked: AbortSignal | null = null
    const late: OpenKeeper = signal => {
      asked = signal
      return new Promise(resolve => {
        deliver = resolve
      })
    }
    const page = open(createElement(KeeperProvider, { open: late }))
    expect(asked).toMatchObject({ aborted: false })
    page.unmount()
    await Promise.resolve()
    expect(asked).toMatchObject({ aborted: true })
    deliver(own)
    await world.advance(3_000)
    expect(own.state).toBe('closed')
  })

  test('REACT-8 a provider that was given a keeper, and opens one from then on, opens it by what it has now', async () => {
    const { world, keepers } = await begin(24)
    const [given, opened] = [first(keepers), first(keepers, 1)]
    const shown = probe(() => useKeeper())
    const page = open(createElement(KeeperProvider, { keeper: given }, shown.element))
    expect(shown.last.keeper).toBe(given)
    const { open: openNext } = opener(opened)
    page.render(createElement(KeeperProvider, { open: openNext }, shown.element))
    await world.advance(50)
    expect(shown.last).toMatchObject({ state: 'connected', keeper: opened })
    page.unmount()
    await world.advance(3_000)
    expect([given.state, opened.state]).toEqual(['connected', 'closed'])
  })

  test('REACT-9 an opening that fails and a session that is over are told, and reopen begins a new session for all below', async () => {
    const { world, keepers } = await begin(22)
    const [one, two] = [first(keepers), first(keepers, 1)]
    await world.until(one.create('/title', 'one'))
    await world.until(two.sync())
    const { open: openNext, given } = opener(one, two)
    const shown = probe(() => useKeeper())
    const title = probe(() => useZnode('/title', text))
    const page = open(createElement(KeeperProvider, { open: openNext }, shown.element, title.element))
    await world.advance(100)
    expect(title.last).toMatchObject({ data: 'one', isLive: true })
    await world.expire(one)
    await world.advance(10)
    expect([shown.last.state, title.last.isLive]).toEqual(['expired', false])
    shown.last.reopen()
    await world.advance(100)
    expect(shown.last).toMatchObject({ state: 'connected', keeper: two })
    expect(title.last).toMatchObject({ data: 'one', isLive: true })
    expect(one.state).toBe('closed')
    shown.last.reopen()
    await world.advance(100)
    expect(shown.last).toMatchObject({ state: 'failed', keeper: null })
    expect(shown.last.error?.code).toBe('OpenFailed')
    expect([title.last.status, given.length]).toEqual(['loading', 3])
    page.unmount()
  })

  test('REACT-10 a keeper that the app gives is left open', async () => {
    const { world, keepers } = await begin(23)
    const own = first(keepers)
    const shown = probe(() => useKeeper())
    const page = open(createElement(KeeperProvider, { keeper: own }, shown.element))
    expect(shown.last).toMatchObject({ state: 'connected', keeper: own })
    shown.last.reopen()
    page.unmount()
    await world.advance(3_000)
    expect(own.state).toBe('connected')
  })

  test('REACT-10 without a provider the hooks say so', () => {
    const shown = probe(() => useKeeper())
    expect(() => renderToString(shown.element)).toThrow('there is no <KeeperProvider> above this component')
  })
})

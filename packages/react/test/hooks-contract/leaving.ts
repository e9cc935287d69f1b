/** Rules of what components share, and of what they leave behind. */
import { text } from '@peerkeeper/core'
import { createElement, StrictMode, Suspense } from 'react'
import { expect, test } from 'vitest'
import { useChildren, useLeader, useLock, usePresence, useZnode } from '../../src/index.ts'
import { liveTreeOf } from '../../src/live-tree.ts'
import { open } from '../page.ts'
import { begin, first, isWatched, probe, within } from '../world.ts'

const children = (
  path: string,
  world: { peek(path: string): { readonly children: readonly string[] } | null },
) => world.peek(path)?.children ?? []

test('REACT-11 components that look at one znode share its watch; who comes later shows at once what the others show; the last to go takes the watch along', async () => {
  const { world, keepers } = await begin(30)
  const own = first(keepers)
  await world.until(own.create('/title', 'one'))
  const [one, two, names] = [
    probe(() => useZnode('/title', text)),
    probe(() => useZnode('/title', text)),
    probe(() => useChildren('/title')),
  ]
  const page = open(within(own, one.element))
  await world.advance(100)
  page.render(within(own, one.element, two.element, names.element))
  expect(two.seen.map(({ data }) => data)).toEqual(['one'])
  await world.advance(100)
  expect(names.last).toMatchObject({ status: 'present', children: [] })
  expect(liveTreeOf(own).size).toBe(1)
  page.render(within(own, null, two.element))
  await world.until(own.set('/title', 'two'))
  await world.advance(100)
  expect([two.last.data, one.last.data]).toEqual(['two', 'one'])
  page.unmount()
  await world.advance(100)
  expect(liveTreeOf(own).size).toBe(0)
  expect(await world.until(isWatched(own, '/title'))).toBe(false)
})

test('REACT-12 mounted twice, as under StrictMode, each hook does what it does once, and unmounted it leaves nothing behind', async () => {
  const { world, keepers } = await begin(31)
  const [own, other] = [first(keepers), first(keepers, 1)]
  await world.until(own.create('/title', 'one'))
  const all = probe(() => {
    useChildren('/')
    useLeader('/leader')
    useLock('/lock')
    usePresence('/here', text, 'me')
    return useZnode('/title', text)
  })
  for (let round = 0; round < 3; round++) {
    const page = open(createElement(StrictMode, null, within(own, all.element)))
    await world.advance(500)
    expect(all.last.data).toBe('one')
    expect(liveTreeOf(own).size).toBe(2)
    for (const path of ['/leader', '/lock', '/here']) expect(children(path, world), path).toHaveLength(1)
    page.unmount()
    await world.advance(500)
    expect(liveTreeOf(own).size).toBe(0)
    for (const path of ['/leader', '/lock', '/here']) expect(children(path, world), path).toHaveLength(0)
    for (const path of ['/', '/title', '/leader', '/lock', '/here'])
      expect(await world.until(isWatched(own, path)), path).toBe(false)
  }
  // Gone before anything was answered.
  open(createElement(StrictMode, null, within(other, all.element))).unmount()
  await world.advance(500)
  for (const path of ['/leader', '/lock', '/here']) expect(children(path, world), path).toHaveLength(0)
  expect(await world.until(isWatched(other, '/title'))).toBe(false)
})

test('REACT-12 what is rendered and never shown, as behind a Suspense that waits, begins nothing', async () => {
  const { world, keepers } = await begin(33)
  const own = first(keepers)
  const never = new Promise<never>(() => undefined)
  const rendered = probe(() => {
    useChildren('/')
    useLeader('/leader')
    useLock('/lock')
    usePresence('/here', text, 'me')
    useZnode('/title', text)
  })
  const suspended = probe(() => {
    if (rendered.seen.length >= 0) throw never
  })
  const page = open(
    within(own, createElement(Suspense, { fallback: 'waits' }, rendered.element, suspended.element)),
  )
  await world.advance(500)
  expect([rendered.seen.length > 0, page.text, liveTreeOf(own).size]).toEqual([true, 'waits', 0])
  for (const path of ['/leader', '/lock', '/here']) expect(children(path, world), path).toHaveLength(0)
  page.unmount()
})

test('REACT-12 unmounted while no quorum is in reach, waiting or holding, it leaves nothing behind when there is one', async () => {
  const { world, keepers } = await begin(34)
  const [own, other] = [first(keepers), first(keepers, 1)]
  const paths = ['/leader', '/lock', '/here']
  const all = probe(() => {
    useLeader('/leader')
    useLock('/lock')
    usePresence('/here', text, 'me')
    useZnode('/title', text)
  })
  const late = probe(() => useLock('/late'))
  const waits = probe(() => useLock('/lock'))
  const page = open(within(own, all.element))
  const otherPage = open(within(other, waits.element))
  await world.advance(500)
  world.partition([0], [1, 2])
  await world.advance(4_000)
  page.render(within(own, all.element, late.element))
  await world.advance(100)
  page.unmount()
  otherPage.unmount()
  await world.advance(100)
  world.heal()
  await world.advance(5_000)
  expect(own.state).toBe('connected')
  for (const path of [...paths, '/late']) expect(children(path, world), path).toEqual([])
  for (const path of [...paths, '/title']) expect(await world.until(isWatched(own, path)), path).toBe(false)
})

test('REACT-13 a watch that the app removes is set again for the components that look there', async () => {
  const { world, keepers } = await begin(32)
  const own = first(keepers)
  await world.until(own.create('/title', 'one'))
  const shown = probe(() => useZnode('/title', text))
  const page = open(within(own, shown.element))
  await world.advance(100)
  await world.until(own.removeWatches('/title'))
  await world.until(own.set('/title', 'two'))
  await world.advance(100)
  expect(shown.last.data).toBe('two')
  page.unmount()
})

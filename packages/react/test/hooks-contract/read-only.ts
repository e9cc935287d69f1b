/** Rules of what is shown without a session, where the app asked for that (`canBeReadOnly`). */
import { type Keeper, text } from '@peerkeeper/core'
import { createElement, Fragment } from 'react'
import { expect, test } from 'vitest'
import { useChildren, useKeeper, useLeader, useLock, usePresence, useZnode } from '../../src/index.ts'
import { liveTreeOf } from '../../src/live-tree.ts'
import { open } from '../page.ts'
import { begin, first, isWatched, probe, within } from '../world.ts'

/** A page beside one that has written something, whose keeper has no session yet, for the others are out of reach. */
async function beginCutOff(seed: number) {
  const { world, keepers } = await begin(seed)
  const before = first(keepers)
  await world.until(before.create('/title', 'one'))
  await world.until(before.create('/list'))
  await world.until(before.create('/list/a'))
  await world.until(before.sync())
  world.partition([0], [1, 2])
  await world.advance(4_000)
  const own = await world.until(world.connect(0, { canBeReadOnly: true }))
  return { world, own, other: first(keepers, 1) }
}

test('REACT-24 without a session components show what the replica holds, as not live, and say so; with one they are live and follow', async () => {
  const { world, own, other } = await beginCutOff(70)
  const keeper = probe(() => useKeeper())
  const title = probe(() => useZnode('/title', text))
  const none = probe(() => useZnode('/none', text))
  const list = probe(() => useChildren('/list'))
  const page = open(within(own, keeper.element, title.element, none.element, list.element))
  await world.advance(100)
  expect(keeper.last).toMatchObject({ state: 'readOnly', keeper: own, error: null })
  expect(keeper.last.missing?.missing.length).toBeGreaterThan(0)
  expect(title.last).toMatchObject({ status: 'present', data: 'one', isLive: false, error: null })
  expect(none.last).toMatchObject({ status: 'absent', isLive: false })
  expect(list.last).toMatchObject({ status: 'present', children: ['a'], isLive: false })
  await world.until(other.set('/title', 'two'))
  await world.until(other.create('/list/b'))
  world.heal()
  await world.advance(5_000)
  expect(keeper.last).toMatchObject({ state: 'connected', missing: null })
  expect(title.last).toMatchObject({ data: 'two', isLive: true })
  expect(none.last).toMatchObject({ status: 'absent', isLive: true })
  expect(list.last).toMatchObject({ children: ['a', 'b'], isLive: true })
  await world.until(other.set('/title', 'three'))
  await world.advance(500)
  expect(title.last.data).toBe('three')
  expect(title.seen.map(({ data }) => data ?? '-').join(' ')).toMatch(/^(- )+(one )+(two )+three$/)
  page.unmount()
})

test('REACT-24 who begins to look before the keeper is read-only sees the same then; a path that is none fails alone', async () => {
  const { world, keepers } = await begin(71)
  const before = first(keepers)
  await world.until(before.create('/title', 'one'))
  world.partition([0], [1, 2])
  await world.advance(4_000)
  const opening = world.connect(0, { canBeReadOnly: true, waitFor: 'replica' })
  const own = await world.until(opening)
  expect(own.state).toBe('connecting')
  const title = probe(() => useZnode('/title', text))
  const nowhere = probe(() => useZnode('nowhere'))
  const late = probe(() => useChildren('also nowhere'))
  const page = open(within(own, title.element, nowhere.element))
  await world.advance(100)
  expect(title.last.status).toBe('loading')
  await world.advance(4_000)
  expect(own.state).toBe('readOnly')
  const beside = probe(() => useChildren('/'))
  page.render(within(own, title.element, nowhere.element, late.element, beside.element))
  await world.advance(100)
  expect(title.last).toMatchObject({ status: 'present', data: 'one', isLive: false })
  for (const { last } of [nowhere, late])
    expect(last).toMatchObject({ status: 'failed', error: { code: 'BadArguments' } })
  expect(beside.last).toMatchObject({ status: 'present', children: ['title', 'zookeeper'], isLive: false })
  page.unmount()
})

test('REACT-25 without a session nobody leads, holds or is a member, which is told, and does so with one; unmounted before it leaves nothing', async () => {
  const { world, own, other } = await beginCutOff(72)
  const leader = probe(() => useLeader('/leader'))
  const lock = probe(() => useLock('/lock'))
  const here = probe(() => usePresence('/here', text, 'me'))
  const gone = probe(() => {
    useZnode('/gone')
    useLeader('/gone/leader')
    useLock('/gone/lock')
    usePresence('/gone/here', text, 'me')
  })
  const all = (keeper: Keeper, withGone: boolean) =>
    within(
      keeper,
      createElement(Fragment, null, leader.element, lock.element, here.element),
      withGone ? gone.element : null,
    )
  const page = open(all(own, true))
  await world.advance(100)
  expect([leader.last.status, lock.last.status]).toEqual(['suspended', 'suspended'])
  expect(here.last).toMatchObject({ status: 'loading', isLive: false, me: { status: 'joining' } })
  page.render(all(own, false))
  await world.advance(100)
  world.heal()
  await world.advance(5_000)
  expect([leader.last.status, lock.last.status, here.last.me.status]).toEqual(['leading', 'held', 'joined'])
  expect(here.last.members).toMatchObject([{ isMe: true, data: 'me' }])
  for (const path of ['/gone/leader', '/gone/lock', '/gone/here'])
    expect(world.peek(path)?.children ?? [], path).toEqual([])
  expect(liveTreeOf(own).size).toBe(0)
  expect(await world.until(isWatched(own, '/gone'))).toBe(false)
  page.unmount()
  await world.advance(500)
  for (const path of ['/leader', '/lock', '/here']) expect(world.peek(path)?.children, path).toEqual([])
  expect(other.state).toBe('connected')
})

/** Rules of useZnode and useChildren. */
import { json, type Keeper, text } from '@peerkeeper/core'
import { cloneElement } from 'react'
import { describe, expect, test } from 'vitest'
import { useChildren, useKeeper, useZnode } from '../../src/index.ts'
import { open } from '../page.ts'
import { begin, first, probe, within } from '../world.ts'

const code = (wanted: string) => expect.objectContaining({ code: wanted })

describe('znodes', () => {
  test('REACT-1 a component shows its znode: loading, then absent or its value, then each change', async () => {
    const { world, keepers } = await begin(1)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const shown = probe(() => useZnode('/title', text))
    const page = open(within(own, shown.element))
    expect(shown.last).toMatchObject({ status: 'loading', data: undefined, error: null, isLive: false })
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'absent', data: undefined, error: null, isLive: true })
    await world.until(other.create('/title', 'one'))
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'present', data: 'one', isLive: true, stat: { version: 0 } })
    await world.until(other.set('/title', 'two'))
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'present', data: 'two', stat: { version: 1 } })
    await world.until(other.delete('/title'))
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'absent', data: undefined })
    expect(shown.seen.map(({ status }) => status)).toEqual([
      'loading',
      'absent',
      'present',
      'present',
      'absent',
    ])
    page.unmount()
  })

  test('REACT-2 data that are no value, and a path that is none, are failures with their error, until they are mended', async () => {
    const { world, keepers } = await begin(2)
    const own = first(keepers)
    await world.until(own.create('/settings', 'no json'))
    const settings = probe(() => useZnode('/settings', json()))
    const nowhere = probe(() => useZnode('nowhere'))
    const nothing = probe(() => useZnode(null))
    const page = open(within(own, settings.element, nowhere.element, nothing.element))
    await world.advance(500)
    expect(settings.last).toMatchObject({ status: 'failed', data: undefined, error: code('DecodeFailed') })
    expect(settings.last.error?.path).toBe('/settings')
    expect(nowhere.last).toMatchObject({ status: 'failed', error: code('BadArguments') })
    expect(nothing.last.status).toBe('loading')
    // Who looks there later, at something else, hears it, too.
    const late = probe(() => useChildren('nowhere'))
    page.render(within(own, settings.element, nowhere.element, nothing.element, late.element))
    await world.advance(500)
    expect(late.last).toMatchObject({ status: 'failed', error: code('BadArguments') })
    await world.until(own.set('/settings', '{"dark":true}'))
    await world.advance(500)
    expect(settings.last).toMatchObject({ status: 'present', data: { dark: true }, error: null })
    page.unmount()
  })

  test('REACT-3 a component shows the names of the children, sorted, and is rendered anew only when they change', async () => {
    const { world, keepers } = await begin(3)
    const [own, other] = [first(keepers), first(keepers, 1)]
    await world.until(own.create('/list'))
    await world.until(own.create('/list/b'))
    const shown = probe(() => useChildren('/list'))
    const page = open(within(own, shown.element))
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'present', children: ['b'], isLive: true })
    await world.until(other.create('/list/a'))
    await world.advance(500)
    expect(shown.last.children).toEqual(['a', 'b'])
    const rendered = shown.seen.length
    await world.until(other.set('/list', 'new data'))
    await world.until(other.set('/list/a', 'new data'))
    await world.advance(500)
    expect(shown.seen.length).toBe(rendered)
    await world.until(other.delete('/list/a'))
    await world.until(other.delete('/list/b'))
    await world.until(other.delete('/list'))
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'absent', children: [] })
    page.unmount()
  })

  test('REACT-4 components of one page see a transaction whole, in one rendering, whatever they look at', async () => {
    const { world, keepers } = await begin(4)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const paths = ['/a', '/b', '/c'] as const
    for (const path of paths) await world.until(own.create(path, '0'))
    await world.until(own.create('/list'))
    const renderings: string[] = []
    const shown = probe(() => {
      const seen = paths.map(path => useZnode(path, text).data ?? '-')
      renderings.push([...seen, useChildren('/list').children.length].join(' '))
    })
    const page = open(within(own, shown.element))
    await world.advance(500)
    world.weather({ minMs: 1, maxMs: 40 })
    for (let turn = 1; turn <= 20; turn++)
      await world.until(
        other.multi([
          ...paths.map(path => ({ type: 'set', path, data: String(turn) }) as const),
          { type: 'create', path: `/list/${turn}` },
        ]),
      )
    await world.advance(1_000)
    expect(renderings.at(-1)).toBe('20 20 20 20')
    for (const rendering of renderings.slice(renderings.indexOf('0 0 0 0')))
      expect(new Set(rendering.split(' ')).size, rendering).toBe(1)
    page.unmount()
  })

  test('REACT-5 with no quorum what is shown is the last that was known, and not live; it is live again when there is one', async () => {
    const { world, keepers } = await begin(5)
    const [own, other] = [first(keepers), first(keepers, 1)]
    await world.until(own.create('/title', 'one'))
    const shown = probe(() => useZnode('/title', text))
    const keeper = probe(() => useKeeper())
    const page = open(within(own, shown.element, keeper.element))
    await world.advance(500)
    world.partition([0], [1, 2])
    await world.advance(4_000)
    await world.until(other.set('/title', 'two'))
    expect(shown.last).toMatchObject({ status: 'present', data: 'one', isLive: false })
    expect(keeper.last.state).toBe('suspended')
    expect(keeper.last.missing?.missing.length).toBeGreaterThan(0)
    world.heal()
    await world.advance(3_000)
    expect(shown.last).toMatchObject({ data: 'two', isLive: true })
    expect(keeper.last).toMatchObject({ state: 'connected', missing: null })
    page.unmount()
  })

  test('REACT-6 when the session is over the last that was known is shown as not live, and who asks then hears why', async () => {
    const { world, keepers } = await begin(6)
    const own = first(keepers)
    await world.until(own.create('/title', 'one'))
    const shown = probe(() => useZnode('/title', text))
    const late = probe(() => useChildren('/'))
    const page = open(within(own, shown.element))
    await world.advance(500)
    await world.expire(own)
    await world.advance(10)
    expect(shown.last).toMatchObject({ status: 'present', data: 'one', isLive: false })
    page.render(within(own, shown.element, late.element))
    await world.advance(10)
    expect(late.last).toMatchObject({ status: 'failed', error: code('SessionExpired') })
    page.unmount()
  })

  test('REACT-7 with another path or keeper a component shows that and nothing of the one before', async () => {
    const { world, keepers } = await begin(7)
    const [own, other] = [first(keepers), first(keepers, 1)]
    await world.until(own.create('/one', '1'))
    await world.until(own.create('/two', '2'))
    await world.until(other.sync())
    let path = '/one'
    const shown = probe(() => useZnode(path, text))
    const render = (keeper: Keeper | null) => within(keeper, cloneElement(shown.element))
    const page = open(render(own))
    await world.advance(100)
    path = '/two'
    page.render(render(own))
    expect(shown.last.status).toBe('loading')
    await world.advance(100)
    page.render(render(null))
    expect(shown.last.status).toBe('loading')
    page.render(render(other))
    await world.advance(100)
    expect(shown.seen.map(({ data }) => data ?? '-').join('')).toMatch(/^-+1+-+2+-+2+$/)
    page.unmount()
  })
})

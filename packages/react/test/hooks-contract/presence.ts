/** Rules of usePresence. */
import { type Codec, json, text } from '@peerkeeper/core'
import { Group } from '@peerkeeper/core/recipes'
import { cloneElement } from 'react'
import { describe, expect, test } from 'vitest'
import { usePresence } from '../../src/index.ts'
import { open } from '../page.ts'
import { begin, first, probe, within } from '../world.ts'

const code = (wanted: string) => expect.objectContaining({ code: wanted })

describe('presence', () => {
  test('REACT-20 all see who is here and what each says of itself; who only looks is no member; who is unmounted is gone', async () => {
    const { world, keepers } = await begin(60)
    const [own, other] = [first(keepers), first(keepers, 1)]
    let says = 'Ada'
    const ada = probe(() => usePresence('/here', json<{ readonly name: string }>(), { name: says }))
    const watcher = probe(() => usePresence('/here', json<{ readonly name: string }>()))
    const page = open(within(own, ada.element))
    const otherPage = open(within(other, watcher.element))
    await world.advance(500)
    expect(watcher.last).toMatchObject({ status: 'present', isLive: true, me: { status: 'idle' } })
    expect(watcher.last.members).toMatchObject([{ data: { name: 'Ada' }, isMe: false, session: own.session }])
    expect(ada.last).toMatchObject({ me: { status: 'joined' }, error: null })
    expect(ada.last.members).toMatchObject([{ isMe: true, name: ada.last.me.name }])
    says = 'Ada, drawing'
    page.render(within(own, cloneElement(ada.element)))
    await world.advance(500)
    expect(watcher.last.members).toMatchObject([{ data: { name: 'Ada, drawing' } }])
    page.unmount()
    await world.advance(500)
    expect(watcher.last.members).toEqual([])
    otherPage.unmount()
  })

  test('REACT-20 what is shown is the same object until it changes, also where a component says of itself what it makes while it renders', async () => {
    const { world, keepers } = await begin(63)
    const person = json<{ readonly name: string }>()
    const shown = probe(() => usePresence('/here', person, { name: 'Ada' }))
    const page = open(within(first(keepers), shown.element))
    await world.advance(500)
    const before = shown.last
    expect(before.me.status).toBe('joined')
    page.render(within(first(keepers), cloneElement(shown.element)))
    expect(shown.last).toBe(before)
    page.unmount()
  })

  test('REACT-21 who was removed is a member again; a suspension is told and costs no membership; a session that is over says so', async () => {
    const { world, keepers } = await begin(61)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const shown = probe(() => usePresence('/here', text, 'Ada'))
    const page = open(within(own, shown.element))
    await world.advance(500)
    const before = shown.last.me.name
    await world.until(other.delete(`/here/${before}`))
    await world.advance(500)
    expect(shown.last.me.status).toBe('joined')
    expect(shown.last.members.map(({ name }) => name)).toEqual([shown.last.me.name])
    const { name } = shown.last.me
    expect(name).not.toBe(before)
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(shown.last).toMatchObject({ isLive: false, me: { status: 'joined', name } })
    world.heal()
    await world.advance(3_000)
    expect(shown.last).toMatchObject({ isLive: true, me: { status: 'joined', name } })
    await world.expire(own)
    await world.advance(100)
    expect(shown.last).toMatchObject({
      isLive: false,
      me: { status: 'failed', error: code('SessionExpired') },
    })
    page.unmount()
  })

  test('REACT-22 a member whose words are no value is shown as such, among the others; what cannot be written makes no member', async () => {
    const { world, keepers } = await begin(62)
    const [own, other] = [first(keepers), first(keepers, 1)]
    await world.until(new Group(other, '/here').join('no json'))
    const silent: Codec<number> = {
      encode: () => {
        throw new Error('cannot')
      },
      decode: data => JSON.parse(new TextDecoder().decode(data)),
    }
    const good = probe(() => usePresence('/here', json<number>(), 7))
    const bad = probe(() => usePresence('/here', silent, 8))
    const page = open(within(own, good.element, bad.element))
    await world.advance(500)
    const shown = good.last.members.map(({ data, error }) => error?.code ?? data)
    expect(shown.toSorted()).toEqual([7, 'DecodeFailed'])
    expect(bad.last).toMatchObject({ me: { status: 'failed' }, error: code('BadArguments') })
    expect(bad.last.members.length).toBe(2)
    page.unmount()
  })
})

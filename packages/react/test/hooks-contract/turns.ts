/** Rules of useLeader and useLock. */
import { isKeeperError, type Keeper } from '@peerkeeper/core'
import { Mutex } from '@peerkeeper/core/recipes'
import type { VirtualEnsemble } from '@peerkeeper/core/testing'
import { describe, expect, test } from 'vitest'
import { type LeaderView, type LockView, useLeader, useLock } from '../../src/index.ts'
import { open } from '../page.ts'
import { begin, first, probe, within } from '../world.ts'

const code = (wanted: string) => expect.objectContaining({ code: wanted })
const statuses = (seen: readonly (LeaderView | LockView)[]) => seen.map(({ status }) => status).join(' ')

/** Deletes whoever stands at `path`, as a person might by hand. */
async function deleteFirst(world: VirtualEnsemble, keeper: Keeper, path: string): Promise<void> {
  const name = first(world.peek(path)?.children ?? [])
  await world.until(keeper.delete(`${path}/${name}`))
}

describe('leading', () => {
  test('REACT-15 one page leads, whose components are one candidate; when it stops the next one does, with a greater token', async () => {
    const { world, keepers } = await begin(50)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const use = () => useLeader('/saver', { data: 'tab' })
    const [one, again, two] = [probe(use), probe(use), probe(use)]
    const page = open(within(own, one.element, again.element))
    await world.advance(500)
    const otherPage = open(within(other, two.element))
    await world.advance(500)
    expect([one.last, again.last, two.last].map(({ isLeader }) => isLeader)).toEqual([true, true, false])
    expect(one.last.token).toBe(again.last.token)
    expect(world.peek('/saver')?.children.length).toBe(2)
    const { token, signal } = one.last
    page.unmount()
    await world.advance(500)
    expect(signal?.aborted).toBe(true)
    expect(two.last).toMatchObject({ status: 'leading', isLeader: true })
    expect(two.last.token).toBeGreaterThan(token ?? Number.NaN)
    expect(statuses(two.seen)).toBe('idle standing leading')
    otherPage.unmount()
  })

  test('REACT-16 suspended it does not lead and says so; it leads again by the same token; when the session is over it says why', async () => {
    const { world, keepers } = await begin(51)
    const own = first(keepers)
    const shown = probe(() => useLeader('/saver'))
    const page = open(within(own, shown.element))
    await world.advance(500)
    const { token } = shown.last
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(shown.last).toMatchObject({ status: 'suspended', isLeader: false, token: null })
    world.heal()
    await world.advance(3_000)
    expect(shown.last).toMatchObject({ status: 'leading', token })
    await world.expire(own)
    await world.advance(100)
    expect(shown.last).toMatchObject({ status: 'failed', isLeader: false, error: code('SessionExpired') })
    page.unmount()
  })
})

describe('locks', () => {
  test('REACT-17 each component stands in line for itself, and lets go when it is unmounted or has no path any more', async () => {
    const { world, keepers } = await begin(52)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const use = () => useLock('/lock')
    const [one, two] = [probe(use), probe(use)]
    let path: string | null = '/lock'
    const three = probe(() => useLock(path))
    const page = open(within(own, one.element, null))
    await world.advance(300)
    page.render(within(own, one.element, two.element))
    await world.advance(300)
    const otherPage = open(within(other, three.element))
    await world.advance(300)
    expect([one.last, two.last, three.last].map(({ status }) => status)).toEqual([
      'held',
      'waiting',
      'waiting',
    ])
    const held = one.last
    if (held.status !== 'held') throw new Error('not held')
    await world.until(
      own.multi([
        { type: 'check', path: held.path },
        { type: 'create', path: '/by-holder' },
      ]),
    )
    page.render(within(own, null, two.element))
    await world.advance(300)
    expect([held.signal.aborted, two.last.status, three.last.status]).toEqual([true, 'held', 'waiting'])
    expect(two.last.token).toBeGreaterThan(held.token)
    page.unmount()
    await world.advance(300)
    expect(three.last.status).toBe('held')
    path = null
    otherPage.render(within(other, probe(() => useLock(path)).element))
    await world.advance(300)
    expect(world.peek('/lock')?.children).toEqual([])
    otherPage.unmount()
  })

  test('REACT-18 suspended it is not held, with the session kept it is again, by the same token; deleted it stands in line again', async () => {
    const { world, keepers } = await begin(53)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const shown = probe(() => useLock('/lock'))
    const page = open(within(own, shown.element))
    await world.advance(500)
    const { token } = shown.last
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect(shown.last).toMatchObject({ status: 'suspended', isHeld: false })
    world.heal()
    await world.advance(3_000)
    expect(shown.last).toMatchObject({ status: 'held', token })
    await deleteFirst(world, other, '/lock')
    await world.advance(500)
    expect(shown.last).toMatchObject({ status: 'held', isHeld: true })
    expect(shown.last.token).toBeGreaterThan(token ?? Number.NaN)
    await world.expire(own)
    await world.advance(100)
    expect(shown.last).toMatchObject({ status: 'failed', error: code('SessionExpired') })
    page.unmount()
  })

  test('REACT-19 a holder is told that somebody wants it back, and keeps it; one that may not stand there hears why', async () => {
    const { world, keepers } = await begin(54)
    const [own, other] = [first(keepers), first(keepers, 1)]
    const shown = probe(() => useLock('/lock'))
    const bad = probe(() => useLock('no path'))
    const page = open(within(own, shown.element, bad.element))
    await world.advance(500)
    expect(shown.last).toMatchObject({ isHeld: true, isAskedBack: false })
    await world.until(new Mutex(other, '/lock').revoke())
    await world.advance(500)
    expect(shown.last).toMatchObject({ isHeld: true, isAskedBack: true })
    expect(bad.last.status).toBe('failed')
    expect(isKeeperError(bad.last.error, 'BadArguments')).toBe(true)
    page.unmount()
  })
})

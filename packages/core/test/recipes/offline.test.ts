import 'fake-indexeddb/auto'
import { afterEach, expect, test } from 'vitest'
import { latch, lead, leaderOf } from '../../src/recipes/index.ts'
import { openProfile } from '../client/profile.ts'

let close: () => Promise<void> = async () => undefined
afterEach(() => close())

test('RECIPE-26 the tabs of a profile, with nothing but a name, elect one, and hand over when the one that hosts them all is closed', async () => {
  const profile = openProfile()
  close = profile.close
  const first = await profile.open()
  const [second, third] = [await profile.open(), await profile.open()]
  const one = latch(first, '/saver', { data: 'first' })
  const term = await one.wait()
  const two = latch(second, '/saver', { data: 'second' })
  expect((await leaderOf(third, '/saver'))?.token).toBe(term.token)
  expect(two.hasLeadership).toBe(false)
  // It leads and hosts the replica of all three.
  await first.close()
  expect(one.hasLeadership).toBe(false)
  const next = await two.wait({ timeoutMs: 15_000 })
  expect(next.token).toBeGreaterThan(term.token)
  const waiting = lead(third, '/saver', ({ token }) => token)
  await two.close()
  expect(await waiting).toBeGreaterThan(next.token)
}, 40_000)

test('RECIPE-26 a device leads for itself in an ensemble of its own, whatever becomes of the one that it shares', async () => {
  const profile = openProfile()
  close = profile.close
  // Of others, none of whom is in reach.
  const shared = await profile.open({
    room: `${profile.room}-shared`,
    ensemble: 'of-others',
    waitFor: 'replica',
  })
  const own = await profile.open()
  await expect(lead(shared, '/leader', () => 'all', { timeoutMs: 500 })).rejects.toMatchObject({
    code: 'Timeout',
  })
  expect(await lead(own, '/leader', () => 'this device')).toBe('this device')
}, 40_000)

import { expect, test } from 'vitest'
import {
  type LinkLike,
  type PathLike,
  reachOf,
  reachText,
  reachTitle,
  type Seen,
  whyNotBetter,
} from '../src/ensemble/reach.ts'

const nothing: Seen = { links: [], paths: [] }

const link = (more: Partial<LinkLike> = {}): LinkLike => ({
  peer: 'b',
  path: 'webrtc',
  state: 'up',
  isWanted: true,
  lastReason: undefined,
  reasonCode: undefined,
  ...more,
})

/** How `b`, which is connected, is reached. */
function reached(links: readonly LinkLike[], path?: Omit<PathLike, 'peer'>, linked = ['b']) {
  const paths = path === undefined ? [] : [{ peer: 'b', ...path }]
  return reachOf('b', { connected: ['b', 'c'], linked }, { links, paths })
}

test('DEMO-45 a link by WebRTC is direct, through a NAT, or through TURN, with its round trip', () => {
  const told = (local: PathLike['local'], remote: PathLike['remote'], roundTripMs?: number) =>
    reachText(reached([link()], { local, remote, roundTripMs }))
  expect(told('host', 'host', 0.4)).toBe('direct · < 1 ms')
  expect(told('host', 'prflx', 2.6)).toBe('direct · 3 ms')
  expect(told('host', 'srflx', 31)).toBe('direct, through NAT · 31 ms')
  expect(told('srflx', 'relay', 80)).toBe('through TURN · 80 ms')
  expect(told('host', 'host')).toBe('direct')
})

test('DEMO-45 what is direct needs no reason, whatever happened before', () => {
  const before = link({ lastReason: 'the channel closed', reasonCode: 'Closed' })
  const reach = reached([before], { local: 'host', remote: 'host', roundTripMs: 1 })
  expect(whyNotBetter(reach)).toBeNull()
  expect(reachTitle(reach)).toContain('host to host')
})

test('DEMO-46 by the relay, by a third, or not at all: with the reason that the transport gives', () => {
  const failed = { lastReason: 'no path: tried host here, host there', reasonCode: 'NoPath' } as const
  const why = { text: failed.lastReason, code: 'NoPath' }
  const byRelay = reached([link({ path: 'relay', ...failed })])
  expect([reachText(byRelay), whyNotBetter(byRelay)]).toEqual(['by the server’s relay', why])
  const byThird = reached([link({ path: undefined, state: 'down', ...failed })], undefined, ['c'])
  expect([reachText(byThird), whyNotBetter(byThird)]).toEqual(['by a third', why])
  const away = reachOf(
    'b',
    { connected: [], linked: [] },
    { links: [link({ path: undefined, ...failed })], paths: [] },
  )
  expect([reachText(away), whyNotBetter(away)]).toEqual(['not connected', why])
})

test('DEMO-46 where the transport gives none, the line says what is known', () => {
  const text = (links: readonly LinkLike[], linked?: string[]) =>
    whyNotBetter(reached(links, undefined, linked))?.text
  expect(text([link({ path: 'relay' })])).toBe('WebRTC has found no path yet')
  expect(text([link({ path: undefined, state: 'connecting' })], ['c'])).toBe('a link is being made')
  expect(text([], ['c'])).toContain('no link is needed')
  expect(whyNotBetter(reachOf('b', { connected: [], linked: [] }, nothing))).toBeNull()
})

test('DEMO-46 a tab that has a seat at a replica of another tab, or has not measured yet, says that it is connected', () => {
  for (const reach of [reached([]), reached([link()])]) {
    expect(reachText(reach)).toBe('connected')
    expect(whyNotBetter(reach)).toBeNull()
  }
})

import { nodeId } from '@peerkeeper/core/transport'
import { describe, expect, test } from 'vitest'
import { connectTimeoutMs, linkStableMs, redialMsMax, redialMsMin } from '../src/wire/limits.ts'
import { encodeLinkSignal } from '../src/wire/link-signal.ts'
import { createWorld, type Replica, type World } from './fake-world.ts'

const [a, b] = [nodeId('a'), nodeId('b')]

/** A world where `a` (who dials) and `b` are connected, and their logs are empty. */
function connected(): { world: World; one: Replica; two: Replica } {
  const world = createWorld()
  const one = world.join('a')
  const two = world.join('b')
  world.time.settle()
  expect([one.log.splice(0), two.log.splice(0)]).toEqual([['up b'], ['up a']])
  return { world, one, two }
}

describe('RTC-1 of two nodes the one with the smaller id dials, whoever came first', () => {
  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('%s, then %s', (first, second) => {
    const world = createWorld()
    const replicas = [world.join(first), world.join(second)]
    world.time.settle()
    expect(world.attempts.map(({ node, initiator }) => ({ node, initiator }))).toEqual([
      { node: 'a', initiator: true },
      { node: 'b', initiator: false },
    ])
    expect(replicas.map(({ log }) => log)).toEqual([[`up ${second}`], [`up ${first}`]])
  })
})

test('RTC-1 many nodes form a full mesh, with one connection a pair', () => {
  const world = createWorld()
  const replicas = ['c', 'e', 'a', 'd', 'b'].map(node => world.join(node))
  world.time.settle()
  expect(world.attempts.filter(({ initiator }) => initiator)).toHaveLength(10)
  for (const { log } of replicas) expect(log).toHaveLength(4)
})

test('RTC-2 signals of an earlier attempt are ignored', () => {
  const { world, one, two } = connected()
  const early = [...world.sent]
  world.attempts[0]?.fail('the connection failed')
  world.time.advance(redialMsMin)
  expect(one.log.splice(0)).toEqual(['down b', 'up b'])
  two.log.length = 0
  const begun = world.attempts.length
  for (const { from, to, data } of early) world.tell(to, { type: 'signal', from, data })
  for (const [to, from] of [
    [one, two],
    [two, one],
  ] as const) {
    const data = encodeLinkSignal({ type: 'gone', attempt: 1 })
    world.tell(to.peer.instance, { type: 'signal', from: from.peer, data })
  }
  world.time.advance(redialMsMax)
  expect(world.attempts).toHaveLength(begun)
  expect([one.log, two.log]).toEqual([[], []])
})

describe('RTC-3 a connection that breaks is down, and is dialed again', () => {
  test('when the connection fails at the dialer', () => {
    const { world, one } = connected()
    world.attempts[0]?.fail('ICE failed')
    expect(one.log).toEqual(['down b'])
    world.time.advance(redialMsMin)
    expect(one.log).toEqual(['down b', 'up b'])
  })

  test('when a channel closes', () => {
    const { world, one, two } = connected()
    world.attempts[1]?.bulk.end()
    expect([one.log, two.log]).toEqual([['down b'], ['down a']])
    world.time.advance(redialMsMin)
    expect([one.log, two.log]).toEqual([
      ['down b', 'up b'],
      ['down a', 'up a'],
    ])
  })

  test('when the peer sends garbage', () => {
    const { world, one } = connected()
    world.attempts[0]?.control.receive('text')
    expect(one.log).toEqual(['down b'])
    expect(one.mesh.links().get(b)?.lastReason).toMatch(/not binary/)
    world.time.advance(redialMsMin)
    expect(one.log).toEqual(['down b', 'up b'])
  })
})

describe('RTC-4 attempts that fail are repeated after 250 ms, twice that, ... 30 s, less a random part up to half', () => {
  test.each([
    [1, 1],
    [0, 0.5],
  ])('dice %f', (dice, share) => {
    const world = createWorld()
    world.dice = dice
    world.blocksConnections = true
    const one = world.join('a')
    world.join('b')
    world.time.advance(10 * (connectTimeoutMs + redialMsMax))
    const starts = world.attempts.filter(({ initiator }) => initiator).map(({ startedMs }) => startedMs)
    const waits = starts.slice(1).map((start, index) => start - (starts[index] ?? 0) - connectTimeoutMs)
    expect(waits.slice(0, 9)).toEqual(
      [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map(wait => wait * share),
    )
    expect(one.log).toEqual([])
    expect(one.mesh.links().get(b)).toMatchObject({ lastReason: 'no connection in time' })
  })
})

test('RTC-5 a link that stood for five seconds forgets its failures, a shorter one does not', () => {
  const { world, one } = connected()
  const failures = () => one.mesh.links().get(b)?.failures
  world.time.advance(linkStableMs - 1)
  world.attempts.at(-2)?.fail('once')
  world.time.advance(redialMsMin)
  world.time.advance(linkStableMs - 1)
  world.attempts.at(-2)?.fail('twice')
  expect(failures()).toBe(2)
  world.time.advance(redialMsMin)
  expect(one.mesh.links().get(b)?.state).toBe('down')
  world.time.advance(redialMsMin + linkStableMs)
  expect(failures()).toBe(0)
})

describe('RTC-6 a peer that comes back as another instance is dropped at once and dialed without delay', () => {
  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('%s stays, %s is loaded again', (stays, reloads) => {
    const world = createWorld()
    const one = world.join(stays)
    const old = world.join(reloads)
    world.time.settle()
    const again = world.join(reloads)
    world.time.settle()
    expect(one.log).toEqual([`up ${reloads}`, `down ${reloads}`, `up ${reloads}`])
    expect(again.log).toEqual([`up ${stays}`])

    // What the old tab still says changes nothing.
    const begun = world.attempts.length
    world.tell(one.peer.instance, { type: 'peer', peer: old.peer })
    world.tell(one.peer.instance, {
      type: 'signal',
      from: old.peer,
      data: encodeLinkSignal({ type: 'rtc', attempt: 99, signal: { type: 'offer', sdp: 'attempt 0' } }),
    })
    world.tell(one.peer.instance, { type: 'left', instance: old.peer.instance })
    world.time.advance(1)
    expect(world.attempts.filter(({ node }) => node === stays).length).toBeLessThanOrEqual(begun)
    expect(one.log).toHaveLength(3)
    expect(one.mesh.links().get(again.peer.node)?.state).toBe('up')
  })
})

test('RTC-7 an answerer whose end broke says so, and the dialer begins anew', () => {
  const { world, one, two } = connected()
  world.attempts[1]?.control.unplug()
  world.attempts[1]?.bulk.unplug()
  world.attempts[1]?.fail('ICE failed')
  expect([one.log, two.log]).toEqual([[], ['down a']])
  world.time.settle()
  expect([one.log, two.log]).toEqual([['down b'], ['down a']])
  world.time.advance(redialMsMin)
  expect([one.log, two.log]).toEqual([
    ['down b', 'up b'],
    ['down a', 'up a'],
  ])
})

test('RTC-8 connection numbers rise, and each frame bears that of its connection', () => {
  const { world, one, two } = connected()
  one.mesh.send(b, 'control', Uint8Array.of(1))
  world.time.settle()
  world.attempts[0]?.fail('ICE failed')
  world.time.advance(redialMsMin)
  one.mesh.send(b, 'bulk', Uint8Array.of(2, 3))
  world.time.settle()
  expect(two.log).toEqual(['frame a 1', 'down a', 'up a', 'frame a 2,3'])
  const numbers = two.events.map(event => ('connection' in event ? event.connection : 0))
  const [first = 0, , , second = 0] = numbers
  expect(numbers).toEqual([first, first, first, second, second])
  expect(second).toBeGreaterThan(first)
})

test('RTC-9 a peer that left signaling keeps its link and is not dialed again until it is announced', () => {
  const { world, one, two } = connected()
  world.tell(one.peer.instance, { type: 'left', instance: two.peer.instance })
  world.time.advance(1)
  expect(one.log).toEqual([])
  expect(one.mesh.links().get(b)?.state).toBe('up')
  const begun = world.attempts.length
  world.losesSignals = true
  world.attempts[0]?.fail('ICE failed')
  world.time.advance(redialMsMax)
  expect(world.attempts).toHaveLength(begun)
  expect(one.mesh.links().size).toBe(0)
  world.losesSignals = false
  world.tell(one.peer.instance, { type: 'peer', peer: two.peer })
  world.time.advance(1)
  expect(one.log).toEqual(['down b', 'up b'])
})

test('RTC-9 links survive an outage of signaling, and lost signals only cost an attempt', () => {
  const { world, one } = connected()
  world.losesSignals = true
  world.time.advance(60_000)
  expect(one.log).toEqual([])
  world.attempts[0]?.fail('ICE failed')
  world.time.advance(connectTimeoutMs)
  world.losesSignals = false
  world.time.advance(connectTimeoutMs + redialMsMax)
  expect(one.log).toEqual(['down b', 'up b'])
})

test('RTC-10 peers of another ensemble are not connected, and reported once for each ensemble', () => {
  const world = createWorld()
  const one = world.join('a')
  const others = ['b', 'c'].map(node => world.join(node, { ensemble: 'other' }))
  world.join('d', { ensemble: 'third' })
  world.time.settle()
  expect(one.foreign).toEqual([
    { type: 'foreign', peer: 'b', ensemble: 'other' },
    { type: 'foreign', peer: 'd', ensemble: 'third' },
  ])
  expect(one.mesh.links().size).toBe(0)
  expect(others[0]?.log).toEqual(['up c'])
})

test('RTC-11 after close there are no events; peers see their link go down and do not dial', () => {
  const { world, one, two } = connected()
  void two.mesh.close()
  expect(one.log).toEqual(['down b'])
  void two.mesh.close()
  two.mesh.send(a, 'control', Uint8Array.of(1))
  const begun = world.attempts.length
  world.time.advance(redialMsMax)
  expect(world.attempts).toHaveLength(begun)
  expect([one.log, two.log]).toEqual([['down b'], []])
  expect(one.mesh.links().size).toBe(0)
})

test('RTC-12 signals that are garbage, or from oneself, are ignored', () => {
  const { world, one, two } = connected()
  const texts = [
    '',
    'null',
    '[]',
    '{}',
    '{"type":"gone"}',
    '{"type":"gone","attempt":-1}',
    '{"type":"rtc","attempt":7}',
    '{"type":"rtc","attempt":7,"signal":{"type":"offer"}}',
    '{"type":"rtc","attempt":7,"signal":{"type":"renegotiate","renegotiate":true}}',
    '{"type":"rtc","attempt":7,"signal":{"type":"candidate","candidate":"x"}}',
    `{"type":"rtc","attempt":7,"signal":{"type":"offer","sdp":"${'x'.repeat(40_000)}"}}`,
  ]
  const begun = world.attempts.length
  for (const data of texts) {
    world.tell(two.peer.instance, { type: 'signal', from: one.peer, data })
    world.tell(one.peer.instance, { type: 'signal', from: two.peer, data })
  }
  world.tell(one.peer.instance, { type: 'peer', peer: one.peer })
  world.tell(one.peer.instance, { type: 'peer', peer: { ...one.peer, instance: 'another' } })
  world.time.advance(redialMsMax)
  expect(world.attempts).toHaveLength(begun)
  expect([one.log, two.log]).toEqual([[], []])
})

test('RTC-21 a page that goes away tells each peer its last words of the present connection, and is gone', () => {
  const { world, one, two } = connected()
  const three = world.join('c')
  world.time.settle()
  for (const { log } of [one, two, three]) log.length = 0
  one.mesh.lastWords(b, Uint8Array.of(1))
  one.mesh.lastWords(b, Uint8Array.of(2))
  one.mesh.lastWords(nodeId('nobody'), Uint8Array.of(3))
  one.mesh.farewell()
  one.mesh.farewell()
  world.time.settle()
  expect([one.log, two.log, three.log]).toEqual([[], ['frame a 2', 'down a'], ['down a']])
})

test('RTC-21 what was left for an earlier connection is not said over a later one', () => {
  const { world, one, two } = connected()
  one.mesh.lastWords(b, Uint8Array.of(1))
  world.attempts[0]?.fail('ICE failed')
  world.time.advance(redialMsMax)
  for (const { log } of [one, two]) log.length = 0
  one.mesh.farewell()
  world.time.settle()
  expect(two.log).toEqual(['down a'])
})

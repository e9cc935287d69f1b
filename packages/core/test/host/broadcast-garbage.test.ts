/** Garbage on the channel by which the tabs of a profile exchange frames. */
import { afterEach, expect, test, vi } from 'vitest'
import { broadcastTransport } from '../../src/host/transport/broadcast.ts'
import { tabsMax } from '../../src/logic/base/limits.ts'
import { seededRandom } from '../../src/logic/base/random.ts'
import { clonable, post } from './clonables.ts'
import { ensemble, Tab, typesOf } from './transport-contract.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

function open(room: string, node: string): Tab {
  const tab = new Tab(broadcastTransport({ room }), node)
  ends.push(() => tab.transport.close())
  return tab
}

function stranger(room: string): BroadcastChannel {
  const channel = new BroadcastChannel(`peerkeeper:${room}`)
  ends.push(() => channel.close())
  return channel
}

test('SEC-24 10,000 values of every kind on the channel of frames throw nothing; who is no peer is not heard, and peers go on', async () => {
  const dice = seededRandom(24)
  const [a, b] = [open('garbage', 'a'), open('garbage', 'b')]
  await Promise.all([a.event('up', 'b'), b.event('up', 'a')])
  const channel = stranger('garbage')
  const types = ['hello', 'bye', 'frame', 'toString', 'up']
  let [posted, nearly] = [0, 0]
  while (posted < 10_000) {
    if (dice.below(2) === 0) {
      if (post(channel, clonable(dice))) posted += 1
      continue
    }
    // Right but for what the dice put in its place; the instances of a and b nobody else knows.
    const message: Record<string, unknown> = {
      type: types[dice.below(types.length)],
      ensemble: dice.below(8) === 0 ? 'another' : ensemble,
      node: ['a', 'b'][dice.below(2)],
      from: `x${dice.below(9)}`,
      to: `x${dice.below(9)}`,
      bytes: Uint8Array.of(1),
    }
    const fields = ['type', 'ensemble', 'node', 'from', 'to', 'bytes']
    if (dice.below(4) > 0) message[fields[dice.below(fields.length)] ?? 'type'] = clonable(dice)
    if (!post(channel, message)) continue
    posted += 1
    nearly += 1
    if (nearly % 100 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  expect(nearly).toBeGreaterThan(4_000)
  // A hello in b's name is that of b after a reload, for all that a knows: until b is heard.
  await vi.waitFor(() => {
    a.send('b', 7)
    b.send('a', 8)
    expect([framesOf(a).length, framesOf(b).length]).not.toContain(0)
  })
  expect([new Set(framesOf(a)), new Set(framesOf(b))]).toEqual([new Set([8]), new Set([7])])
})

const framesOf = ({ events }: Tab) =>
  events.flatMap(event => (event.type === 'frame' ? [event.bytes[0]] : []))

test('SEC-24 of more tabs than there can be those are forgotten that were not heard longest; who speaks stays', async () => {
  const [a, b] = [open('crowd', 'a'), open('crowd', 'b')]
  await Promise.all([a.event('up', 'b'), b.event('up', 'a')])
  const channel = stranger('crowd')
  for (let count = 0; count < 3 * tabsMax; count += 1) {
    channel.postMessage({ type: 'hello', ensemble, node: `n${count}`, from: `x${count}`, to: null })
    if (count % 100 > 0) continue
    a.send('b', count / 100)
    b.send('a', count / 100)
    await Promise.all([a.frame('b', count / 100), b.frame('a', count / 100)])
  }
  await a.event('up', `n${3 * tabsMax - 1}`)
  const ups = typesOf(a.events).filter(each => each.startsWith('up')).length
  const downs = typesOf(a.events).filter(each => each.startsWith('down'))
  expect([ups, downs.length]).toEqual([3 * tabsMax + 1, 2 * tabsMax + 1])
  expect(downs).not.toContain('down b')
  expect(downs.at(0)).toBe('down n0')
})

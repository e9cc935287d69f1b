/** Garbage on the channel by which the tabs of a profile find each other. */
import { ensembleId, type Timers } from '@peerkeeper/core/transport'
import { afterEach, expect, test, vi } from 'vitest'
import { clonable, post } from '../../core/test/host/clonables.ts'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { broadcastSignaling } from '../src/page/index.ts'
import type { Peer, SignalingEvent } from '../src/page/signaling/contract.ts'
import { provenSignaling } from '../src/page/signaling/proven.ts'
import { roomPeersMax } from '../src/wire/limits.ts'
import { type MintedNode, mintNodes } from './identities.ts'
import { createDice } from './random.ts'

const [alice, bob] = (await mintNodes(2)) as [MintedNode, MintedNode]
const ensemble = ensembleId('ensemble')

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** Timers of which one can tell how many wait. */
function counted(): Timers & { readonly waiting: number } {
  const time = createFakeTime()
  let waiting = 0
  return {
    get waiting() {
      return waiting
    },
    after(ms, run) {
      waiting += 1
      const cancel = time.after(ms, run)
      let isOver = false
      return () => {
        if (!isOver) waiting -= 1
        isOver = true
        cancel()
      }
    },
  }
}

function joined(room: string, { node, key }: MintedNode, instance: string) {
  const timers = counted()
  const signaling = provenSignaling(broadcastSignaling({ room, timers }), key)
  const events: SignalingEvent[] = []
  signaling.join({ node, ensemble, instance }, event => events.push(event))
  ends.push(() => signaling.leave())
  const said = () => events.flatMap(event => (event.type === 'signal' ? [event.data] : []))
  const there = () => events.flatMap(event => (event.type === 'peer' ? [event.peer.node] : []))
  return { signaling, timers, said, there }
}

test('SEC-24 10,000 values of every kind on the channel of presence throw nothing; nobody is believed, and peers go on', async () => {
  const dice = createDice(24)
  const channel = new BroadcastChannel('peerkeeper:signaling:garbage')
  ends.push(() => channel.close())
  const shown = new Map<string, Peer>()
  channel.onmessage = ({ data }: MessageEvent<{ readonly from: Peer }>) =>
    shown.set(data.from.instance, data.from)
  const [a, b] = [joined('garbage', alice, 'a'), joined('garbage', bob, 'b')]
  await vi.waitFor(() => expect([a.there(), b.there()]).toEqual([[bob.node], [alice.node]]))
  a.signaling.send('b', 'before')
  await vi.waitFor(() => expect(b.said()).toEqual(['before']))
  const real = [...shown.values()]
  expect(real).toHaveLength(2)

  const types = ['hello', 'here', 'bye', 'signal', 'toString'] as const
  for (let posted = 0; posted < 10_000; ) {
    if (dice.below(2) === 0) {
      if (post(channel, clonable(dice))) posted += 1
      continue
    }
    // Right but for what the dice put in its place: of a peer that there is, under its instance or another, or of nobody.
    const from: Record<string, unknown> = { ...real[dice.below(2)] }
    if (dice.below(3) > 0) from['instance'] = `x${dice.below(4_000)}`
    if (dice.below(4) === 0) from['node'] = dice.pick([alice.node, bob.node, 'nobody'] as const)
    const fromFields = ['node', 'ensemble', 'instance', 'proof'] as const
    if (dice.below(2) === 0) from[dice.pick(fromFields)] = clonable(dice)
    const message: Record<string, unknown> = {
      type: dice.pick(types),
      from,
      to: dice.pick(['a', 'b', 'x1'] as const),
      data: `${1 + dice.below(9)}.${'A'.repeat(86)}.forged`,
      hops: 0,
    }
    if (dice.below(4) === 0)
      message[dice.pick(['type', 'from', 'to', 'data', 'hops'] as const)] = clonable(dice)
    if (!post(channel, message)) continue
    posted += 1
    if (posted % 100 === 0) {
      await new Promise(resolve => setImmediate(resolve))
      // One timer for each that is remembered, and one for the own sign of life.
      for (const { timers } of [a, b]) expect(timers.waiting).toBeLessThanOrEqual(roomPeersMax + 1)
    }
  }
  await vi.waitFor(() => {
    a.signaling.send('b', 'after')
    b.signaling.send('a', 'after')
    expect([a.said().at(-1), b.said().at(-1)]).toEqual(['after', 'after'])
  }, 10_000)
  expect(new Set([...a.said(), ...b.said()])).toEqual(new Set(['before', 'after']))
  expect([new Set(a.there()), new Set(b.there())]).toEqual([new Set([bob.node]), new Set([alice.node])])
  const { unproven, otherKey, badSignature, malformed } = b.signaling.refused()
  for (const count of [unproven, otherKey, badSignature]) expect(count).toBeGreaterThan(10)
  expect(malformed).toBe(0)
}, 60_000)

/** Replicas' routes over links in memory, which a test makes and cuts; frames arrive in later tasks. */
import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { mintNodeKey, type NodeKey, nodeIdOf, sign } from '../../src/host/identity-key.ts'
import { proofsBy } from '../../src/host/proofs.ts'
import { Mail } from '../../src/host/runtime/mail.ts'
import { Routes } from '../../src/host/runtime/routes.ts'
import type { Lane, Transport } from '../../src/host/transport/contract.ts'
import { ensembleId, type NodeId, nodeId, sessionId, slot } from '../../src/logic/base/ids.ts'
import {
  frameBytesMax,
  garbageFramesMax,
  passedBurstTicks,
  passedBytesPerTick,
} from '../../src/logic/base/limits.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import type { Wanted } from '../../src/logic/topology/wanted.ts'
import { encodeFrames, encodeHostFrame, type Signed } from '../../src/logic/wire/host-frame.ts'
import { until } from '../integration/ensemble.ts'

const codec = createCodec()

class Place {
  readonly node: NodeId
  readonly key: NodeKey
  readonly mail: Mail
  readonly routes: Routes
  /** What its replica would be told: `+peer`, `-peer`, and the first session of each message. */
  readonly log: string[] = []
  readonly wanted: Wanted[] = []
  readonly links = new Map<NodeId, { readonly place: Place; readonly connection: number }>()
  readonly transport: Transport = {
    start: () => undefined,
    want: wanted => this.wanted.push(wanted),
    send: (peer, _lane: Lane, bytes) => {
      const link = this.links.get(peer)
      if (link !== undefined) queueMicrotask(() => link.place.hear(this.node, bytes))
    },
    lastWords: () => undefined,
    close: () => undefined,
  }

  constructor(node: NodeId, key: NodeKey) {
    this.node = node
    this.key = key
    this.mail = new Mail({ codec, self: node, ensemble: ensembleId('e'), kind: engineKind('raft') })
    this.routes = new Routes({
      self: node,
      proofs: proofsBy(key),
      codec,
      mail: this.mail,
      transports: [this.transport],
      connected: peer => this.log.push(`+${nameOf(peer)}`),
      disconnected: peer => this.log.push(`-${nameOf(peer)}`),
      heard: (peer, messages) => {
        for (const message of messages)
          this.log.push(`${nameOf(peer)} ${message.type === 'touch' ? message.sessions[0] : message.type}`)
      },
    })
  }

  hear(peer: NodeId, bytes: Uint8Array): void {
    const connection = this.links.get(peer)?.connection
    if (connection !== undefined)
      this.routes.onTransport(this.transport, { type: 'frame', peer, connection, bytes })
  }

  say(to: Place, number: number): void {
    const message = { type: 'touch', sessions: [sessionId(number)] } as const
    this.mail.send([{ to: to.node, message }], (peer, lane, bytes) => this.routes.post(peer, lane, bytes))
  }
}

const names = new Map<NodeId, string>()
const nameOf = (node: NodeId): string => names.get(node) ?? node

let connections = 0

function link(one: Place, other: Place): void {
  connections++
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    from.links.set(to.node, { place: to, connection: connections })
    from.routes.onTransport(from.transport, { type: 'up', peer: to.node, connection: connections })
  }
}

function cut(one: Place, other: Place): void {
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    const connection = from.links.get(to.node)?.connection ?? 0
    from.links.delete(to.node)
    from.routes.onTransport(from.transport, { type: 'down', peer: to.node, connection })
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Everybody tells its neighbours what it knows. */
async function tell(places: readonly Place[], ticks = 5): Promise<void> {
  for (let count = 0; count < ticks; count++) for (const { routes } of places) routes.tick()
  await settle()
}

async function placesOf<const Names extends readonly string[]>(
  ...list: Names
): Promise<{ readonly [Index in keyof Names]: Place }> {
  const places = await Promise.all(
    list.map(async name => {
      const key = await mintNodeKey()
      const node = await nodeIdOf(key.publicKey)
      names.set(node, name)
      return new Place(node, key)
    }),
  )
  const voters = places.map(({ node }) => node)
  for (const { routes } of places) routes.learn({ voters, observers: [], through: slot(1) })
  return places as unknown as { readonly [Index in keyof Names]: Place }
}

/** Three voters in a row, who know it. */
async function row() {
  const [a, b, c] = await placesOf('a', 'b', 'c')
  link(a, b)
  link(b, c)
  await tell([a, b, c])
  return { a, b, c }
}

describe('ROUTE-1 a peer without a link is reached by a third', () => {
  test('frames arrive in order, as those of their author; to be reached is to be connected', async () => {
    const { a, b, c } = await row()
    expect([a.log, b.log, c.log]).toEqual([
      ['+b', '+c'],
      ['+a', '+c'],
      ['+b', '+a'],
    ])
    expect(a.routes.linked).toEqual([b.node])
    expect(a.routes.connected).toEqual([b.node, c.node])
    for (let number = 1; number <= 50; number++) {
      a.say(c, number)
      if (number % 7 === 0) await settle()
    }
    await until('all have come', () => c.log.length === 52)
    expect(c.log.slice(2)).toEqual(Array.from({ length: 50 }, (_, index) => `a ${index + 1}`))
    expect(b.log).toHaveLength(2)
    expect(b.routes.counts.passedOn).toBe(a.routes.counts.sent)
    // What gathers while a signature is made goes with the next.
    expect(a.routes.counts.sent).toBeLessThan(30)
    expect([a, b, c].map(({ mail }) => mail.dropped)).toEqual([{}, {}, {}])
  })

  test('a link that breaks is replaced by a third without a word, and used again when it is back', async () => {
    const [a, b, c] = await placesOf('a', 'b', 'c')
    link(a, b)
    link(b, c)
    link(a, c)
    await tell([a, b, c])
    for (const { log } of [a, b, c]) log.length = 0
    cut(a, c)
    await tell([a, b, c])
    a.say(c, 1)
    await until('it came by b', () => c.log.length === 1)
    expect([a.log, c.log]).toEqual([[], ['a 1']])
    link(a, c)
    const before = a.routes.counts.sent
    a.say(c, 2)
    await settle()
    expect([a.log, c.log]).toEqual([['+c'], ['a 1', '+a', 'a 2']])
    expect(a.routes.counts.sent).toBe(before)
    cut(b, c)
    cut(a, c)
    await tell([a, b, c])
    expect(a.log).toEqual(['+c', '-c'])
  })

  test('the down of an earlier connection is not that of the present one', async () => {
    const [a, b] = await placesOf('a', 'b')
    link(a, b)
    const { connection = 0 } = a.links.get(b.node) ?? {}
    link(a, b)
    a.routes.onTransport(a.transport, { type: 'down', peer: b.node, connection })
    expect(a.log).toEqual(['+b', '+b'])
    expect(a.routes.linked).toEqual([b.node])
  })
})

test('ROUTE-2 transports are told whom the replica wants, and each change of that', async () => {
  const { a, b, c } = await row()
  expect(a.routes.wanted).toMatchObject({ count: 2 })
  expect(new Set(a.routes.wanted.peers)).toEqual(new Set([b.node, c.node]))
  const before = a.wanted.length
  a.routes.learn({ voters: [a.node, b.node], observers: [c.node], through: slot(2) })
  a.routes.learn({ voters: [a.node, b.node], observers: [c.node], through: slot(3) })
  expect(a.wanted.slice(before)).toEqual([{ peers: [b.node], count: 1, others: 3 }])
})

describe('ROUTE-3 what is passed on is proven by its author, whoever passes it', () => {
  /** Something of `key` about `text`, as if it were `from`'s. */
  const signedBy = async (
    key: NodeKey,
    frame: Uint8Array,
    context = 'peerkeeper: frames that a third passes on\n',
  ) => {
    const body = encodeFrames(codec, [frame])
    const bytes = Uint8Array.from([...new TextEncoder().encode(context), ...body])
    return { body, publicKey: key.publicKey, signature: await sign(key, bytes) }
  }
  /** A message of `from` to `to`, as it would go over a link. */
  const frameOf = (from: Place, to: Place, mail = from.mail) => {
    const frames: Uint8Array[] = []
    mail.send([{ to: to.node, message: { type: 'touch', sessions: [sessionId(1)] } }], (_to, _lane, bytes) =>
      frames.push(bytes),
    )
    return frames[0] ?? new Uint8Array()
  }
  const passed = (from: Place, signed: Signed) =>
    encodeHostFrame(codec, { type: 'passed', from: from.node, signed })

  test('else it is dropped and counted by reason', async () => {
    const { a, b, c } = await row()
    c.log.length = 0
    const frame = frameOf(a, c)
    const good = await signedBy(a.key, frame)
    c.hear(b.node, passed(a, good))
    await until('it came', () => c.log.length === 1)
    expect(c.log).toEqual(['a 1'])
    const foreign = new Mail({ codec, self: a.node, ensemble: ensembleId('other'), kind: engineKind('raft') })
    const flipped = good.body.with(good.body.length - 1, 9)
    for (const [from, signed] of [
      // Of the third itself, under another's name; of another's key; of other bytes; of something else that was signed.
      [a, await signedBy(b.key, frame)],
      [b, good],
      [a, { ...good, body: flipped }],
      [a, { ...good, signature: good.signature.with(3, (good.signature[3] ?? 0) ^ 1) }],
      [a, await signedBy(a.key, frame, 'something else\n')],
    ] as const)
      c.hear(b.node, passed(from, signed))
    await until('all are judged', () => c.mail.dropped.forgedAuthor === 5)
    // Well signed, and not for this replica, of another ensemble, in another's name, or itself to be passed on.
    for (const each of [frameOf(a, b), frameOf(a, c, foreign), frameOf(b, c), passed(a, good)])
      c.hear(b.node, passed(a, await signedBy(a.key, each)))
    await until('all are dropped', () => c.mail.dropped.notAnEnvelope === 1)
    expect(c.mail.dropped).toEqual({
      forgedAuthor: 5,
      notForMe: 1,
      otherEnsemble: 1,
      forgedSender: 1,
      notAnEnvelope: 1,
    })
    expect(c.log).toHaveLength(1)
  })

  test('a third passes on to those with whom it has a link, one hop, and so much', async () => {
    const { a, b, c } = await row()
    const [stranger] = await placesOf('stranger')
    const signed = await signedBy(a.key, new Uint8Array(1_000_000))
    b.hear(a.node, encodeHostFrame(codec, { type: 'pass', to: stranger.node, signed }))
    expect(b.mail.dropped).toEqual({ noWay: 1 })
    const most = Math.ceil((passedBytesPerTick * passedBurstTicks) / 1_000_000)
    for (let count = 0; count < most + 5; count++)
      b.hear(a.node, encodeHostFrame(codec, { type: 'pass', to: c.node, signed }))
    expect(b.mail.dropped.tooMuch).toBeGreaterThanOrEqual(5)
    expect(b.routes.counts.passedOn).toBe(most - 1)
    for (let count = 0; count < 20; count++) b.routes.tick()
    const before = b.routes.counts.passedOn
    b.hear(a.node, encodeHostFrame(codec, { type: 'pass', to: c.node, signed }))
    expect(b.routes.counts.passedOn).toBe(before + 1)
  })

  test('what is too large for it, or more than may wait, is lost and counted', async () => {
    const { a, c } = await row()
    a.routes.post(c.node, 'bulk', new Uint8Array(frameBytesMax))
    for (let count = 0; count < 10; count++) a.routes.post(c.node, 'bulk', new Uint8Array(1_000_000))
    expect(a.mail.dropped).toEqual({ tooLarge: 1, tooMuch: 2 })
  })
})

test('SEC-17 a connection that brought too much garbage is not read any more; the others are, and so is its successor', async () => {
  const [key, other] = [await mintNodeKey(), await mintNodeKey()]
  const [node, third] = [await nodeIdOf(key.publicKey), await nodeIdOf(other.publicKey)]
  const victim = new Place(node, key)
  const evil = nodeId('evil')
  const up = (peer: NodeId, connection: number) =>
    victim.routes.onTransport(victim.transport, { type: 'up', peer, connection })
  const hear = (peer: NodeId, connection: number, bytes: Uint8Array) =>
    victim.routes.onTransport(victim.transport, { type: 'frame', peer, connection, bytes })
  const good = (from: NodeId) => {
    const mail = new Mail({ codec, self: from, ensemble: ensembleId('e'), kind: engineKind('raft') })
    return mail.signOfLife(node)
  }
  up(evil, 1)
  up(third, 2)
  for (let sent = 0; sent < 100_000; sent += 1) hear(evil, 1, Uint8Array.of(0xc1))
  expect(victim.mail.dropped).toEqual({
    notAnEnvelope: garbageFramesMax,
    ignored: 100_000 - garbageFramesMax,
  })
  hear(evil, 1, good(evil))
  hear(third, 2, good(third))
  expect(victim.mail.dropped).toEqual({
    notAnEnvelope: garbageFramesMax,
    ignored: 100_001 - garbageFramesMax,
  })
  up(evil, 3)
  hear(evil, 3, good(evil))
  hear(evil, 3, Uint8Array.of(0xc1))
  expect(victim.mail.dropped).toEqual({
    notAnEnvelope: garbageFramesMax + 1,
    ignored: 100_001 - garbageFramesMax,
  })
})

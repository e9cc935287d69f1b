import { describe, expect, test } from 'vitest'
import { type NodeId, nodeId } from '../../src/logic/base/ids.ts'
import { feedAskTicks, feedSilentTicks } from '../../src/logic/base/limits.ts'
import type { Said } from '../../src/logic/feed/fan-out.ts'
import { Feeding } from '../../src/logic/feed/feeding.ts'
import type { FeedMessage } from '../../src/logic/feed/messages.ts'
import { ranked } from '../../src/logic/topology/rank.ts'

const [a, b, c, d, e, x, y, z] = ['a', 'b', 'c', 'd', 'e', 'x', 'y', 'z'].map(nodeId) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
]
const voters = [a, b, c, d, e]
const membership = { voters, observers: [x, y, z] }

/** Messages of an engine: those that say where their sender stands are routine. */
const heartbeat = { type: 'heartbeat' }
const ack = (through: number) => ({ type: 'ack', through })
const isRoutine = (message: unknown) => (message as { type: string }).type === 'ack'
const feedingOf = (self: NodeId) => new Feeding(self, isRoutine)

const choice = (doer: NodeId | null = a, connected: readonly NodeId[] = voters) => ({
  membership,
  doer,
  connected: new Set(connected),
})

/** What was said, as `to: what`. */
const shown = (said: readonly Said[]): readonly string[] =>
  said.map(({ to, message }) => `${to}: ${show(message)}`)

function show(message: Said['message']): string {
  switch (message.type) {
    case 'engine':
      return JSON.stringify(message.message)
    case 'relay':
      return `to ${message.to}`
    case 'relayed':
      return `of ${message.from} ${JSON.stringify(message.message)}`
    case 'feedFrom':
      return `from ${message.voters}`
    case 'feeding':
      return `hears ${message.heard}`
    case 'feeds':
      return `feeds ${message.observers}`
  }
}

/** Whom `feeding` asks with the next tick. */
const asked = (feeding: Feeding, by = choice()): readonly NodeId[] =>
  feeding.tick(by).flatMap(({ to, message }) => (message.type === 'feedFrom' ? [to] : []))

describe('FEED-6 what counts for a quorum never goes by another', () => {
  const relayed = (from: NodeId): FeedMessage => ({ type: 'relayed', from, message: ack(7) })

  test('a voter hears by a feeder those who observe, and no voter', () => {
    const voter = feedingOf(a)
    const inputs = [{ type: 'message', from: x, message: ack(7) }]
    expect(voter.receive(b, relayed(x), voters)).toEqual({ inputs, say: [] })
    expect(voter.receive(b, relayed(c), voters)).toEqual({ inputs: [], say: [] })
  })

  test('what a voter says to voters goes to each itself, whoever says that it feeds them', () => {
    const voter = feedingOf(a)
    voter.receive(b, { type: 'feeds', observers: [c, x, y] }, voters)
    const outgoing = [b, c, d, x, y, z].map(to => ({ to, message: heartbeat }))
    const itself = JSON.stringify(heartbeat)
    expect(shown(voter.route(outgoing, membership))).toEqual([
      'b: to b,x,y',
      `c: ${itself}`,
      `d: ${itself}`,
      `z: ${itself}`,
    ])
  })
})

test('FEED-10 who was fed, and votes or is no member by now, hears everything itself', () => {
  const voter = feedingOf(a)
  voter.receive(b, { type: 'feeds', observers: [x, y] }, voters)
  const outgoing = [b, x, y].map(to => ({ to, message: heartbeat }))
  const itself = JSON.stringify(heartbeat)
  const changed = { voters: [...voters, y], observers: [z] }
  expect(shown(voter.route(outgoing, changed))).toEqual([`b: ${itself}`, `x: ${itself}`, `y: ${itself}`])
})

describe('FEED-7 one that feeds', () => {
  test('passes on to those who observe at once, and takes what is for itself', () => {
    const feeder = feedingOf(b)
    const { inputs, say } = feeder.receive(a, { type: 'relay', to: [b, x, y], message: heartbeat }, voters)
    expect(inputs).toEqual([{ type: 'message', from: a, message: heartbeat }])
    expect(shown(say)).toEqual([x, y].map(to => `${to}: of a ${JSON.stringify(heartbeat)}`))
  })

  test('passes back with the next tick the last that each answered, once', () => {
    const feeder = feedingOf(b)
    for (const [from, through] of [
      [x, 1],
      [y, 5],
      [x, 2],
    ] as const)
      expect(feeder.receive(from, { type: 'relay', to: [a], message: ack(through) }, voters)).toEqual({
        inputs: [],
        say: [],
      })
    expect(shown(feeder.tick(choice()))).toEqual([
      `a: of x ${JSON.stringify(ack(2))}`,
      `a: of y ${JSON.stringify(ack(5))}`,
    ])
    expect(feeder.tick(choice())).toEqual([])
  })

  test('says whom it hears to who asks, and to those voters whom it feeds; no longer than it is asked', () => {
    const feeder = feedingOf(b)
    feeder.hear(a)
    const answer = feeder.receive(x, { type: 'feedFrom', voters: [a, c] }, voters)
    expect(shown(answer.say)).toEqual(['x: hears a'])
    feeder.receive(y, { type: 'feedFrom', voters: [a] }, voters)
    expect(shown(feeder.tick(choice()))).toEqual(['a: feeds x,y', 'c: feeds x'])
    const later = Array.from({ length: 2 * feedSilentTicks }, () => shown(feeder.tick(choice())))
    expect(later.map((said, at) => (said.length > 0 ? at + 1 : 0)).filter(Boolean)).toEqual([
      feedAskTicks,
      2 * feedAskTicks,
    ])
  })
})

describe('FEED-8 who goes past a feeder', () => {
  test('what is said to one alone, and everything once the feeder is silent or gone', () => {
    const outgoing = [b, x, y].map(to => ({ to, message: heartbeat }))
    const alone = [{ to: x, message: { type: 'snapshotPiece' } }]
    const fedBy = (): Feeding => {
      const voter = feedingOf(a)
      voter.receive(b, { type: 'feeds', observers: [x, y] }, voters)
      expect(voter.route(outgoing, membership)).toHaveLength(1)
      expect(shown(voter.route(alone, membership))).toEqual(['x: {"type":"snapshotPiece"}'])
      return voter
    }
    const silent = fedBy()
    for (let tick = 0; tick < feedSilentTicks; tick++) silent.tick(choice())
    expect(silent.route(outgoing, membership)).toHaveLength(3)
    const gone = fedBy()
    gone.lost(b)
    expect(gone.route(outgoing, membership)).toHaveLength(3)
  })

  test('answers that are not routine, and routine ones too until voters have spoken by the feeder of late', () => {
    const observer = feedingOf(x)
    const [feeder] = asked(observer) as [NodeId]
    const outgoing = [
      { to: a, message: ack(1) },
      { to: a, message: { type: 'read' } },
    ]
    const past = [`a: ${JSON.stringify(ack(1))}`, 'a: {"type":"read"}']
    const by = `${feeder}: to a`
    expect(shown(observer.route(outgoing, membership))).toEqual([past[0], by, past[1]])
    observer.receive(feeder, { type: 'relayed', from: a, message: heartbeat }, voters)
    expect(shown(observer.route(outgoing, membership))).toEqual([by, past[1]])
    for (let tick = 0; tick < feedSilentTicks; tick++) observer.tick(choice())
    expect(shown(observer.route(outgoing, membership)).slice(-1)).toEqual([past[1]])
    expect(shown(observer.route(outgoing, membership))).toContain(past[0])
  })
})

describe('FEED-9 whom one that observes asks', () => {
  const linked = (who: NodeId) => ranked(who, voters).slice(0, 3)

  test('of the three voters that it is linked with the first that is connected and does not lead; a voter asks nobody', () => {
    for (let count = 0; count < 50; count++) {
      const who = nodeId(`o${count}`)
      const [first, second, third] = linked(who) as [NodeId, NodeId, NodeId]
      const outside = voters.find(node => !linked(who).includes(node)) as NodeId
      expect(asked(feedingOf(who), choice(outside))).toEqual([first])
      expect(asked(feedingOf(who), choice(first))).toEqual([second])
      expect(asked(feedingOf(who), choice(first, [first, third]))).toEqual([third])
      expect(asked(feedingOf(who), choice(first, [first]))).toEqual([])
      expect(asked(feedingOf(who), choice(null))).toEqual([])
    }
    expect(asked(feedingOf(b))).toEqual([])
  })

  test.each([
    ['does not answer', () => null],
    ['does not hear whom this one hears', () => []],
  ])('one that %s is left for the next, and for nobody where there is none', (_what, heard) => {
    const [first, second] = linked(x).filter(node => node !== a) as [NodeId, NodeId]
    const observer = feedingOf(x)
    const seen = Array.from({ length: 4 * feedSilentTicks }, () => {
      observer.hear(a)
      const nodes = asked(observer)
      for (const node of nodes) {
        const says = heard()
        if (says !== null) observer.receive(node, { type: 'feeding', heard: says }, voters)
      }
      return nodes
    }).flat()
    const times = feedSilentTicks / feedAskTicks
    const others = linked(x).filter(node => ![a, first, second].includes(node))
    expect(seen).toEqual([first, second, ...others].flatMap(node => Array(times).fill(node)))
  })

  test('one that answers and hears them is kept, also while nobody leads', () => {
    const observer = feedingOf(x)
    const seen = Array.from({ length: 4 * feedSilentTicks }, (_, at) => {
      observer.hear(a)
      const nodes = asked(observer, choice(at > feedSilentTicks ? null : a))
      for (const node of nodes) observer.receive(node, { type: 'feeding', heard: [a, c] }, voters)
      return nodes
    }).flat()
    expect(new Set(seen).size).toBe(1)
  })
})

import { ensembleId } from '@peerkeeper/core/transport'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Peer, SignalingEvent } from '../src/page/signaling/contract.ts'
import { provenSignaling } from '../src/page/signaling/proven.ts'
import { signalsQueuedMax, signalsQueuedTotalMax, strangersMax } from '../src/wire/limits.ts'
import { type MintedNode, mintNodes } from './identities.ts'
import { type PostOffice, postOffice } from './post-office.ts'

const ensemble = ensembleId('ensemble')
/** What is checked by WebCrypto takes a task or two. */
const soon = (check: () => void) => vi.waitFor(check, { interval: 1 })
const [alice, bob, mallory] = (await mintNodes(3)) as [MintedNode, MintedNode, MintedNode]

afterEach(() => void vi.restoreAllMocks())

/** One who joined `office`, and what it was told. */
async function joined(office: PostOffice, { node, key }: MintedNode, instance: string, of = ensemble) {
  const others = office.present.length
  const signaling = provenSignaling(office.way(), key)
  const heard: string[] = []
  const peers: Peer[] = []
  signaling.join({ node, ensemble: of, instance }, (event: SignalingEvent) => {
    if (event.type === 'peer') peers.push(event.peer)
    if (event.type === 'peer') heard.push(`peer ${event.peer.instance}`)
    if (event.type === 'left') heard.push(`left ${event.instance}`)
    if (event.type === 'signal') heard.push(`signal ${event.from.instance}: ${event.data}`)
  })
  await soon(() => expect(office.present).toHaveLength(others + 1))
  /** As it showed itself to the office. */
  const shown = office.present.at(-1)
  if (shown === undefined) throw new Error('not there')
  const refusals = () =>
    Object.fromEntries(Object.entries(signaling.refused()).filter(([, count]) => count > 0))
  return { signaling, heard, peers, shown, refusals }
}

/** Alice and Bob, who know each other. */
async function acquainted() {
  const office = postOffice()
  const [a, b] = [await joined(office, alice, 'a'), await joined(office, bob, 'b')]
  office.introduce()
  await soon(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
  a.heard.length = 0
  b.heard.length = 0
  return { office, a, b }
}

/** `count` signals from Alice to Bob that were signed and not carried yet. */
async function written({ office, a }: Awaited<ReturnType<typeof acquainted>>, ...texts: string[]) {
  const before = office.letters.length
  for (const text of texts) a.signaling.send('b', text)
  await soon(() => expect(office.letters).toHaveLength(before + texts.length))
  return office.letters.slice(before).map(({ data }) => data)
}

describe('proven signaling', () => {
  test('SEC-1 peers that prove who they are are told of, and their signals come unchanged and in order', async () => {
    const met = await acquainted()
    const texts = Array.from({ length: 20 }, (_, index) => `"text" ${index} \u{1f511}.`)
    await written(met, ...texts)
    met.office.carry()
    await soon(() => expect(met.b.heard).toEqual(texts.map(text => `signal a: ${text}`)))
    expect([met.a.refusals(), met.b.refusals()]).toEqual([{}, {}])
  })

  test.each<[string, string, (shown: { a: Peer; m: Peer }) => Peer]>([
    ['without a proof', 'unproven', ({ a: { proof: _, ...peer } }) => peer],
    ['with nonsense for a proof', 'unproven', ({ a }) => ({ ...a, proof: 'nonsense' })],
    ["with another node's key", 'otherKey', ({ a, m }) => ({ ...m, node: a.node })],
    ['shown under another instance', 'badSignature', ({ a }) => ({ ...a, instance: 'elsewhere' })],
    ['shown in another ensemble', 'badSignature', ({ a }) => ({ ...a, ensemble: ensembleId('other') })],
    [
      'whose signature was changed',
      'badSignature',
      ({ a }) => ({ ...a, proof: `${a.proof?.slice(0, -4)}AAAA` }),
    ],
  ])('SEC-2 a presence %s is dropped and counted, and a signal from it too', async (_, reason, forge) => {
    const office = postOffice()
    const [a, m] = [await joined(office, alice, 'a'), await joined(office, mallory, 'm')]
    const victim = await joined(office, bob, 'b')
    const peer = forge({ a: a.shown, m: m.shown })
    office.tell('b', { type: 'peer', peer })
    office.tell('b', { type: 'signal', from: peer, data: 'let me in' })
    await soon(() => expect(victim.refusals()).toEqual({ [reason]: 2 }))
    expect(victim.heard).toEqual([])
    // Who is dropped takes nobody's place.
    office.tell('b', { type: 'peer', peer: a.shown })
    await soon(() => expect(victim.heard).toEqual(['peer a']))
  })

  test('SEC-3 a signal that was changed, is for another, or is by another is dropped and counted', async () => {
    const met = await acquainted()
    const { office, b } = met
    const m = await joined(office, mallory, 'm')
    office.introduce()
    await soon(() => expect(m.heard).toHaveLength(2))
    const [good = ''] = await written(met, 'sdp with a fingerprint')
    m.signaling.send('b', 'offer')
    m.signaling.send('a', 'sdp for a')
    await soon(() => expect(office.letters).toHaveLength(3))
    const [, ofMallory, forAlice] = office.letters.map(({ data }) => data)
    b.heard.length = 0
    const forged = [
      // The fingerprint of the one who carries it.
      good.replace('fingerprint', 'Fingerprint'),
      good.replace(/^1\./, '2.'),
      `${good} and more`,
      // Mallory's, under Alice's name.
      ofMallory,
    ]
    for (const data of forged) office.tell('b', { type: 'signal', from: met.a.shown, data: data ?? '' })
    await soon(() => expect(b.refusals()).toEqual({ badSignature: 4 }))
    // Mallory's to Alice, brought to Bob: to another instance, and to another node.
    office.tell('b', { type: 'signal', from: m.shown, data: forAlice ?? '' })
    await soon(() => expect(b.refusals()).toEqual({ badSignature: 5 }))
    for (const data of ['', 'text', '1.AAAA.text', `0.${'A'.repeat(86)}.text`, `-1.${'A'.repeat(86)}.text`])
      office.tell('b', { type: 'signal', from: met.a.shown, data })
    await soon(() => expect(b.refusals()).toEqual({ badSignature: 5, malformed: 5 }))
    expect(b.heard).toEqual([])
    office.tell('b', { type: 'signal', from: met.a.shown, data: good })
    await soon(() => expect(b.heard).toEqual(['signal a: sdp with a fingerprint']))
  })

  test('SEC-4 a signal that comes again, or after a later one, is dropped and counted, also when its sender was away', async () => {
    const met = await acquainted()
    const { office, a, b } = met
    const [first = '', second = '', third = ''] = await written(met, '1', '2', '3')
    const tell = (data: string) => office.tell('b', { type: 'signal', from: a.shown, data })
    for (const data of [second, second, first, third, second]) tell(data)
    await soon(() => expect(b.refusals()).toEqual({ replayed: 3 }))
    expect(b.heard).toEqual(['signal a: 2', 'signal a: 3'])
    office.tell('b', { type: 'left', instance: 'a' })
    office.tell('b', { type: 'peer', peer: a.shown })
    tell(third)
    await soon(() => expect(b.refusals()).toEqual({ replayed: 4 }))
    expect(b.heard).toEqual(['signal a: 2', 'signal a: 3', 'left a', 'peer a'])
  })

  test('SEC-5 an instance is one node for as long as it is there, whoever claims it too', async () => {
    const { office, a, b } = await acquainted()
    const m = await joined(office, mallory, 'a')
    office.tell('b', { type: 'peer', peer: m.shown })
    await soon(() => expect(b.refusals()).toEqual({ otherKey: 1 }))
    b.signaling.send('a', 'to alice')
    await soon(() => expect(office.letters).toHaveLength(1))
    // What Bob wrote was for Alice: the one who calls himself like her instance has no use for it.
    office.tell('a', { type: 'peer', peer: b.shown })
    office.tell('a', { type: 'signal', from: b.shown, data: office.letters[0]?.data ?? '' })
    await soon(() => expect(m.refusals()).toEqual({ badSignature: 1 }))
    expect(a.heard).toEqual([])
  })

  test('SEC-6 of a flood of signals from one instance, and of strangers, few wait; the others go on', async () => {
    const met = await acquainted()
    const { office, a, b } = met
    const m = await joined(office, mallory, 'm')
    office.tell('b', { type: 'peer', peer: m.shown })
    await soon(() => expect(b.heard).toEqual(['peer m']))
    b.heard.length = 0
    const forged = `1.${'A'.repeat(86)}.flood`
    const [good = ''] = await written(met, 'through')
    for (let sent = 0; sent < 100_000; sent += 1)
      office.tell('b', { type: 'signal', from: m.shown, data: forged })
    for (let number = 0; number < 10_000; number += 1)
      office.tell('b', { type: 'peer', peer: { ...m.shown, instance: `stranger-${number}` } })
    office.tell('b', { type: 'signal', from: a.shown, data: good })
    await soon(() => expect(b.heard).toEqual(['signal a: through']))
    await soon(() =>
      expect(Object.values(b.signaling.refused()).reduce((sum, count) => sum + count)).toBe(110_000),
    )
    expect(b.refusals()).toEqual({
      // One is being looked at while the queue is filled.
      badSignature: signalsQueuedMax + 1 + strangersMax,
      tooMuch: 110_000 - signalsQueuedMax - 1 - strangersMax,
    })
    office.tell('b', { type: 'left', instance: 'm' })
    office.tell('b', { type: 'peer', peer: m.shown })
    await soon(() => expect(b.heard).toEqual(['signal a: through', 'left m', 'peer m']))
  })

  test('SEC-7 who leaves says so in the same task, and hears and says nothing after it', async () => {
    const met = await acquainted()
    const { office, a, b } = met
    const left = vi.fn()
    const way = office.way()
    const quick = provenSignaling({ ...way, leave: left }, mallory.key)
    quick.join({ node: mallory.node, ensemble, instance: 'm' }, () => undefined)
    quick.leave()
    expect(left).toHaveBeenCalledOnce()
    const [data = ''] = await written(met, 'too late')
    office.tell('b', { type: 'signal', from: a.shown, data })
    b.signaling.send('a', 'too late')
    b.signaling.leave()
    await written(met, 'the end')
    expect(b.heard).toEqual([])
    expect(office.present.map(({ instance }) => instance)).toEqual(['a', 'b'])
    expect(office.letters.map(({ to }) => to)).toEqual(['b', 'b'])
  })

  test('SEC-8 peers of another ensemble prove themselves too, and are told of as such', async () => {
    const office = postOffice()
    const a = await joined(office, alice, 'a')
    await joined(office, bob, 'b', ensembleId('other'))
    office.introduce()
    await soon(() => expect(a.peers).toMatchObject([{ node: bob.node, ensemble: 'other' }]))
    expect(a.refusals()).toEqual({})
  })

  test('SEC-21 a signal that cannot be signed, or finds too many waiting, is dropped and counted; the others leave in order', async () => {
    const met = await acquainted()
    const { office, a, b } = met
    const sign = crypto.subtle.sign.bind(crypto.subtle)
    vi.spyOn(crypto.subtle, 'sign')
      .mockImplementationOnce(sign)
      .mockRejectedValueOnce(new Error('the key is gone'))
      .mockRejectedValueOnce(new Error('the key is gone'))
    for (const text of ['1', 'lost', 'lost too', '4']) a.signaling.send('b', text)
    await soon(() => expect(office.letters).toHaveLength(2))
    office.carry()
    await soon(() => expect(b.heard).toEqual(['signal a: 1', 'signal a: 4']))
    expect(a.refusals()).toEqual({ dropped: 2 })
    for (let sent = 0; sent <= signalsQueuedTotalMax; sent += 1) a.signaling.send('b', 'many')
    expect(a.refusals()).toEqual({ dropped: 3 })
    await soon(() => expect(office.letters).toHaveLength(2 + signalsQueuedTotalMax))
  })

  test('SEC-21 a presence that cannot be signed is not shown, and counted', async () => {
    vi.spyOn(crypto.subtle, 'sign').mockRejectedValueOnce(new Error('the key is gone'))
    const office = postOffice()
    const signaling = provenSignaling(office.way(), alice.key)
    signaling.join({ node: alice.node, ensemble, instance: 'a' }, () => undefined)
    await soon(() => expect(signaling.refused().dropped).toBe(1))
    expect(office.present).toEqual([])
    signaling.leave()
  })

  test('SEC-22 a check that cannot be carried out refuses what it was to check, and that alone', async () => {
    const office = postOffice()
    const [a, b] = [await joined(office, alice, 'a'), await joined(office, bob, 'b')]
    vi.spyOn(crypto.subtle, 'digest').mockRejectedValueOnce(new Error('busy'))
    office.tell('b', { type: 'peer', peer: a.shown })
    office.tell('b', { type: 'peer', peer: a.shown })
    await soon(() => expect(b.heard).toEqual(['peer a']))
    expect(b.refusals()).toEqual({ malformed: 1 })
  })
})

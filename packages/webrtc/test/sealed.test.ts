import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { createSecret, webSocketArbiter, webSocketSignaling } from '../src/page/index.ts'
import type { Signaling, SignalingEvent } from '../src/page/signaling/contract.ts'
import { type RoomKeys, roomKeys } from '../src/page/signaling/room-keys.ts'
import { sealedSignaling } from '../src/page/signaling/sealed.ts'
import { FakeSocket } from './fake-socket.ts'
import { type PostOffice, postOffice } from './post-office.ts'
import { type Recorder, recorder } from './recorder.ts'
import { atEnd, client, eventually, start } from './server-client.ts'

const soon = (check: () => void) => vi.waitFor(check, { interval: 1 })
const openSocket = (url: string) => new NodeWebSocket(url) as unknown as WebSocket
const secret = createSecret()
const keys = await roomKeys(secret, 'the room')
const others = await roomKeys(createSecret(), 'the room')

/** One with these keys, in an office that puts everybody together whatever their room is called. */
async function joined(office: PostOffice, instance: string, by: RoomKeys = keys) {
  const before = office.present.length
  const names: string[] = []
  const signaling = sealedSignaling(Promise.resolve(by), name => {
    names.push(name)
    return office.way()
  })
  const heard: SignalingEvent[] = []
  const self = {
    node: nodeId(`node-${instance}`),
    ensemble: ensembleId('ensemble'),
    instance,
    proof: 'proof',
  }
  signaling.join(self, event => heard.push(event))
  await soon(() => expect(office.present).toHaveLength(before + 1))
  const shown = office.present.at(-1)
  if (shown === undefined) throw new Error('not there')
  return { self, signaling, heard, names, shown, unsealed: () => signaling.refused().unsealed }
}

async function acquainted() {
  const office = postOffice()
  const [a, b] = [await joined(office, 'a'), await joined(office, 'b')]
  office.introduce()
  await soon(() => expect([a.heard.length, b.heard.length]).toEqual([1, 1]))
  return { office, a, b }
}

describe('signaling sealed by a secret', () => {
  test('SEC-9 who has the secret hears the others as they are, in order; what is carried tells nothing of them', async () => {
    const { office, a, b } = await acquainted()
    expect(b.heard).toEqual([{ type: 'peer', peer: a.self }])
    const texts = Array.from({ length: 20 }, (_, index) => `signal ${index} \u{1f511}`)
    for (const text of texts) a.signaling.send('b', text)
    await soon(() => expect(office.letters).toHaveLength(20))
    office.carry()
    await soon(() => expect(b.heard).toHaveLength(21))
    expect(b.heard.slice(1)).toEqual(texts.map(data => ({ type: 'signal', from: a.self, data })))
    const carried = JSON.stringify([a.names, office.present, office.letters])
    for (const told of ['room', 'node-', 'ensemble"', '"proof"', 'signal '])
      expect(carried.replaceAll('"proof":', '').replaceAll('"ensemble":', '')).not.toContain(told)
    // The same words twice are not the same text.
    expect(new Set([...office.letters.map(({ data }) => data), a.shown.proof]).size).toBe(21)
    expect([a.unsealed(), b.unsealed()]).toEqual([0, 0])
  })

  test('SEC-10 who has another secret, or none, is in another room of the server, and finds no founding there', async () => {
    const server = await start()
    const by = (of: { readonly secret?: string }, room = 'the room') => {
      const way: Signaling = webSocketSignaling({ url: server.url, room, openSocket, ...of })
      atEnd(() => way.leave())
      return way
    }
    const members: Recorder[] = [
      recorder(by({ secret }), 'a'),
      recorder(by({ secret: createSecret() }), 'stranger'),
      recorder(by({}), 'passer-by'),
      recorder(by({ secret }, 'another room'), 'elsewhere'),
      recorder(by({ secret }), 'b'),
    ]
    const [a, ...rest] = members
    await eventually(() => expect([a?.heard, rest.at(-1)?.heard]).toEqual([['peer b'], ['peer a']]))
    expect(rest.slice(0, -1).map(({ heard }) => heard)).toEqual([[], [], []])
    const arbiter = (of: { readonly secret?: string }) =>
      webSocketArbiter({ url: server.url, room: 'the room', openSocket, ...of })
    const never = new AbortController().signal
    const [ours, theirs] = [ensembleId('ours'), ensembleId('theirs')]
    expect(await arbiter({ secret }).found(ours, never)).toBe(ours)
    expect(await arbiter({ secret: createSecret() }).found(theirs, never)).toBe(theirs)
    expect(await arbiter({}).replace(ours, theirs, never)).toBe(theirs)
    expect(await arbiter({ secret }).found(theirs, never)).toBe(ours)
    expect(await arbiter({ secret }).replace(ours, theirs, never)).toBe(theirs)
  })

  test('SEC-11 what another secret sealed, or none, is dropped and counted, should a server put rooms together', async () => {
    const { office, a, b } = await acquainted()
    const stranger = await joined(office, 'c', others)
    office.tell('b', { type: 'peer', peer: stranger.shown })
    office.tell('b', { type: 'peer', peer: { ...a.self, instance: 'plain' } })
    office.tell('b', { type: 'signal', from: stranger.shown, data: 'x' })
    office.tell('c', { type: 'peer', peer: a.shown })
    await soon(() => expect([b.unsealed(), stranger.unsealed()]).toEqual([3, 1]))
    expect([b.heard.length, stranger.heard.length]).toEqual([1, 0])
  })

  test('SEC-11 what was changed, is from or for another, or is of another kind is dropped and counted', async () => {
    const { office, a, b } = await acquainted()
    a.signaling.send('b', 'for b')
    a.signaling.send('c', 'for c')
    await soon(() => expect(office.letters).toHaveLength(2))
    const [good = '', forAnother = ''] = office.letters.map(({ data }) => data)
    const at = (index: number) =>
      good.slice(0, index) + (good[index] === 'A' ? 'B' : 'A') + good.slice(index + 1)
    const forged = ['', 'A', good.slice(1), `${good}AAAA`, at(0), at(20), at(good.length - 4), forAnother]
    for (const data of [...forged, a.shown.proof ?? ''])
      office.tell('b', { type: 'signal', from: a.shown, data })
    await soon(() => expect(b.unsealed()).toBe(9))
    // Another's presence under this instance, this one's under another, a signal for a presence.
    for (const peer of [
      { ...a.shown, instance: 'x' },
      { ...b.shown, instance: 'y' },
      { ...a.shown, instance: 'z', proof: good },
    ])
      office.tell('b', { type: 'peer', peer })
    await soon(() => expect(b.unsealed()).toBe(12))
    expect(b.heard).toHaveLength(1)
    office.tell('b', { type: 'signal', from: a.shown, data: good })
    await soon(() => expect(b.heard.at(-1)).toMatchObject({ type: 'signal', data: 'for b' }))
  })

  test('SEC-12 a secret is 43 letters of 256 random bits; anything else is refused at once, with a word on why', () => {
    expect(secret).toMatch(/^[0-9A-Za-z_-]{43}$/)
    expect(createSecret()).not.toBe(secret)
    for (const wrong of [
      '',
      'password',
      secret.slice(1),
      `${secret}A`,
      `${secret.slice(1)}!`,
      `${secret.slice(1)} `,
    ]) {
      const options = { url: 'ws://signaling.test', room: 'room', secret: wrong }
      expect(() => webSocketSignaling(options)).toThrow(/createSecret/)
      expect(() => webSocketArbiter(options)).toThrow(/createSecret/)
    }
  })

  test('SEC-13 an ensemble that nobody with the secret has named is not believed, and the question is asked again', async () => {
    const sockets: FakeSocket[] = []
    const failures: string[] = []
    const waits: (() => void)[] = []
    const arbiter = webSocketArbiter({
      url: 'ws://signaling.test',
      room: 'the room',
      secret,
      timers: {
        after(_, run) {
          waits.push(run)
          return () => undefined
        },
      },
      onFailure: (_, reason) => failures.push(reason),
      openSocket() {
        const socket = new FakeSocket()
        sockets.push(socket)
        return socket as unknown as WebSocket
      },
    })
    const candidate = ensembleId('0123456789abcdef')
    const told = arbiter.found(candidate, new AbortController().signal)
    const asOthersMark = await others.mark('evil')
    const answers = [
      'evil',
      candidate,
      `${candidate}_${'A'.repeat(22)}`,
      asOthersMark,
      await keys.mark('standing'),
    ]
    for (const [index, answer] of answers.entries()) {
      await soon(() => expect(sockets).toHaveLength(index + 1))
      const socket = sockets[index]
      socket?.onopen?.()
      expect(socket?.said).toEqual([{ type: 'found', room: keys.name, ensemble: await keys.mark(candidate) }])
      socket?.hear({ type: 'stands', ensemble: answer })
      if (index === answers.length - 1) break
      await soon(() => expect(failures).toHaveLength(index + 1))
      waits.at(-1)?.()
    }
    expect(await told).toBe('standing')
    expect(new Set(failures)).toEqual(new Set(['the answer was not made with the secret of this room']))
  })

  test('SEC-14 a client that joins whatever room it knows of learns random names and sealed texts', async () => {
    const server = await start()
    const join = (instance: string) => {
      const way = webSocketSignaling({ url: server.url, room: 'the room', secret, openSocket })
      atEnd(() => way.leave())
      return recorder(way, instance)
    }
    const [a, b] = [join('a'), join('b')]
    await eventually(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
    const spy = await client(server)
    spy.say({
      type: 'join',
      room: keys.name,
      instance: 'spy',
      card: JSON.stringify({ node: 'spy', ensemble: 'ensemble' }),
    })
    for (const to of ['a', 'b']) spy.say({ type: 'signal', to, data: 'hello' })
    a.signaling.send('b', 'for b alone')
    await eventually(() => expect(b.heard.at(-1)).toBe('signal a: for b alone'))
    const seen = JSON.stringify(spy.heard)
    for (const told of ['the room', 'node-', 'for b alone', '"ensemble":"ensemble"'])
      expect(seen).not.toContain(told)
    for (const { heard } of [a, b]) expect(heard.filter(line => line.includes('spy'))).toEqual([])
    await eventually(() => expect(a.signaling.refused?.().unsealed).toBeGreaterThan(0))
  })

  test('SEC-21 a signal that cannot be sealed is dropped and counted; the others leave in order', async () => {
    const office = postOffice()
    const seal: RoomKeys['seal'] = async (text, about) => {
      if (text.startsWith('lost')) throw new Error('no entropy')
      return keys.seal(text, about)
    }
    const [a, b] = [await joined(office, 'a', { ...keys, seal }), await joined(office, 'b')]
    office.introduce()
    await soon(() => expect(b.heard).toHaveLength(1))
    for (const text of ['1', 'lost', 'lost too', '4']) a.signaling.send('b', text)
    await soon(() => expect(office.letters).toHaveLength(2))
    office.carry()
    await soon(() => expect(b.heard.slice(1)).toMatchObject([{ data: '1' }, { data: '4' }]))
    expect(a.signaling.refused().dropped).toBe(2)
  })

  test('SEC-23 with a bit changed, cut, spliced, of another room, sender or receiver: refused and counted, and the next is heard', async () => {
    const { office, a, b } = await acquainted()
    const far = await joined(office, 'far', others)
    for (const text of ['one for b', 'two for b']) a.signaling.send('b', text)
    a.signaling.send('c', 'one for c')
    b.signaling.send('a', 'one for a')
    await soon(() => expect(office.letters).toHaveLength(4))
    const [one = '', two = '', ...elsewhere] = office.letters.map(({ data }) => data)
    const about = ['signal', 'a', 'b']
    const forged = [
      ...elsewhere,
      await others.seal('one for b', about),
      await (await roomKeys(secret, 'another room')).seal('one for b', about),
      ...Array.from(one, (_, at) => one.slice(0, at)),
      ...Array.from(one, (_, at) => one.slice(at + 1)),
      ...Array.from(one, (_, at) => one.slice(0, at) + two.slice(at)).slice(1),
      ...Array.from(one, (_, at) => two.slice(0, at) + one.slice(at)).slice(1),
      ...Array.from(one, (_, at) => one.slice(0, at) + two),
      ...Array.from(one, (letter, at) =>
        [1, 2, 4, 8, 16, 32].map(bit => {
          const changed = letters[letters.indexOf(letter) ^ bit] ?? ''
          return one.slice(0, at) + changed + one.slice(at + 1)
        }),
      ).flat(),
    ]
    const bad = forged.filter(text => text !== one && text !== two)
    expect(bad.length).toBeGreaterThan(500)
    // A presence too, under its own instance.
    const presences = Array.from(a.shown.proof ?? '', (_, at) => `${a.shown.proof?.slice(0, at)}`)
    let refused = 0
    for (const data of bad) {
      office.tell('b', { type: 'signal', from: a.shown, data })
      refused += 1
      if (refused % 64 === 0) await soon(() => expect(b.unsealed()).toBe(refused))
    }
    for (const proof of [...presences, far.shown.proof ?? '', one]) {
      office.tell('b', { type: 'peer', peer: { ...a.shown, proof } })
      refused += 1
      if (refused % 64 === 0) await soon(() => expect(b.unsealed()).toBe(refused))
    }
    await soon(() => expect(b.unsealed()).toBe(refused))
    expect(b.heard).toHaveLength(1)
    for (const data of [one, two]) office.tell('b', { type: 'signal', from: a.shown, data })
    await soon(() => expect(b.heard.slice(1)).toMatchObject([{ data: 'one for b' }, { data: 'two for b' }]))
    expect(b.signaling.refused()).toMatchObject({ unsealed: refused, tooMuch: 0 })
  }, 30_000)
})

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

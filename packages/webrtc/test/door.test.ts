import { once } from 'node:events'
import { connect } from 'node:net'
import { ensembleId } from '@peerkeeper/core/transport'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { webSocketArbiter, webSocketSignaling } from '../src/page/index.ts'
import { networkOf } from '../src/server/addresses.ts'
import { closeCodes, type SignalingServer, startSignalingServer } from '../src/server/index.ts'
import { refusalsMax } from '../src/server/limits.ts'
import { recorder } from './recorder.ts'
import { ask, atEnd, client, eventually, member, metric, start, upgradeRequest } from './server-client.ts'

/** What is answered to a request for a socket that does not get one. */
async function refusedUpgrade(server: SignalingServer): Promise<number> {
  const socket = new WebSocket(server.url)
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  socket.terminate()
  return Number(response.statusCode)
}

test('SRV-21 /health says whether it serves, /metrics what it does, in totals; everything else is 426', async () => {
  const server = await start()
  expect(await ask(server, '/health')).toMatchObject({ code: 200, text: 'ok\n' })
  const a = await member(server, 'a', 'a secret room')
  const b = await member(server, 'b', 'a secret room')
  a.say({ type: 'signal', to: 'b', data: 'a secret text' })
  a.say({ type: 'found', room: 'a secret room', ensemble: 'secret-ensemble' })
  b.socket.send('garbage')
  expect(await b.closed).toBe(closeCodes.malformed)
  await eventually(() => expect(a.heard.at(-1)).toEqual({ type: 'left', instance: 'b' }))
  const { code, text, type } = await ask(server, '/metrics')
  expect([code, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).not.toContain('secret')
  for (const line of [
    'sockets 1',
    'rooms 1',
    'addresses 1',
    'foundings 1',
    'waiting_bytes 0',
    'sockets_total 2',
    'messages_total 5',
    'relayed_total 1',
    'lost_total 0',
    'dismissed_total{reason="malformed"} 1',
    'dismissed_total{reason="silent"} 0',
  ])
    expect(text).toContain(`\npeerkeeper_signaling_${line}\n`)
  // Every line of the format: a comment, or a name with labels and a number.
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[a-zA-Z]+"\})? \d+)$/)
  for (const path of ['/', '/healthy', '/metrics/x']) expect((await ask(server, path)).code).toBe(426)
  expect((await ask(server, '/health', { method: 'POST' })).code).toBe(426)
})

test('SRV-22 pages of other origins are sent away (4009); who names no origin may come', async () => {
  const server = await start({ origins: ['https://app.example', 'http://localhost:5173'] })
  for (const origin of ['https://app.example', 'http://localhost:5173', undefined])
    await member(server, 'a', 'room', origin === undefined ? {} : { origin })
  for (const origin of [
    'https://evil.example',
    'https://app.example.evil.example',
    'http://app.example',
    'null',
  ])
    expect(await (await client(server, { origin })).closed, origin).toBe(closeCodes.originRefused)
  await member(await start(), 'a', 'room', { origin: 'https://evil.example' })
})

describe('SRV-23 without the token nobody joins or founds (4008)', () => {
  const messages = [
    { type: 'join', room: 'room', instance: 'a', card: 'card' },
    { type: 'found', room: 'room', ensemble: 'e' },
    { type: 'replace', room: 'room', current: 'e', next: 'f' },
  ]
  test.each(messages)('$type', async message => {
    const server = await start({ token: 'a secret' })
    for (const token of [undefined, 'a secre', 'a secret ', 'A secret', 'x'.repeat(256)]) {
      const stranger = await client(server)
      stranger.say({ ...message, token })
      expect(await stranger.closed).toBe(closeCodes.unauthorized)
      expect(stranger.heard).toEqual([])
    }
    const friend = await client(server)
    friend.say({ ...message, token: 'a secret' })
    await eventually(() => expect(friend.heard).toHaveLength(1))
    // Where no token is asked for, one that is sent does no harm.
    const open = await client(await start())
    open.say({ ...message, token: 'a secret' })
    await eventually(() => expect(open.heard).toHaveLength(1))
  })
})

test('SRV-24 one address has so many sockets (4010), and gets back what it gives back', async () => {
  const server = await start({ limits: { socketsPerAddressMax: 2 } })
  const forwarded = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  const a = await member(server, 'a')
  await member(server, 'b')
  // The header of a proxy that nobody trusts says nothing.
  expect(await (await client(server, forwarded('10.0.0.1'))).closed).toBe(closeCodes.tooManyFromAddress)
  a.say({ type: 'bye' })
  await a.closed
  await eventually(async () => expect(await metric(server, 'sockets')).toBe(1))
  await member(server, 'c')

  const behind = await start({ trustsProxy: true, limits: { socketsPerAddressMax: 1 } })
  await member(behind, 'a', 'room', forwarded('10.0.0.1'))
  await member(behind, 'b', 'room', forwarded('10.0.0.1, 10.0.0.2'))
  expect(await (await client(behind, forwarded('6.6.6.6, 10.0.0.1'))).closed).toBe(
    closeCodes.tooManyFromAddress,
  )
  await member(behind, 'c', 'room', forwarded('2001:db8:0:1::1'))
  expect(await (await client(behind, forwarded('2001:DB8::1:0:0:0:2'))).closed).toBe(
    closeCodes.tooManyFromAddress,
  )
  await member(behind, 'd', 'room', forwarded('2001:db8:0:2::1'))
  expect(await metric(behind, 'addresses')).toBe(4)
})

test('SRV-24 an address of IPv6 counts by its /64, one of IPv4 by itself however it is written', () => {
  expect(
    ['127.0.0.1', '::ffff:127.0.0.1', '::1', '::', '2001:db8::', '2001:0DB8:0:0:1:2:3:4', 'unknown'].map(
      networkOf,
    ),
  ).toEqual([
    '127.0.0.1',
    '127.0.0.1',
    '0:0:0:0::/64',
    '0:0:0:0::/64',
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    'unknown',
  ])
})

test('SRV-25 too many sockets are told so (4005); when those are many too, the rest gets 503, and the server serves on', async () => {
  const server = await start({ limits: { socketsMax: 1 } })
  const a = await member(server, 'a')
  // Clients that never answer the closing, so that each holds its place until it is cut.
  const mute = Array.from({ length: refusalsMax + 20 }, () => {
    const stream = connect(server.port, '127.0.0.1')
    stream.on('error', () => {})
    stream.write(upgradeRequest)
    atEnd(() => stream.destroy())
    return once(stream, 'data').then(([data]) => String(data).slice(9, 12))
  })
  const answers = await Promise.all(mute)
  // A machine so busy that the first are cut before the last have come lets some more of them in.
  expect(answers.filter(each => each === '101').length).toBeGreaterThanOrEqual(refusalsMax)
  expect(answers.filter(each => each === '503').length).toBeGreaterThan(0)
  a.say({ type: 'ping' })
  await eventually(() => expect(a.heard.at(-1)).toEqual({ type: 'pong' }))
  // They are cut after a while, and then there is a place again for one that can be told.
  await eventually(async () => expect(await metric(server, 'sockets')).toBe(1))
  expect(await (await client(server)).closed).toBe(closeCodes.tooManySockets)
}, 20_000)

test('SRV-26 a server that stops says so at /health and lets nobody in, while those who are there stay; then they are told', async () => {
  const server = await startSignalingServer({ drainMs: 5_000 })
  const a = await member(server, 'a')
  const b = await member(server, 'b')
  const closed = server.close()
  expect(await ask(server, '/health')).toMatchObject({ code: 503, text: 'stopping\n' })
  expect(await refusedUpgrade(server)).toBe(503)
  // One that is refused and never closes its own end holds nobody up.
  const half = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
  half.on('error', () => {})
  atEnd(() => half.destroy())
  half.write(upgradeRequest)
  await once(half, 'data')
  a.say({ type: 'signal', to: 'b', data: 'still here' })
  await eventually(() => expect(b.heard.at(-1)).toEqual({ type: 'signal', from: 'a', data: 'still here' }))
  await closed
  expect([await a.closed, await b.closed]).toEqual([1001, 1001])
})

test('SRV-26 clients of a server that stopped are at its successor by themselves, with its token', async () => {
  const options = { token: 'a secret', port: 0 }
  const first = await startSignalingServer(options)
  const join = (instance: string) => {
    const urls: string[] = []
    const signaling = webSocketSignaling({
      url: first.url,
      room: 'room',
      token: 'a secret',
      random: () => 0,
      openSocket(url) {
        urls.push(url)
        return new WebSocket(url) as unknown as globalThis.WebSocket
      },
    })
    atEnd(() => signaling.leave())
    return { ...recorder(signaling, instance), urls }
  }
  const [a, b] = [join('a'), join('b')]
  await eventually(() => expect([a.heard, b.heard]).toEqual([['peer b'], ['peer a']]))
  await first.close()
  await start({ ...options, port: first.port })
  await eventually(() => expect(a.heard).toEqual(['peer b', 'left b', 'peer b']))
  await eventually(() => expect(b.heard).toEqual(['peer a', 'left a', 'peer a']))
  expect(new Set([...a.urls, ...b.urls])).toEqual(new Set([first.url]))
}, 20_000)

test('SIG-8 SIG-13 in Node a server that is away throws nothing at anybody, also when one gives up while connecting', async () => {
  const gone = await startSignalingServer()
  await gone.close()
  const openSocket = (url: string) => new WebSocket(url) as unknown as globalThis.WebSocket
  const options = { url: gone.url, room: 'room', openSocket, random: () => 0 }
  const offline: string[] = []
  const signaling = webSocketSignaling({ ...options, onStatus: ({ type }) => offline.push(type) })
  atEnd(() => signaling.leave())
  const { heard } = recorder(signaling, 'a')
  const abort = new AbortController()
  const failures: number[] = []
  const asker = webSocketArbiter({ ...options, onFailure: code => failures.push(code) })
  const told = expect(asker.found(ensembleId('e'), abort.signal)).rejects.toBe('enough')
  await eventually(() => expect([offline.length > 1, failures.length > 1]).toEqual([true, true]))
  const leaving = webSocketSignaling(options)
  recorder(leaving, 'b')
  leaving.leave()
  const hasty = new AbortController()
  const gaveUp = expect(asker.found(ensembleId('e'), hasty.signal)).rejects.toBe('enough')
  for (const each of [abort, hasty]) each.abort('enough')
  await Promise.all([told, gaveUp])
  expect([heard, offline.includes('online')]).toEqual([[], false])
}, 20_000)

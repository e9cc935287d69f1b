import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { closeCodes, defaultLimits } from '../src/server/index.ts'
import { createOutbox } from '../src/server/outbox.ts'
import { createTally } from '../src/server/tally.ts'
import { program } from './program.ts'
import { ask, client, eventually, member, metric, start } from './server-client.ts'

const signaling = program()

const kilobyte = 1_024
const megabyte = 1_024 * kilobyte

async function memory(server: { readonly port: number }): Promise<number> {
  const { text } = await ask(server, '/metrics')
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])
}

test('SRV-27 one that sends more bytes than the burst and the rate allow is closed (4006), few large messages or many small', async () => {
  const server = await start({ limits: { bytesBurstMax: 100 * kilobyte, bytesPerSecondMax: 1 } })
  const a = await member(server, 'a')
  for (const size of [100, 30 * kilobyte]) {
    const flooder = await member(server, 'flooder')
    for (let sent = 0; sent < 150 * kilobyte; sent += size)
      flooder.say({ type: 'signal', to: 'a', data: 'x'.repeat(size) })
    expect(await flooder.closed).toBe(closeCodes.tooManyMessages)
  }
  a.say({ type: 'ping' })
  await eventually(() => expect(a.heard.at(-1)).toEqual({ type: 'pong' }))
})

test('SRV-27 a flood at one that does not read loses signals, cuts neither of them, and memory stays bounded', async () => {
  // In a process of its own, whose memory is its own.
  const limits = ['messagesBurstMax=1000000', 'bytesBurstMax=1000000000', 'heartbeatMs=1000000']
  const args = ['--port', '0', ...limits.flatMap(limit => ['--limit', limit])]
  const server = await signaling.run(args).listening()
  const sleeper = await member(server, 'sleeper')
  const flooder = await member(server, 'flooder')
  const [x, y] = [await member(server, 'x', 'other'), await member(server, 'y', 'other')]
  sleeper.socket.pause()
  const before = await memory(server)
  for (let round = 0; round < 20; round += 1) {
    for (let sent = 0; sent < 320; sent += 1)
      flooder.say({ type: 'signal', to: 'sleeper', data: 'x'.repeat(30 * kilobyte) })
    flooder.say({ type: 'ping' })
    const pongs = round + 1
    await eventually(() => expect(flooder.heard.filter(isPong)).toHaveLength(pongs))
    // Those who have nothing to do with it go on.
    x.say({ type: 'signal', to: 'y', data: `${round}` })
    await eventually(() => expect(y.heard.at(-1)).toEqual({ type: 'signal', from: 'x', data: `${round}` }))
    expect(await metric(server, 'waiting_bytes')).toBeLessThan(megabyte + 32 * kilobyte)
  }
  const [lost, relayed] = [await metric(server, 'lost_total'), await metric(server, 'relayed_total')]
  expect(lost).toBeGreaterThan(5_000)
  expect(lost + relayed).toBe(20 * 320 + 20)
  // 190 MB came in; what is held is not of that size.
  expect((await memory(server)) - before).toBeLessThan(150 * megabyte)
  // When it reads again it is served as before.
  sleeper.socket.resume()
  await eventually(async () => expect(await metric(server, 'waiting_bytes')).toBe(0))
  flooder.say({ type: 'signal', to: 'sleeper', data: 'at last' })
  await eventually(() => expect(sleeper.heard.at(-1)).toMatchObject({ data: 'at last' }))
}, 60_000)

test('SRV-27 one that floods and reads nothing is cut when too much waits for it', async () => {
  const limits = {
    waitingBytesMax: 64 * kilobyte,
    messagesBurstMax: 1e7,
    heartbeatMs: 1e6,
    bytesBurstMax: 1e9,
  }
  const server = await start({ limits })
  const bystander = await member(server, 'bystander')
  const flooder = await member(server, 'flooder')
  flooder.socket.pause()
  const pings = JSON.stringify({ type: 'ping' })
  const flood = setInterval(() => {
    for (let sent = 0; sent < 20_000; sent += 1) flooder.socket.send(pings)
  }, 1)
  // Megabytes of answers fill what lies between the two before anything waits.
  await eventually(
    () => expect(bystander.heard.at(-1)).toEqual({ type: 'left', instance: 'flooder' }),
    50_000,
  )
  clearInterval(flood)
  expect((await ask(server, '/metrics')).text).toContain('dismissed_total{reason="slow"} 1\n')
  bystander.say({ type: 'ping' })
  await eventually(() => expect(bystander.heard.at(-1)).toEqual({ type: 'pong' }))
}, 60_000)

test('SRV-27 one that floods with pings or pongs of the WebSocket itself is closed (4006), and pongs do not pile up', async () => {
  const server = await start({
    limits: { messagesBurstMax: 2_000, messagesPerSecondMax: 1, heartbeatMs: 1e6 },
  })
  const bystander = await member(server, 'bystander')
  for (const kind of ['ping', 'pong'] as const) {
    const flooder = await member(server, 'flooder')
    for (let sent = 0; sent < 3_000; sent += 1) flooder.socket[kind]('x'.repeat(125))
    expect(await flooder.closed).toBe(closeCodes.tooManyMessages)
  }
  const polite = await client(server)
  const answered = once(polite.socket, 'pong')
  polite.socket.ping('hello')
  expect(String((await answered)[0])).toBe('hello')
  bystander.say({ type: 'ping' })
  await eventually(() => expect(bystander.heard.at(-1)).toEqual({ type: 'pong' }))
  await eventually(async () => expect(await metric(server, 'waiting_bytes')).toBe(0))
})

test('SRV-27 one that sits in as many rooms as it may hears no signal to others, and stops nobody', async () => {
  const server = await start({ limits: { socketsPerAddressMax: 60 } })
  const spies = await Promise.all(
    Array.from({ length: 50 }, (_, index) => member(server, 'spy', `room ${index}`)),
  )
  const [a, b] = [await member(server, 'a', 'room 7'), await member(server, 'b', 'room 7')]
  for (let sent = 0; sent < 1_000; sent += 1) a.say({ type: 'signal', to: 'b', data: `${sent}` })
  await eventually(() => expect(b.heard).toHaveLength(1_001))
  // What the server says last to each spy comes after all that it might have said before.
  for (const spy of spies) spy.say({ type: 'ping' })
  await eventually(() => expect(spies.every(({ heard }) => isPong(heard.at(-1)))).toBe(true))
  const types = spies.flatMap(({ heard }) => heard.map(message => (message as { type: string }).type))
  expect(types.filter(type => type === 'signal')).toEqual([])
  expect(types.filter(type => type === 'joined')).toHaveLength(2)
  // More of them find the door closed.
  for (let more = 0; more < 8; more += 1) await client(server)
  expect(await (await client(server)).closed).toBe(closeCodes.tooManyFromAddress)
})

test('SRV-28 when too much waits for all together, signals are lost, and who is a message behind is cut', () => {
  const limits = { ...defaultLimits, waitingBytesTotalMax: 300 * kilobyte }
  const tally = createTally()
  const outbox = () => {
    const sent: (() => void)[] = []
    const cut = vi.fn()
    const socket = {
      readyState: 1,
      OPEN: 1,
      send: (_: unknown, done: () => void) => sent.push(done),
      pong: (_: unknown, __: boolean, done: () => void) => sent.push(done),
    } as const
    return { sent, cut, ...createOutbox(socket as never, limits, tally, cut) }
  }
  const signal = { type: 'signal', from: 'a', data: 'x'.repeat(30 * kilobyte) } as const
  const all = Array.from({ length: 5 }, outbox)
  for (const each of all) for (let count = 0; count < 3; count += 1) each.send(signal)
  expect(all.map(({ sent }) => sent.length)).toEqual([3, 3, 3, 1, 0])
  expect(tally.lost).toBe(5)
  expect(tally.waitingBytes).toBeGreaterThan(300 * kilobyte)
  // Nor are pings answered.
  for (const each of all) each.pong(Buffer.from('x'))
  expect(all.map(({ sent }) => sent.length)).toEqual([3, 3, 3, 1, 0])
  for (const each of all) each.send({ type: 'left', instance: 'b' })
  expect(all.map(({ cut }) => cut.mock.calls.length)).toEqual([1, 1, 1, 0, 0])
  // What ends, or reads, gives its place to the others.
  for (const each of all.slice(0, 3)) each.end()
  for (const done of all.slice(0, 3).flatMap(({ sent }) => sent)) done()
  all[4]?.send(signal)
  for (const done of all.slice(3).flatMap(({ sent }) => sent)) done()
  expect([tally.waitingBytes, tally.lost]).toEqual([0, 5])
})

const isPong = (message: unknown) => JSON.stringify(message) === '{"type":"pong"}'

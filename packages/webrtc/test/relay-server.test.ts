import { expect, test, vi } from 'vitest'
import { closeCodes } from '../src/server/index.ts'
import { encodeRelayMessage, parseRelayMessage } from '../src/wire/relay-message.ts'
import { program } from './program.ts'
import { createDice } from './random.ts'
import { type Client, client, eventually, member, metric, start } from './server-client.ts'

const signaling = program()
const kilobyte = 1_024

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytesOf = (said: string) => new TextEncoder().encode(said)

/** `a: hello` for each binary message that came. */
function bytesHeard({ socket }: Client): string[] {
  const heard: string[] = []
  socket.on('message', (data: Buffer, isBinary) => {
    const message = isBinary ? parseRelayMessage(new Uint8Array(data)) : undefined
    if (message !== undefined) heard.push(`${message.instance}: ${text(message.bytes)}`)
  })
  return heard
}

const relay = ({ socket }: Client, to: string, bytes: Uint8Array) =>
  socket.send(encodeRelayMessage(to, bytes))

/** Resolves when the server has read all that `one` sent. */
async function read(one: Client): Promise<void> {
  const pongs = one.heard.filter(isPong).length
  one.say({ type: 'ping' })
  await eventually(() => expect(one.heard.filter(isPong).length).toBe(pongs + 1), 30_000)
}

const isPong = (message: unknown) => (message as { type?: unknown } | undefined)?.type === 'pong'

test('SRV-31 bytes reach the instance they are for, in order, with their sender in its place, and nobody else', async () => {
  const server = await start()
  const [a, b, c] = [await member(server, 'a'), await member(server, 'b'), await member(server, 'c')]
  const away = await member(server, 'b', 'another room')
  const heard = [a, b, c, away].map(bytesHeard)
  for (let index = 0; index < 100; index += 1) relay(a, 'b', bytesOf(`number ${index}`))
  relay(a, 'nobody', bytesOf('lost'))
  relay(c, 'b', Uint8Array.of(0xff))
  await Promise.all([read(a), read(c)])
  await Promise.all([a, b, c, away].map(read))
  expect(heard[1]).toHaveLength(101)
  expect(heard[1]?.filter(each => each.startsWith('a'))).toEqual(
    Array.from({ length: 100 }, (_, index) => `a: number ${index}`),
  )
  expect([heard[0], heard[2], heard[3]]).toEqual([[], [], []])
  expect(await metric(server, 'relay_frames_total')).toBe(101)
  expect(await metric(server, 'relay_lost_total')).toBe(1)
})

test('SRV-32 without a relay those who join are told so, and bytes close their socket (4000)', async () => {
  const server = await start({ relay: false })
  const [a, b] = [await member(server, 'a'), await member(server, 'b')]
  expect(a.heard[0]).toEqual({ type: 'welcome', members: [], relay: false })
  const heard = bytesHeard(b)
  relay(a, 'b', bytesOf('hello'))
  expect(await a.closed).toBe(closeCodes.malformed)
  await read(b)
  expect(heard).toEqual([])
})

test('SRV-32 --no-relay is an option of the program', async () => {
  const server = await signaling.run(['--port', '0', '--no-relay']).listening()
  expect((await member(server, 'a')).heard[0]).toMatchObject({ relay: false })
})

test('SRV-33 bytes that are garbage, too many, or come before joining, end their own socket and no other', async () => {
  const server = await start()
  const bystander = await member(server, 'bystander')
  const early = await client(server)
  relay(early, 'bystander', bytesOf('x'))
  expect(await early.closed).toBe(closeCodes.outOfTurn)
  const wrong = [
    Uint8Array.of(),
    Uint8Array.of(0, 1),
    Uint8Array.of(9),
    Uint8Array.of(3, 97, 98, 99),
    Uint8Array.of(3, 97, 32, 99, 1),
    Uint8Array.of(2, 0, 255, 1),
    new Uint8Array(400).fill(200),
    encodeRelayMessage('bystander', new Uint8Array(20 * kilobyte)),
  ]
  for (const bytes of wrong) {
    const one = await member(server, 'one')
    one.socket.send(bytes)
    expect(await one.closed, `${bytes.length} bytes`).toBe(closeCodes.malformed)
  }
  const dice = createDice(33)
  for (let round = 0; round < 300; round += 1) {
    const one = await member(server, 'one')
    one.socket.send(Uint8Array.from({ length: dice.below(80) }, () => dice.below(256)))
    one.say({ type: 'ping' })
    // Now and then garbage is a message, to somebody who is not there.
    await Promise.race([one.closed, eventually(() => expect(one.heard.at(-1)).toEqual({ type: 'pong' }))])
    one.socket.terminate()
  }
  await read(bystander)
  expect(bytesHeard(bystander)).toEqual([])
}, 60_000)

test('SRV-34 one that sends more bytes, or more messages, than its rate is read more slowly: all arrives, nobody is cut', async () => {
  for (const limits of [
    { relayBytesBurstMax: 50 * kilobyte, relayBytesPerSecondMax: 200 * kilobyte },
    { relayMessagesBurstMax: 5, relayMessagesPerSecondMax: 40 },
  ]) {
    const server = await start({ limits })
    const [a, b, x, y] = await Promise.all(
      ['a', 'b', 'x', 'y'].map(instance => member(server, instance)),
    ).then(all => all as [Client, Client, Client, Client])
    const [heard, others] = [bytesHeard(b), bytesHeard(y)]
    const piece = 'x'.repeat(5 * kilobyte)
    const begun = performance.now()
    for (let index = 0; index < 30; index += 1) relay(a, 'b', bytesOf(`${index} ${piece}`))
    // Others of the room have rates of their own.
    relay(x, 'y', bytesOf('quick'))
    await eventually(() => expect(others).toEqual(['x: quick']))
    const quickMs = performance.now() - begun
    await eventually(() => expect(heard).toHaveLength(30))
    expect(heard.map(each => each.split(' ')[1])).toEqual(
      Array.from({ length: 30 }, (_, index) => `${index}`),
    )
    // 150 kB less 50 at 200 kB a second; 30 messages less 5 at 40 a second: what is over is paid in time, but for what
    // stood in one piece that was read before the first pause, 64 kB at most.
    expect(performance.now() - begun).toBeGreaterThan(150)
    expect(quickMs).toBeLessThan(400)
    expect(await metric(server, 'relay_pauses_total')).toBeGreaterThan(0)
    expect(a.socket.readyState).toBe(a.socket.OPEN)
  }
})

test('SRV-35 what is relayed to one that does not read is lost before any signal, cuts nobody, and memory stays bounded', async () => {
  const limits = {
    relayBytesBurstMax: 1e9,
    relayMessagesBurstMax: 1e6,
    relayBytesPerSecondMax: 1e9,
    relayMessagesPerSecondMax: 1e6,
    heartbeatMs: 1e6,
  }
  const server = await start({ limits })
  const sleeper = await member(server, 'sleeper')
  const [flooder, polite] = [await member(server, 'flooder'), await member(server, 'polite')]
  const heard = bytesHeard(sleeper)
  sleeper.socket.pause()
  const piece = new Uint8Array(16 * kilobyte)
  for (let round = 0; round < 20; round += 1) {
    for (let sent = 0; sent < 200; sent += 1) relay(flooder, 'sleeper', piece)
    await read(flooder)
    expect(await metric(server, 'waiting_bytes')).toBeLessThanOrEqual(769 * kilobyte)
  }
  expect(await metric(server, 'relay_lost_total')).toBeGreaterThan(2_000)
  // A signal finds its place all the same.
  polite.say({ type: 'signal', to: 'sleeper', data: 'hello' })
  await read(polite)
  expect(await metric(server, 'lost_total')).toBe(0)
  sleeper.socket.resume()
  await eventually(() => expect(sleeper.heard.at(-1)).toMatchObject({ from: 'polite', data: 'hello' }))
  relay(polite, 'sleeper', bytesOf('and bytes'))
  await eventually(() => expect(heard.at(-1)).toBe('polite: and bytes'))
}, 60_000)

test('SRV-35 when too much waits for all together, what is relayed is lost before signals are', async () => {
  const limits = { relayWaitingBytesTotalMax: 1, heartbeatMs: 1e6 }
  const server = await start({ limits })
  const [a, b] = [await member(server, 'a'), await member(server, 'b')]
  relay(a, 'b', bytesOf('lost'))
  a.say({ type: 'signal', to: 'b', data: 'kept' })
  await vi.waitFor(() => expect(b.heard.at(-1)).toEqual({ type: 'signal', from: 'a', data: 'kept' }))
  expect(await metric(server, 'relay_lost_total')).toBe(1)
})

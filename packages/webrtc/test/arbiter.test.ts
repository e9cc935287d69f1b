import { ensembleId } from '@peerkeeper/core/transport'
import { expect, test, vi } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { askingArbiter as webSocketArbiter } from '../src/page/signaling/founding/asking.ts'
import { foundingAnswerMs, reconnectMsMax } from '../src/wire/limits.ts'
import { closeCodes } from '../src/wire/server-protocol.ts'
import { FakeSocket } from './fake-socket.ts'

function setup(extra: { readonly token?: string; readonly timeoutMs?: number } = {}) {
  const time = createFakeTime()
  const sockets: FakeSocket[] = []
  const opened: number[] = []
  const urls: string[] = []
  const failures: string[] = []
  const arbiter = webSocketArbiter({
    url: 'ws://signaling.test',
    room: 'room',
    timers: time,
    random: () => 1,
    onFailure: (code, reason) => failures.push(`${code} ${reason}`),
    openSocket(url) {
      const socket = new FakeSocket()
      sockets.push(socket)
      opened.push(time.nowMs)
      urls.push(url)
      return socket as unknown as WebSocket
    },
    ...extra,
  })
  const abort = new AbortController()
  const open = (index: number) => {
    const socket = sockets[index]
    if (socket === undefined) throw new Error(`there is no socket ${index}`)
    socket.readyState = 1
    socket.onopen?.()
    return socket
  }
  return { time, sockets, opened, urls, failures, arbiter, abort, open }
}

const [a, b] = [ensembleId('a'), ensembleId('b')]

test('SIG-13 a question has a socket of its own, which is closed with the answer; what is no answer is ignored', async () => {
  const { arbiter, abort, open, sockets, time } = setup()
  const told = arbiter.found(a, abort.signal)
  const socket = open(0)
  expect(socket.said).toEqual([{ type: 'found', room: 'room', ensemble: 'a' }])
  for (const noise of ['x', '{}', { type: 'pong' }, { type: 'stands' }, { type: 'stands', ensemble: 'a b' }])
    socket.hear(noise)
  expect(socket.readyState).toBe(1)
  socket.hear({ type: 'stands', ensemble: 'b' })
  expect(await told).toBe(b)
  expect(socket.readyState).toBe(3)
  const replaced = arbiter.replace(b, a, abort.signal)
  expect(open(1).said).toEqual([{ type: 'replace', room: 'room', current: 'b', next: 'a' }])
  sockets[1]?.hear({ type: 'stands', ensemble: 'a' })
  expect(await replaced).toBe(a)
  // Nothing is left that would ask again.
  time.advance(10 * reconnectMsMax)
  abort.abort()
  expect(sockets).toHaveLength(2)
})

test('SIG-13 it is put again after 0.5 s, 1 s, ... 30 s, whether the server is away, silent or refuses', async () => {
  const { arbiter, abort, open, sockets, opened, failures, time } = setup()
  const told = arbiter.found(a, abort.signal)
  sockets[0]?.lose()
  time.advance(500)
  open(1).lose(closeCodes.notDurable)
  time.advance(1_000)
  open(2)
  time.advance(foundingAnswerMs)
  expect(sockets[2]?.readyState).toBe(3)
  // An answer to a question that was given up does not count.
  sockets[2]?.hear({ type: 'stands', ensemble: 'b' })
  time.advance(2_000)
  for (const wait of [4_000, 8_000, 16_000, 30_000, 30_000]) {
    sockets.at(-1)?.lose()
    time.advance(wait - 1)
    const before = sockets.length
    time.advance(1)
    expect(sockets).toHaveLength(before + 1)
  }
  expect(opened.slice(0, 4)).toEqual([0, 500, 1_500, 1_500 + foundingAnswerMs + 2_000])
  expect(failures.slice(0, 3)).toEqual(['1006 ', '4013 ', '0 the server does not answer'])
  open(sockets.length - 1).hear({ type: 'stands', ensemble: 'a' })
  expect(await told).toBe(a)
})

test('SIG-13 a refusal that would come again ends the question at once, with what the server says', async () => {
  for (const reason of ['unauthorized', 'originRefused', 'foundingsFull', 'malformed'] as const) {
    const { arbiter, abort, open, failures, sockets, time } = setup()
    const told = arbiter.found(a, abort.signal)
    const code = closeCodes[reason]
    open(0).lose(code)
    await expect(told).rejects.toThrow(`the signaling server refuses:  (${code})`)
    expect(failures).toEqual([`${code} `])
    abort.abort()
    time.advance(10 * reconnectMsMax)
    expect(sockets).toHaveLength(1)
  }
})

test.each(['before', 'while it opens', 'while it waits for an answer', 'between attempts'])(
  'SIG-13 aborted %s it rejects with the reason, closes its socket and asks no more',
  async when => {
    const { arbiter, abort, open, sockets, time } = setup()
    if (when === 'before') abort.abort('enough')
    const told = arbiter.found(a, abort.signal)
    const failed = vi.fn()
    void told.catch(failed)
    if (when === 'while it waits for an answer') open(0)
    if (when === 'between attempts') sockets[0]?.lose()
    abort.abort('enough')
    await expect(told).rejects.toBe('enough')
    const count = sockets.length
    expect(count).toBe(when === 'before' ? 0 : 1)
    expect(sockets[0]?.readyState ?? 3).toBe(3)
    time.advance(10 * reconnectMsMax)
    expect(sockets).toHaveLength(count)
    expect(failed).toHaveBeenCalledTimes(1)
  },
)

test('SIG-13 a socket that cannot even be tried is tried again too', async () => {
  const time = createFakeTime()
  const reasons: string[] = []
  const arbiter = webSocketArbiter({
    url: 'no address',
    room: 'room',
    timers: time,
    openSocket() {
      throw new Error('what address')
    },
    onFailure: (_, reason) => reasons.push(reason),
  })
  const abort = new AbortController()
  const told = arbiter.found(a, abort.signal)
  time.advance(reconnectMsMax)
  expect(reasons.length).toBeGreaterThan(2)
  expect(reasons[0]).toMatch(/what address/)
  abort.abort('enough')
  await expect(told).rejects.toBe('enough')
})

test('SIG-14 the token stands in the first message and not in the address; each attempt has its own time', async () => {
  const { arbiter, abort, open, sockets, urls, time } = setup({ token: 'a secret', timeoutMs: 100 })
  const told = arbiter.found(a, abort.signal)
  expect(open(0).said).toEqual([{ type: 'found', room: 'room', ensemble: 'a', token: 'a secret' }])
  time.advance(100)
  expect(sockets[0]?.readyState).toBe(3)
  expect(urls).toEqual(['ws://signaling.test'])
  abort.abort('enough')
  await expect(told).rejects.toBe('enough')
})

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensembleId } from '@peerkeeper/core/transport'
import { describe, expect, test } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { webSocketArbiter } from '../src/page/index.ts'
import { createBook, type Founding } from '../src/server/foundings/book.ts'
import { createDesk } from '../src/server/foundings/desk.ts'
import type { FoundingsFile } from '../src/server/foundings/file.ts'
import { createJournal } from '../src/server/foundings/journal.ts'
import { closeCodes } from '../src/server/index.ts'
import { ask, atEnd, client, eventually, metric, start } from './server-client.ts'

const openSocket = (url: string) => new NodeWebSocket(url) as unknown as WebSocket
const arbiter = (url: string, room: string) => webSocketArbiter({ url, room, openSocket, random: () => 0 })
const soon = () => AbortSignal.timeout(10_000)
const a = ensembleId('a')
const b = ensembleId('b')
const c = ensembleId('c')
const found = (room: string, ensemble: string) => ({ type: 'found', room, ensemble }) as const

async function dataFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'peerkeeper-foundings-'))
  atEnd(() => rm(folder, { recursive: true }))
  return join(folder, 'foundings')
}

describe.each(['in memory', 'in a file'])('%s', where => {
  const options = async () => (where === 'in a file' ? { dataFile: await dataFile() } : {})

  test.each([2, 50])(
    'SRV-13 of %i who found a room at once one wins, and all are told the same',
    async many => {
      const server = await start(await options())
      const candidates = Array.from({ length: many }, (_, index) => ensembleId(`ensemble-${index}`))
      const told = await Promise.all(candidates.map(each => arbiter(server.url, 'room').found(each, soon())))
      expect(new Set(told).size).toBe(1)
      expect(candidates).toContain(told[0])
      expect(await arbiter(server.url, 'room').found(c, soon())).toBe(told[0])
      expect(await arbiter(server.url, 'other room').found(c, soon())).toBe(c)
      expect(await metric(server, 'foundings')).toBe(2)
    },
  )

  test('SRV-14 one who replaces what stands puts the next in its place; one who is late is told what stands', async () => {
    const server = await start(await options())
    const room = arbiter(server.url, 'room')
    await room.found(a, soon())
    expect(await room.replace(b, c, soon())).toBe(a)
    const forks = [b, c].map(next => arbiter(server.url, 'room').replace(a, next, soon()))
    const [first, second] = await Promise.all(forks)
    expect([b, c]).toContain(first)
    expect(second).toBe(first)
    // An answer that was lost is asked for again.
    expect(await room.replace(a, first ?? c, soon())).toBe(first)
    expect(await room.found(a, soon())).toBe(first)
  })
})

test('SRV-14 a replacement of what the server has forgotten stands, the first of two', async () => {
  const server = await start()
  expect(await arbiter(server.url, 'room').replace(a, b, soon())).toBe(b)
  expect(await arbiter(server.url, 'room').replace(a, c, soon())).toBe(b)
})

test('SRV-15 what was answered is there after a restart, and so is what was written and not answered', async () => {
  const path = await dataFile()
  const first = await start({ dataFile: path })
  await arbiter(first.url, 'answered').found(a, soon())
  await arbiter(first.url, 'forked').found(a, soon())
  await arbiter(first.url, 'forked').replace(a, b, soon())
  const asker = await client(first)
  asker.say(found('not answered', 'a'))
  asker.socket.terminate()
  await eventually(async () => expect(await readFile(path, 'utf8')).toContain('not answered'))
  await first.close()
  const second = await start({ dataFile: path })
  for (const [room, stands] of [
    ['answered', a],
    ['forked', b],
    ['not answered', a],
  ] as const)
    expect(await arbiter(second.url, room).found(c, soon())).toBe(stands)
})

test('SRV-16 a full server refuses new rooms (4011) and forgets none; an address founds so many an hour (4012)', async () => {
  const server = await start({ limits: { foundingsMax: 2, foundingsBurstMax: 3 } })
  const asker = await client(server)
  const answers = async (count: number) => eventually(() => expect(asker.heard).toHaveLength(count))
  asker.say(found('one', 'a'))
  await answers(1)
  asker.say(found('two', 'b'))
  await answers(2)
  asker.say(found('one', 'c'))
  await answers(3)
  expect(asker.heard.at(-1)).toEqual({ type: 'stands', ensemble: 'a' })
  asker.say(found('three', 'c'))
  expect(await asker.closed).toBe(closeCodes.foundingsFull)

  const forker = await client(server)
  forker.say({ type: 'replace', room: 'one', current: 'a', next: 'b' })
  await eventually(() => expect(forker.heard).toEqual([{ type: 'stands', ensemble: 'b' }]))
  forker.say({ type: 'replace', room: 'one', current: 'b', next: 'c' })
  expect(await forker.closed).toBe(closeCodes.tooManyFoundings)
  expect(await arbiter(server.url, 'one').found(c, soon())).toBe(b)
})

test('SRV-16 a socket that asks before it was answered is out of turn (4001)', async () => {
  const server = await start({ dataFile: await dataFile() })
  const asker = await client(server)
  for (const room of ['one', 'two']) asker.say(found(room, 'a'))
  expect(await asker.closed).toBe(closeCodes.outOfTurn)
})

/** A disk that writes when it is told to. */
function fakeFile(isLong = false) {
  const writes: { readonly foundings: readonly Founding[]; readonly done: (error?: Error) => void }[] = []
  const write = (foundings: readonly Founding[]) =>
    new Promise<void>((resolve, reject) =>
      writes.push({ foundings, done: error => (error === undefined ? resolve() : reject(error)) }),
    )
  const append = isLong ? () => Promise.reject(new Error('it is long')) : write
  const file: FoundingsFile = { append, rewrite: write, isLong, close: async () => {} }
  const book = createBook([], 100)
  return { writes, desk: createDesk(book, createJournal(file, book)) }
}

test('SRV-17 nobody is answered before the disk has it; those who come meanwhile share the next write', async () => {
  const { writes, desk } = fakeFile()
  const told: string[] = []
  const asks = [found('r1', 'a'), found('r2', 'b'), found('r1', 'c'), found('r3', 'd')].map(question =>
    desk
      .ask(question, () => true)
      .then(answer => told.push(`${question.ensemble} ${JSON.stringify(answer)}`)),
  )
  await eventually(() => expect(writes).toHaveLength(1))
  const late = desk.ask(found('r4', 'e'), () => true)
  expect(told).toEqual([])
  writes[0]?.done()
  await eventually(() => expect(writes).toHaveLength(2))
  expect(writes.map(({ foundings }) => foundings.map(({ room }) => room))).toEqual([
    ['r1', 'r2', 'r3'],
    ['r4'],
  ])
  await Promise.all(asks)
  expect(told).toContain('c {"type":"stands","ensemble":"a"}')
  writes[1]?.done()
  expect(await late).toEqual({ type: 'stands', ensemble: 'e' })
})

test('SRV-17 a disk that fails ends all answers, also about what is known, until the file is opened again', async () => {
  const { writes, desk } = fakeFile()
  const first = desk.ask(found('r1', 'a'), () => true)
  await eventually(() => expect(writes).toHaveLength(1))
  const second = desk.ask(found('r1', 'b'), () => true)
  const third = desk.ask(found('r2', 'b'), () => true)
  writes[0]?.done(new Error('the disk is full'))
  const refused = { type: 'refused', reason: 'notDurable' }
  expect(await Promise.all([first, second, third])).toEqual([refused, refused, refused])
  expect(await desk.ask(found('r1', 'a'), () => true)).toEqual(refused)
  expect(writes).toHaveLength(1)
  expect(desk.failure).toMatch(/the disk is full/)
  await desk.close()
})

test('SRV-17 a server whose file was taken from it says so (4013, 503) and goes on relaying', async () => {
  const path = await dataFile()
  const server = await start({ dataFile: path })
  await rm(path)
  const asker = await client(server)
  asker.say(found('room', 'a'))
  expect(await asker.closed).toBe(closeCodes.notDurable)
  expect(await ask(server, '/health')).toMatchObject({ code: 503, text: expect.stringMatching(/is gone/) })
  const other = await client(server)
  other.say({ type: 'ping' })
  await eventually(() => expect(other.heard).toEqual([{ type: 'pong' }]))
})

test('SRV-20 a server whose file has grown long writes all of it anew with the next founding', async () => {
  const { writes, desk } = fakeFile(true)
  for (const room of ['r1', 'r2']) {
    const answer = desk.ask(found(room, 'a'), () => true)
    await eventually(() => expect(writes.at(-1)?.foundings.at(-1)?.room).toBe(room))
    writes.at(-1)?.done()
    expect(await answer).toEqual({ type: 'stands', ensemble: 'a' })
  }
  expect(writes.map(({ foundings }) => foundings.length)).toEqual([1, 2])
})

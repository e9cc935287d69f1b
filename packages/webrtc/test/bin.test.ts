import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments } from '../src/server/arguments.ts'
import { closeCodes, defaultLimits } from '../src/server/index.ts'
import { program } from './program.ts'
import { type Client, client, eventually } from './server-client.ts'

const signaling = program()
const environment = { PEERKEEPER_SIGNALING_TOKEN: 'of the environment' }
const run = (...args: string[]) => signaling.run(args, environment)

test('SRV-12 the program prints its address, serves, and stops on SIGTERM', async () => {
  const { child, listening, exited } = run('--port', '0')
  const { closed } = await client(await listening())
  child.kill('SIGTERM')
  expect(await closed).toBe(1001)
  expect(await exited).toBe(0)
})

test('SRV-12 arguments that it does not know end the program with its usage and code 2', async () => {
  const mistakes = [
    ['--port', 'x'],
    ['--port', '70000'],
    ['--colour'],
    ['serve'],
    ['--limit', 'coloursMax=3'],
    ['--limit', 'roomsMax=0'],
    ['--limit', 'roomsMax'],
    ['--origin', 'app'],
    ['--drain', '-1'],
  ]
  for (const args of mistakes) {
    const { printed, exited } = run(...args)
    expect(await exited).toBe(2)
    expect(printed.error).toMatch(/\n\nUsage: peerkeeper-signaling/)
  }
  const { printed, exited } = run('--help')
  expect(await exited).toBe(0)
  expect(printed.out).toMatch(/^Usage/)
})

test('SRV-12 a port that is taken ends the program with code 1', async () => {
  const first = run('--port', '0')
  const { port } = await first.listening()
  const second = run('--port', String(port))
  expect(await second.exited).toBe(1)
  expect(second.printed.error).toMatch(/EADDRINUSE/)
  first.child.kill('SIGINT')
  expect(await first.exited).toBe(0)
})

test('SRV-12 every option reaches the server, and the help names every option and limit', async () => {
  const text =
    '--port 1 --host ::1 --data f --token t --origin https://a.example --origin HTTP://b:80/ --trust-proxy --no-relay --drain 3 --limit roomsMax=7'
  expect(readArguments(text.split(' '), {})).toEqual({
    type: 'run',
    options: {
      port: 1,
      host: '::1',
      dataFile: 'f',
      token: 't',
      origins: ['https://a.example', 'http://b'],
      trustsProxy: true,
      relay: false,
      drainMs: 3_000,
      limits: { roomsMax: 7 },
    },
  })
  const { printed, exited } = run('-h')
  await exited
  for (const name of [...(text.match(/--[a-z-]+/g) ?? []), ...Object.keys(defaultLimits)])
    expect(printed.out).toContain(name)
})

const found = (asker: Client, room: number, ensemble: string, token = 'of the environment') =>
  asker.say({ type: 'found', room: `room ${room}`, ensemble, token })

/** Runs the program on `data`, has it found the rooms from `first` on, and kills it in the midst of that. */
async function foundUntilKilled(data: string, first: number, last: number): Promise<number> {
  const { child, listening, exited } = run(
    '--port',
    '0',
    '--data',
    data,
    '--limit',
    'foundingsBurstMax=1000000',
  )
  const asker = await client(await listening())
  let room = first
  asker.socket.on('message', text => {
    expect(JSON.parse(String(text))).toEqual({ type: 'stands', ensemble: `e${room}` })
    room += 1
    if (room === last) child.kill('SIGKILL')
    found(asker, room, `e${room}`)
  })
  found(asker, room, `e${room}`)
  expect(await asker.closed).toBe(1006)
  await exited
  return room
}

test('SRV-15 a program that is killed while it founds has what it answered, and takes its file again', async () => {
  const data = join(signaling.folder, 'foundings')
  let answered = 0
  for (const last of [20, 47, 90]) {
    answered = await foundUntilKilled(data, answered, last)
    await appendFile(data, 'a write that was cut short')
  }
  const { child, listening, exited } = run('--port', '0', '--data', data)
  const asker = await client(await listening())
  asker.socket.on('message', () => {
    if (asker.heard.length < answered) found(asker, asker.heard.length, 'another')
  })
  found(asker, 0, 'another')
  await eventually(() => expect(asker.heard).toHaveLength(answered))
  expect(asker.heard).toEqual(
    Array.from({ length: answered }, (_, room) => ({ type: 'stands', ensemble: `e${room}` })),
  )
  found(asker, 0, 'another', 'a guess')
  expect(await asker.closed).toBe(closeCodes.unauthorized)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
}, 60_000)

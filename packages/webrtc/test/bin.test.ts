import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { readArguments } from '../src/server/arguments.ts'
import { closeCodes, defaultLimits } from '../src/server/index.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
let folder: string
let script: string

/** The program as one file, beside this package's own modules. */
beforeAll(async () => {
  folder = await mkdtemp(here('../node_modules/.bin-test-'))
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: here('../src/server/bin.ts'), write: false, target: 'node20' },
  })
  const chunk = 'output' in output ? output.output[0] : undefined
  script = join(folder, 'bin.mjs')
  await writeFile(script, chunk?.code ?? '')
})
afterAll(() => rm(folder, { recursive: true }))

function run(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, PEERKEEPER_SIGNALING_TOKEN: 'of the environment' },
  })
  const printed = { out: '', error: '' }
  child.stdout?.on('data', data => {
    printed.out += data
  })
  child.stderr?.on('data', data => {
    printed.error += data
  })
  return { child, printed, exited: once(child, 'exit').then(([code]) => code) }
}

test('SRV-12 the program prints its address, serves, and stops on SIGTERM', async () => {
  const { child, printed, exited } = run('--port', '0')
  await vi.waitFor(() => expect(printed.out).toMatch(/^Signaling on ws:\/\/127\.0\.0\.1:\d+\n$/), {
    timeout: 10_000,
  })
  const socket = new WebSocket(printed.out.replace('Signaling on ', '').trim())
  await once(socket, 'open')
  const closed = once(socket, 'close')
  child.kill('SIGTERM')
  expect((await closed)[0]).toBe(1001)
  expect(await exited).toBe(0)
}, 20_000)

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
}, 20_000)

test('SRV-12 a port that is taken ends the program with code 1', async () => {
  const first = run('--port', '0')
  await vi.waitFor(() => expect(first.printed.out).toMatch(/\d+\n$/), { timeout: 10_000 })
  const port = /(\d+)\n$/.exec(first.printed.out)?.[1] ?? ''
  const second = run('--port', port)
  expect(await second.exited).toBe(1)
  expect(second.printed.error).toMatch(/EADDRINUSE/)
  first.child.kill('SIGINT')
  expect(await first.exited).toBe(0)
}, 20_000)

test('SRV-12 every option reaches the server, and the help names every option and limit', async () => {
  const text =
    '--port 1 --host ::1 --data f --token t --origin https://a.example --origin HTTP://b:80/ --trust-proxy --drain 3 --limit roomsMax=7'
  expect(readArguments(text.split(' '), {})).toEqual({
    type: 'run',
    options: {
      port: 1,
      host: '::1',
      dataFile: 'f',
      token: 't',
      origins: ['https://a.example', 'http://b'],
      trustsProxy: true,
      drainMs: 3_000,
      limits: { roomsMax: 7 },
    },
  })
  const { printed, exited } = run('-h')
  await exited
  for (const name of [...(text.match(/--[a-z-]+/g) ?? []), ...Object.keys(defaultLimits)])
    expect(printed.out).toContain(name)
})

/** Runs the program on `data`, asks it to found the rooms from `first` on, and kills it in the midst of that. */
async function foundUntilKilled(data: string, first: number, last: number): Promise<number> {
  const { child, printed, exited } = run(
    '--port',
    '0',
    '--data',
    data,
    '--limit',
    'foundingsBurstMax=1000000',
  )
  await vi.waitFor(() => expect(printed.out).toMatch(/\d+\n$/), { timeout: 10_000 })
  const socket = new WebSocket(printed.out.replace('Signaling on ', '').trim())
  socket.on('error', () => {})
  let room = first
  const found = () =>
    socket.send(
      JSON.stringify({
        type: 'found',
        room: `room ${room}`,
        ensemble: `e${room}`,
        token: 'of the environment',
      }),
    )
  socket.on('open', found)
  socket.on('message', text => {
    expect(JSON.parse(String(text))).toEqual({ type: 'stands', ensemble: `e${room}` })
    room += 1
    if (room === last) child.kill('SIGKILL')
    found()
  })
  const code = await once(socket, 'close')
  expect(code[0]).toBe(1006)
  await exited
  return room
}

test('SRV-15 a program that is killed while it founds has what it answered, and takes its file again', async () => {
  const data = join(folder, 'foundings')
  let answered = 0
  for (const last of [20, 47, 90]) {
    answered = await foundUntilKilled(data, answered, last)
    await appendFile(data, 'a write that was cut short')
  }
  const { child, printed, exited } = run('--port', '0', '--data', data)
  await vi.waitFor(() => expect(printed.out).toMatch(/\d+\n$/), { timeout: 10_000 })
  const socket = new WebSocket(printed.out.replace('Signaling on ', '').trim())
  const heard: unknown[] = []
  socket.on('message', text => {
    heard.push(JSON.parse(String(text)).ensemble)
    if (heard.length < answered) ask()
  })
  const ask = () =>
    socket.send(
      JSON.stringify({
        type: 'found',
        room: `room ${heard.length}`,
        ensemble: 'another',
        token: 'of the environment',
      }),
    )
  socket.on('open', ask)
  await vi.waitFor(() => expect(heard).toHaveLength(answered), { timeout: 10_000 })
  expect(heard).toEqual(Array.from({ length: answered }, (_, room) => `e${room}`))
  const closed = once(socket, 'close')
  socket.send('{"type":"found","room":"r","ensemble":"e","token":"a guess"}')
  expect((await closed)[0]).toBe(closeCodes.unauthorized)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
}, 60_000)

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'

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
  const child: ChildProcess = spawn(process.execPath, [script, ...args])
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
  for (const args of [['--port', 'x'], ['--port', '70000'], ['--colour'], ['serve']]) {
    const { printed, exited } = run(...args)
    expect(await exited).toBe(2)
    expect(printed.error).toMatch(/^Usage: peerkeeper-signaling/)
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

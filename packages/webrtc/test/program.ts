/** A program of this package, the signaling server or another, as its users run it: built, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect } from 'vitest'
import { atEnd, eventually } from './server-client.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface Program {
  /** A folder that lasts as long as the test file. */
  readonly folder: string
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Running
}

export interface Running {
  readonly child: ChildProcess
  readonly printed: { readonly out: string; readonly error: string }
  readonly exited: Promise<number | null>
  /** Where it listens, when it does. */
  listening(): Promise<{ readonly url: string; readonly port: number }>
}

/** Builds the program before the tests of a file, and removes it after them. */
export function program(source = '../src/server/bin.ts'): Program {
  let folder = ''
  // Beside this package's own modules, so that it finds them.
  beforeAll(async () => {
    folder = await mkdtemp(here('../node_modules/.bin-test-'))
    const output = await build({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: here(source),
        write: false,
        target: 'node20',
        rolldownOptions: { output: { entryFileNames: 'bin.mjs', chunkFileNames: '[name].mjs' } },
      },
    })
    for (const file of 'output' in output ? output.output : [])
      if (file.type === 'chunk') await writeFile(join(folder, file.fileName), file.code)
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  return {
    get folder() {
      return folder
    },
    run(args, environment = {}) {
      const child = spawn(process.execPath, [join(folder, 'bin.mjs'), ...args], {
        env: { ...process.env, ...environment },
      })
      atEnd(() => child.kill('SIGKILL'))
      const printed = { out: '', error: '' }
      child.stdout.on('data', data => {
        printed.out += data
      })
      child.stderr.on('data', data => {
        printed.error += data
      })
      return {
        child,
        printed,
        exited: once(child, 'exit').then(([code]) => code),
        async listening() {
          await eventually(() => expect(printed.out).toMatch(/^Signaling on ws:\/\/127\.0\.0\.1:\d+\n$/))
          const url = printed.out.replace('Signaling on ', '').trim()
          return { url, port: Number(new URL(url).port) }
        },
      }
    },
  }
}

import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { publishedPackages } from '../../../../scripts/lib/pack.mjs'

declare global {
  interface ImportMeta {
    /** Vite's. */
    glob(patterns: readonly string[]): Readonly<Record<string, () => Promise<unknown>>>
  }
}

/** What a page or a worker has, and a server has not. */
const ofPages = [
  'window',
  'document',
  'navigator',
  'location',
  'self',
  'indexedDB',
  'localStorage',
  'sessionStorage',
  'Worker',
  'RTCPeerConnection',
  'WebSocket',
  'isSecureContext',
] as const

/** Of every package, but for the worker's entry, which is for workers. */
const doors = import.meta.glob([
  '../../src/{client,host/transport,node,node/files,recipes,sim,testing,testing/browser}/index.ts',
  '../../src/testing/playwright.ts',
  '../../../webrtc/src/{page,server,node}/index.ts',
  '../../../react/src/index.ts',
])

afterEach(() => vi.unstubAllGlobals())

test('API-12 every door can be imported where there is no page, and asks for nothing of one', async () => {
  const published = publishedPackages().flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports).flatMap(({ default: file }) =>
      file === undefined || file.endsWith('/worker.js')
        ? []
        : [join(folder, file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))],
    ),
  )
  const here = dirname(fileURLToPath(import.meta.url))
  expect(new Set(Object.keys(doors).map(door => join(here, door)))).toEqual(new Set(published))
  const asked = new Set<string>()
  const before = new Map(ofPages.map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)]))
  const watching = (name: string) => {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => void asked.add(`${name}: ${new Error(name).stack?.split('\n')[2]}`),
    })
  }
  ofPages.forEach(watching)
  try {
    for (const load of Object.values(doors)) await load()
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor)
      else Reflect.deleteProperty(globalThis, name)
    }
  }
  // simple-peer looks whether there is a page, and goes on without one.
  expect([...asked].filter(where => !where.includes('/node_modules/'))).toEqual([])
})

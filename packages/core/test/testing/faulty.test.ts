import { expect, test } from 'vitest'
import type { PageTransport } from '../../src/host/transport/port-protocol.ts'
import { type Cut, faulty } from '../../src/testing/browser/index.ts'
import { cutOff, rejoin } from '../../src/testing/playwright.ts'

interface Said {
  readonly type: string
  readonly takesChannels?: boolean
}

/** A worker and a transport at both ends of a faulty one, and all that each heard. */
function ends() {
  const heard = { worker: [] as Said[], transport: [] as Said[] }
  let port: MessagePort | null = null
  const inner: PageTransport = {
    attach(attached) {
      port = attached
      attached.onmessage = ({ data }: MessageEvent<Said>) => heard.transport.push(data)
    },
    links: () => [],
    close: () => undefined,
    farewell: () => undefined,
  }
  const { port1: worker, port2 } = new MessageChannel()
  worker.onmessage = ({ data }: MessageEvent<Said>) => heard.worker.push(data)
  const wrapped = faulty(inner)
  wrapped.attach(port2)
  /** Both say something; resolves when what gets through was heard. */
  const talk = async (): Promise<{ readonly out: boolean; readonly in: boolean }> => {
    heard.worker.length = 0
    heard.transport.length = 0
    worker.postMessage({ type: 'send' })
    port?.postMessage({ type: 'frame' })
    worker.postMessage({ type: 'want' })
    port?.postMessage({ type: 'foreign' })
    await expect
      .poll(() => [heard.worker.at(-1)?.type, heard.transport.at(-1)?.type])
      .toEqual(['foreign', 'want'])
    return { out: heard.transport.length === 2, in: heard.worker.length === 2 }
  }
  const close = () => {
    worker.close()
    port?.close()
  }
  return { worker, heard, talk, close, wrapped }
}

test('TESTING-4 what is cut off drops frames one way or both, everything else gets through, and until it rejoins', async () => {
  const { worker, heard, talk, close, wrapped } = ends()
  expect(await talk()).toEqual({ out: true, in: true })
  const cuts: readonly (readonly [Cut, object])[] = [
    ['out', { out: false, in: true }],
    ['in', { out: true, in: false }],
    ['both', { out: false, in: false }],
  ]
  for (const [cut, through] of cuts) {
    wrapped.cutOff(cut)
    expect(await talk(), cut).toEqual(through)
  }
  wrapped.rejoin()
  expect(await talk()).toEqual({ out: true, in: true })
  worker.postMessage({ type: 'start', takesChannels: true })
  await expect.poll(() => heard.transport.at(-1)).toEqual({ type: 'start', takesChannels: false })
  close()
})

test('TESTING-4 a Playwright test cuts every faulty transport of a page', async () => {
  const { talk, close } = ends()
  const page = {
    // What a browser does with an expression.
    evaluate: async (expression: string): Promise<unknown> => new Function(`return ${expression}`)(),
    bringToFront: async () => undefined,
    once: () => undefined,
    context: () => ({ newCDPSession: async () => undefined }),
  }
  await cutOff(page, 'in')
  expect(await talk()).toEqual({ out: true, in: false })
  await rejoin(page)
  expect(await talk()).toEqual({ out: true, in: true })
  close()
})

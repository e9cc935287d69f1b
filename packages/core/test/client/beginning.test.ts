import 'fake-indexeddb/auto'
import { expose } from 'comlink'
import { afterEach, describe, expect, test } from 'vitest'
import type { KeeperError } from '../../src/client/error.ts'
import type { PageTransport } from '../../src/host/transport/port-protocol.ts'
import { browserParts } from '../../src/host/worker/browser-parts.ts'
import { InProcessWorker } from '../../src/host/worker/in-process-worker.ts'
import { createService } from '../../src/host/worker/service.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { openProfile } from './profile.ts'

let close: () => Promise<void> = async () => undefined
afterEach(() => close())

function profile() {
  const opened = openProfile()
  close = opened.close
  return opened
}

/** A Worker whose script is not there. */
class WorkerWithoutScript extends EventTarget {
  postMessage(): void {
    queueMicrotask(() => this.dispatchEvent(new Event('error')))
  }
  terminate(): void {}
}

describe('a worker that does not begin', () => {
  const wrong: [string, () => Worker][] = [
    ['cannot be made', () => new Worker('nowhere.js')],
    ['has no script', () => new WorkerWithoutScript() as unknown as Worker],
  ]
  for (const [what, worker] of wrong)
    for (const replicas of ['per-device', 'per-tab'] as const)
      test(`API-9 one that ${what} fails connect at once, with what to do (${replicas})`, async () => {
        const { open } = profile()
        let closed = 0
        const transport: PageTransport = {
          attach: () => undefined,
          links: () => [],
          farewell: () => undefined,
          close: () => void closed++,
        }
        const error: KeeperError = await open({ worker, replicas, transports: () => [transport] }).then(
          () => expect.unreachable(),
          error => error,
        )
        expect(error).toMatchObject({ code: 'OpenFailed', reason: 'WorkerNotLoaded' })
        expect(error.message).toContain("import '@peerkeeper/core/worker'")
        expect(closed).toBe(1)
      })
})

test('API-13 a worker that has one engine says so where another is asked for', async () => {
  const { open } = profile()
  const worker = () => {
    const { port1, port2 } = new MessageChannel()
    const parts = browserParts(name => (name === 'raft' ? engineKind(name) : null))
    expose(createService(parts), port2)
    return new InProcessWorker(port1) as unknown as Worker
  }
  await expect(open({ worker })).rejects.toMatchObject({ code: 'OpenFailed', reason: 'Mismatch' })
  const keeper = await open({ worker, engine: 'raft' })
  expect((await keeper.status())?.engine).toBe('raft')
})

describe('an effect that is run twice', () => {
  test('API-10 connect, close and connect again without waiting leave one keeper that works', async () => {
    const { open } = profile()
    const first = open()
    const closing = first.then(keeper => keeper.close())
    const second = await open()
    await closing
    await second.create('/x', 'works')
    expect((await second.status())?.membership.voters).toEqual([second.node])
    expect(await first).toMatchObject({ state: 'closed', node: second.node, ensemble: second.ensemble })
    const third = await open()
    expect([third.node, third.ensemble]).toEqual([second.node, second.ensemble])
  })

  test('API-10 so does a first one that was given up by its signal, at any moment', async () => {
    const { open } = profile()
    const seen = new Set<string>()
    for (let ticks = 0; ticks < 40; ticks += 4) {
      const unmount = new AbortController()
      const first = open({ signal: unmount.signal }).then(
        keeper => keeper.close().then(() => 'opened'),
        (error: KeeperError) => error.code,
      )
      for (let tick = 0; tick < ticks; tick++) await new Promise(resolve => setImmediate(resolve))
      unmount.abort()
      const keeper = await open()
      await keeper.set('/', `${ticks}`)
      expect(['opened', 'Aborted']).toContain(await first)
      seen.add(`${keeper.node} of ${keeper.ensemble}`)
      await keeper.close()
    }
    expect(seen.size).toBe(1)
  })
})

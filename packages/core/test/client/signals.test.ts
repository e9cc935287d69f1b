import { getEventListeners, setMaxListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import { serveArbiter } from '../../src/client/serve-arbiter.ts'
import { firstOf, onceAborted } from '../../src/host/time/signals.ts'
import { portArbiter } from '../../src/host/worker/port-arbiter.ts'
import { ensembleId } from '../../src/logic/base/ids.ts'
import { begin } from '../recipes/world.ts'

const calls = 10_000

/** How many listen to the end of `signal`. */
const listening = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

/** What nobody holds goes, as it does in a long day. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}

test('KEEPER-49 ten thousand calls and watches with one signal leave none of their listeners at it', async () => {
  const { world, keepers } = await begin()
  const [keeper] = keepers
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  await world.run(async () => {
    for (let done = 0; done < calls; done += 100) {
      await Promise.all(Array.from({ length: 50 }, () => keeper.exists('/nothing', { signal })))
      const watchers = await Promise.all(
        Array.from({ length: 50 }, () => keeper.watch('/nothing', { signal, onEvent: () => undefined })),
      )
      for (const each of watchers) each.close()
    }
    expect(listening(signal)).toBe(0)
  })
}, 60_000)

test('KEEPER-49 a watch that ends by itself leaves its signal, and so do the listeners of a keeper that is closed', async () => {
  const { world, keepers } = await begin()
  const [own, other] = keepers
  const { signal } = new AbortController()
  for (const name of ['state', 'missing', 'quota'] as const) own.on(name, () => undefined, { signal })
  const watcher = await world.until(own.watch('/a', { signal, onEvent: () => undefined }))
  await world.until(own.removeWatches('/a'))
  const ended = await world.until(other.watch('/a', { signal }))
  const next = ended.next().catch(() => undefined)
  expect(listening(signal)).toBe(4)
  await world.until(own.close())
  await world.expire(other)
  await world.until(next)
  expect(listening(signal)).toBe(0)
  watcher.close()
})

test('KEEPER-49 a listener goes with its signal, also after a garbage collection', async () => {
  const { keepers } = await begin()
  const [keeper] = keepers
  const over = new AbortController()
  setMaxListeners(0, keeper, over.signal)
  const before = getEventListeners(keeper, 'state').length
  for (let count = 0; count < 50; count++) keeper.on('state', () => undefined, { signal: over.signal })
  await collectGarbage()
  over.abort()
  expect(getEventListeners(keeper, 'state').length).toBe(before)
})

test('KEEPER-49 the first of several signals ends what waits for them, also a time limit that nobody holds', async () => {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  let ended = 0
  for (let count = 0; count < 50; count++)
    onceAborted(firstOf(AbortSignal.timeout(50), signal), () => ended++)
  expect(listening(signal)).toBe(50)
  await collectGarbage()
  await vi.waitFor(() => expect([ended, listening(signal)]).toEqual([50, 0]), { timeout: 10_000 })
  expect(firstOf(signal, AbortSignal.abort('why')).reason).toBe('why')
  expect(listening(signal)).toBe(0)
})

test('KEEPER-49 an arbiter that answers many questions leaves the signal of its port', async () => {
  const over = new AbortController()
  const founded = ensembleId('founded')
  const arbiter = { found: async () => founded, replace: async () => founded }
  const asking = portArbiter(serveArbiter(arbiter, over.signal))
  const before = listening(over.signal)
  const { signal } = new AbortController()
  for (let count = 0; count < 100; count++) expect(await asking.found(founded, signal)).toBe(founded)
  expect([listening(over.signal), listening(signal)]).toEqual([before, 0])
  over.abort()
})

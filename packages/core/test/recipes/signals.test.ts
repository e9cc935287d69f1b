import { getEventListeners, setMaxListeners } from 'node:events'
import { expect, test } from 'vitest'
import {
  Barrier,
  Counter,
  DoubleBarrier,
  Group,
  latch,
  lead,
  MultiLock,
  Mutex,
  persistentNode,
  Queue,
  SharedValue,
  subtreeCache,
} from '../../src/recipes/index.ts'
import { begin } from './world.ts'

test('RECIPE-53 a hundred attempts of every kind with one signal leave none of their listeners at it', async () => {
  const { world, keepers } = await begin({ seed: 53 })
  const [own] = keepers
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const waiting = { signal }
  const queue = new Queue(own, '/queue')
  const group = new Group(own, '/group')
  const kinds: Readonly<Record<string, () => Promise<unknown>>> = {
    counter: () => new Counter(own, '/counter').add(1, waiting),
    value: () => new SharedValue(own, '/value').update(present => present, waiting),
    mutex: () => new Mutex(own, '/mutex').withLock(() => undefined, waiting),
    several: async () => {
      const both = new MultiLock(own, [new Mutex(own, '/a'), new Mutex(own, '/b')])
      await (await both.acquire(waiting)).release()
    },
    leader: () => lead(own, '/leader', () => undefined, waiting),
    latch: async () => {
      const candidate = latch(own, '/latch', waiting)
      await Promise.all([candidate.wait(waiting), candidate.wait(waiting)])
      await candidate.close()
    },
    barrier: () => new Barrier(own, '/barrier').wait(waiting),
    meeting: async () => {
      const inside = await new DoubleBarrier(own, '/meeting', 1).enter(waiting)
      await inside.leave(waiting)
    },
    queue: async () => {
      await queue.put('item', waiting)
      await queue.processOne(() => undefined, waiting)
    },
    group: async () => {
      const member = await group.join('me', waiting)
      await member.update('still me', waiting)
      for await (const members of group.follow(waiting)) if (members.length === 1) break
      await member.leave()
    },
    kept: async () => {
      const kept = persistentNode(own, '/kept', { data: 'x', signal })
      await kept.ready(waiting)
      await kept.close()
    },
    cache: async () => {
      const cache = await subtreeCache(own, '/group', waiting)
      await cache.views().next()
      cache.close()
    },
  }
  for (const [kind, once] of Object.entries(kinds)) {
    for (let round = 0; round < 10; round++)
      for (let count = 0; count < 10; count++) await world.until(once())
    await world.advance(100)
    expect(getEventListeners(signal, 'abort').length, kind).toBe(0)
  }
}, 60_000)

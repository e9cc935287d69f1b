import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/keeper.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import {
  type VirtualEnsemble,
  type VirtualEnsembleOptions,
  virtualEnsemble,
} from '../../src/testing/index.ts'

let worlds: VirtualEnsemble[] = []

async function begin(options: VirtualEnsembleOptions = {}): Promise<VirtualEnsemble> {
  const world = await virtualEnsemble(options)
  worlds.push(world)
  return world
}

afterEach(() => {
  for (const world of worlds) world.close()
  worlds = []
  vi.restoreAllMocks()
})

const text = ({ data }: { readonly data: Uint8Array }) => new TextDecoder().decode(data)
const code = (wanted: string) => expect.objectContaining({ code: wanted })

/** The children of the root, but for the one that is always there. */
const names = async (keeper: Keeper): Promise<readonly string[]> =>
  (await keeper.children('/')).children.filter(name => name !== 'zookeeper')

/** Writes, reads and faults of all kinds; what came of it. */
async function eventful(options: VirtualEnsembleOptions) {
  const world = await begin({ ...options, trace: true })
  const [a, b] = [await world.connect(0), await world.connect(1)]
  const told: string[] = []
  const outcomes = await world.run(async () => {
    const watcher = await b.watch('/', {
      recursive: true,
      onEvent: event => told.push(`${event.type} ${event.path}`),
    })
    await a.create('/x')
    world.weather({ minMs: 5, maxMs: 60, loss: 0.05 })
    const sets = Array.from({ length: 20 }, (_, i) => a.set('/x', `${i}`).then(stat => stat.version))
    await world.sleep(50)
    world.kill(2)
    await world.sleep(3_000)
    world.partition([0], [1])
    await world.sleep(3_000)
    world.heal()
    await world.restart(2)
    const versions = await Promise.all(sets)
    await b.sync()
    watcher.close()
    return versions
  })
  return { world, outcomes, told, trace: world.trace.join('\n'), now: world.now, digest: world.digest }
}

describe.each(engineNames)('%s', engine => {
  test('VIRT-1 the same seed is the same run, to the last frame; another is another', async () => {
    const [first, second] = [await eventful({ engine, seed: 3 }), await eventful({ engine, seed: 3 })]
    expect(second.trace).toBe(first.trace)
    expect(second.digest).toBe(first.digest)
    expect(second.now).toBe(first.now)
    expect(second.told).toEqual(first.told)
    expect(first.outcomes).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect((await eventful({ engine, seed: 4 })).digest).not.toBe(first.digest)
  })

  test('VIRT-3 a device that is killed takes its pages along; the others go on, and it comes back with what it stored', async () => {
    const world = await begin({ engine, seed: 5 })
    const [a, b] = [await world.connect(0), await world.connect(1)]
    await world.until(a.create('/mine', '', { mode: 'ephemeral' }))
    await world.until(b.create('/kept', '1'))
    const waiting = a.set('/kept', 'from the dead')
    world.kill(0)
    await expect(world.until(waiting, { withinMs: 30_000 })).rejects.toThrow(/not settled within 30000 ms/)
    expect(world.status(0)).toBeNull()
    await world.until(b.sync())
    expect(await world.until(b.exists('/mine'))).toBeNull()
    world.kill(1)
    world.kill(2)
    for (const device of [0, 1, 2]) await world.restart(device)
    const again = await world.connect(0)
    expect(text(await world.until(again.get('/kept')))).toBe('1')
  })
})

test('VIRT-2 an hour passes without a timer or a clock of this process', async () => {
  for (const name of ['setTimeout', 'setInterval'] as const)
    vi.spyOn(globalThis, name).mockImplementation(() => {
      throw new Error(`${name} was called`)
    })
  vi.spyOn(Date, 'now').mockReturnValue(Number.NaN)
  const world = await begin()
  const keeper = await world.connect(0)
  await world.until(keeper.create('/e', '', { mode: 'ephemeral' }))
  await world.advance(3_600_000)
  expect(world.now).toBeGreaterThan(3_600_000)
  expect(keeper.state).toBe('connected')
  const stat = await world.until(keeper.set('/e', 'later'))
  expect(stat.mtime - stat.ctime).toBeGreaterThan(3_599_000)
}, 120_000)

test('VIRT-4 a frozen device does nothing and loses nothing; thawed in time its session goes on, else it hears that it expired', async () => {
  const world = await begin({ seed: 2 })
  const [a, b] = [await world.connect(0), await world.connect(1)]
  const events: string[] = []
  await world.until(a.create('/e', '', { mode: 'ephemeral' }))
  await world.until(a.addWatch('/e', ({ type }) => events.push(type)))
  world.freeze(0)
  const waiting = a.set('/e', 'as soon as it thaws')
  await world.until(b.set('/e', 'meanwhile'))
  expect(events).toEqual([])
  world.thaw(0)
  expect((await world.until(waiting)).version).toBe(2)
  expect(events).toEqual(['NodeDataChanged', 'NodeDataChanged'])
  world.freeze(0)
  await world.advance(30_000)
  expect(await world.until(b.exists('/e'))).toBeNull()
  expect(a.state).not.toBe('expired')
  const late = a.set('/e', 'too late')
  world.thaw(0)
  await expect(world.until(late)).rejects.toEqual(code('SessionExpired'))
  expect(a.state).toBe('expired')
})

test('VIRT-5 a page alone is killed or frozen, and its replica goes on with the others', async () => {
  const world = await begin({ replicas: 1 })
  const pages = [await world.connect(0), await world.connect(0), await world.connect(0)] as const
  const [killed, frozen, other] = pages
  for (const [index, keeper] of pages.entries())
    await world.until(keeper.create(`/${index}`, '', { mode: 'ephemeral' }))
  world.kill(killed)
  world.freeze(frozen)
  expect(await world.until(names(other))).toEqual(['0', '1', '2'])
  await world.advance(30_000)
  expect(await world.until(names(other))).toEqual(['2'])
  world.thaw(frozen)
  await world.advance(1_000)
  expect(frozen.state).toBe('expired')
  expect(() => world.kill(killed)).toThrow(RangeError)
})

test('VIRT-6 who is parted does not hear the other side: the majority goes on, and healed all agree', async () => {
  const world = await begin({ replicas: 5, seed: 9 })
  const keepers: Keeper[] = []
  for (let device = 0; device < 5; device++) keepers.push(await world.connect(device))
  const [a, , c] = keepers as [Keeper, Keeper, Keeper]
  await world.until(a.create('/x'))
  world.partition([0, 1], [2, 3, 4])
  await expect(world.until(a.set('/x', 'minority', { timeoutMs: 5_000 }))).rejects.toEqual(code('Timeout'))
  expect(a.state).toBe('suspended')
  await world.until(c.set('/x', 'majority'))
  expect(world.leader === null || world.leader >= 2).toBe(true)
  world.heal()
  await world.until(a.sync())
  expect(a.state).toBe('connected')
  for (const device of [0, 1, 2, 3, 4]) expect(world.status(device)?.membership.voters).toHaveLength(5)
})

test('VIRT-6 a link that is cut one way carries the other way', async () => {
  const world = await begin({ replicas: 2, trace: true })
  const keeper = await world.connect(0)
  const before = world.trace.length
  world.cut(0, 1)
  await world.advance(1_000)
  const since = world.trace.slice(before)
  expect(since.some(line => line.includes('from node-2'))).toBe(true)
  expect(since.some(line => line.includes('from node-1'))).toBe(false)
  expect(keeper.state).toBe('connected')
})

test('VIRT-7 frames take as long, and are lost as often, as the weather says', async () => {
  const world = await begin({ seed: 3 })
  const keeper = await world.connect(((world.leader ?? 0) + 1) % 3)
  await world.until(keeper.create('/x'))
  const took = async () => {
    const from = world.now
    await world.until(keeper.set('/x', ''))
    return world.now - from
  }
  expect(await took()).toBeLessThan(40)
  world.weather({ minMs: 100, maxMs: 120 })
  await world.advance(500)
  // To the leader, and what the leader says of it; perhaps to another follower and back in between.
  const slow = await took()
  expect(slow).toBeGreaterThanOrEqual(200)
  expect(slow).toBeLessThan(700)
  world.weather({ loss: 1 })
  await expect(world.until(keeper.set('/x', '', { timeoutMs: 9_000 }))).rejects.toEqual(code('Timeout'))
  world.heal()
  await world.until(keeper.sync())
  expect(() => world.weather({ minMs: 0 })).toThrow(RangeError)
})

test('VIRT-8 a device that lost its storage comes back as a new member, and is taken in for the old one', async () => {
  const world = await begin({ seed: 4 })
  const keeper = await world.connect(0)
  await world.until(keeper.create('/x', 'kept'))
  world.wipe(1)
  expect(world.status(1)).toBeNull()
  await world.restart(1)
  await world.advance(60_000)
  expect(world.status(0)?.membership.voters.toSorted()).toEqual(['node-1', 'node-2-life2', 'node-3'])
  const there = await world.connect(1)
  expect(text(await world.until(there.get('/x')))).toBe('kept')
  const joined = await world.join()
  await world.advance(5_000)
  expect(world.status(joined)?.membership.observers).toEqual(['node-4'])
})

test('VIRT-9 a session is expired on demand, also of one that cannot hear of it yet', async () => {
  const world = await begin({ seed: 6 })
  const [a, b, c] = [await world.connect(0), await world.connect(1), await world.connect(2)]
  for (const [keeper, path] of [
    [a, '/a'],
    [b, '/b'],
  ] as const)
    await world.until(keeper.create(path, '', { mode: 'ephemeral' }))
  await world.expire(a)
  expect(a.state).toBe('expired')
  world.freeze(b)
  world.expireUnheard(b)
  await world.advance(200)
  await world.until(c.sync())
  expect(await world.until(names(c))).toEqual([])
  expect(b.state).toBe('connected')
  world.thaw(b)
  await world.advance(200)
  expect(b.state).toBe('expired')
})

test('VIRT-10 a replica that is hosted anew has its sessions go on, with what they wait for and watch', async () => {
  const world = await begin({ seed: 8 })
  const [a, b] = [await world.connect(0), await world.connect(1)]
  await world.until(a.create('/e', '', { mode: 'ephemeral' }))
  const watcher = await world.until(a.watch('/e'))
  const sets = Array.from({ length: 10 }, (_, i) => a.set('/e', `${i}`))
  await world.advance(1)
  await world.rehost(0)
  const versions = (await world.until(Promise.all(sets))).map(({ version }) => version)
  expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  await world.until(b.set('/e', 'last'))
  await world.until(a.sync())
  let heard = 0
  await world.run(async () => {
    for await (const { zxid } of watcher) {
      heard++
      if (zxid >= watcher.zxid && heard === 11) break
    }
  })
  expect(heard).toBe(11)
  expect(await world.until(b.exists('/e'))).not.toBeNull()
})

test('VIRT-11 time passes only while somebody waits, for all who wait, and no further than they do', async () => {
  const world = await begin()
  const begun = world.now
  await new Promise(resolve => setTimeout(resolve, 5))
  expect(world.now).toBe(begun)
  const seen: number[] = []
  world.at(100, () => seen.push(world.now - begun))
  const ends = await Promise.all([250, 20, 130].map(ms => world.advance(ms).then(() => world.now - begun)))
  expect(ends).toEqual([250, 20, 130])
  expect(seen).toEqual([100])
  const within = await world.run(async () => {
    await world.sleep(1_000)
    await Promise.all([world.sleep(10), world.sleep(500)])
    return world.now - begun
  })
  expect(within).toBe(1_750)
  await expect(world.until(new Promise(() => {}), { withinMs: 10 })).rejects.toThrow(
    /not settled within 10 ms/,
  )
  await expect(world.run(() => Promise.reject(new Error('the app failed')))).rejects.toThrow('the app failed')
  const ticks: number[] = []
  const end = world.clock.every(10, () => ticks.push(world.now))
  await world.advance(35)
  end()
  await world.advance(35)
  expect(ticks).toHaveLength(3)
})

/** Containers and TTL znodes, and the sweeps that remove them. */
import { describe, expect, test } from 'vitest'
import { nodeId, type SessionId, slot } from '../../src/logic/base/ids.ts'
import { containerUnusedMs, sweepZnodesMax, ttlMsMax } from '../../src/logic/base/limits.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import { bytes, codec, create, createWorld, remove, set, type World } from './world.ts'

function prepared(): { world: World; session: SessionId } {
  const world = createWorld()
  const session = world.open()
  world.apply({ type: 'lead', node: nodeId('n') })
  return { world, session }
}

const ttl = (at: string, ttlMs: number) => create(at, 'persistentWithTTL', bytes(), { ttlMs })

const due = (world: World, nowMs = 0): readonly string[] =>
  world.machine.sweepable(nowMs).map(({ path }) => path)

/** Sweeps what is due at `nowMs`, with a command stamped so; what it removed. */
function sweep(world: World, nowMs: number): readonly string[] {
  const znodes = world.machine.sweepable(nowMs)
  world.timeMs = nowMs - 1
  const { changes } = world.apply({ type: 'sweep', leadership: world.machine.leadership, znodes })
  expect(changes.every(({ type }) => type === 'deleted')).toBe(true)
  return changes.map(({ path }) => path)
}

describe('containers', () => {
  test('LIFE-1 a container is due when its last child went', () => {
    const { world, session } = prepared()
    world.request(session, create('/c', 'container'))
    world.request(session, create('/c/x', 'ephemeral'))
    expect(world.stat('/c')).toMatchObject({ ephemeralOwner: 0, numChildren: 1 })
    expect(due(world)).toEqual([])
    world.request(session, remove('/c/x'))
    expect(due(world)).toEqual(['/c'])
    world.request(session, create('/c/y'))
    expect(due(world)).toEqual([])
  })

  test('LIFE-1 one that was never used is due after an hour', () => {
    const { world, session } = prepared()
    world.request(session, create('/c', 'container'))
    const made = world.timeMs
    expect(due(world, made + containerUnusedMs)).toEqual([])
    expect(sweep(world, made + containerUnusedMs + 1)).toEqual(['/c'])
  })

  test('LIFE-1 a container within one goes one sweep earlier', () => {
    const { world, session } = prepared()
    for (const at of ['/c', '/c/d']) world.request(session, create(at, 'container'))
    for (const operation of [create('/c/d/x'), remove('/c/d/x')]) world.request(session, operation)
    expect(sweep(world, 2_000)).toEqual(['/c/d'])
    expect(sweep(world, 2_000)).toEqual(['/c'])
  })
})

describe('TTL', () => {
  test('LIFE-2 a TTL znode is due when it was not changed for longer, and has no children', () => {
    const { world, session } = prepared()
    world.request(session, ttl('/t', 100))
    const made = world.timeMs
    expect(due(world, made + 100)).toEqual([])
    expect(due(world, made + 101)).toEqual(['/t'])
    world.timeMs = made + 90
    world.request(session, set('/t'))
    expect(due(world, made + 150)).toEqual([])
    world.request(session, create('/t/child'))
    expect(due(world, made + 500)).toEqual([])
    world.request(session, remove('/t/child'))
    expect(sweep(world, made + 500)).toEqual(['/t'])
  })

  test.each([
    ['persistentWithTTL', undefined],
    ['persistentWithTTL', 0],
    ['persistentWithTTL', -1],
    ['persistentWithTTL', 1.5],
    ['persistentWithTTL', ttlMsMax + 1],
    ['persistentSequentialWithTTL', '5'],
    ['persistent', 5],
    ['container', 5],
  ])('LIFE-2 %s with a TTL of %s is BadArguments', (mode, ttlMs) => {
    const asked = { type: 'create', path: '/t', data: bytes(), mode, ttlMs }
    expect(parseOperation(asked)).toMatchObject({ ok: false, error: { code: 'BadArguments' } })
  })

  test('LIFE-2 the longest TTL, and a sequential one', () => {
    const { world, session } = prepared()
    expect(world.code(session, ttl('/long', ttlMsMax))).toBe('ok')
    const made = world.request(session, create('/t-', 'persistentSequentialWithTTL', bytes(), { ttlMs: 1 }))
    expect(made.reply.result).toMatchObject({ value: { path: '/t-0000000001', stat: { ephemeralOwner: 0 } } })
    expect(due(world, 1e9)).toEqual(['/t-0000000001'])
    const copy = createMachine(codec)
    expect(copy.restore(world.machine.snapshot()).ok).toBe(true)
    expect(copy.sweepable(1e9 + ttlMsMax)).toEqual(world.machine.sweepable(1e9 + ttlMsMax))
    expect(copy.sweepable(1e9 + ttlMsMax)).toHaveLength(2)
  })
})

describe('sweeps', () => {
  /** `/t` is due at 2,000. */
  function withOneDue() {
    const { world, session } = prepared()
    world.request(session, ttl('/t', 100))
    const [candidate] = world.machine.sweepable(2_000)
    if (candidate === undefined) throw new Error('nothing is due')
    return { world, session, candidate }
  }

  test('LIFE-3 a sweep under another leadership is void', () => {
    const { world, candidate } = withOneDue()
    const { leadership } = world.machine
    world.apply({ type: 'lead', node: nodeId('m') })
    world.timeMs = 2_000
    expect(world.apply({ type: 'sweep', leadership, znodes: [candidate] }).changes).toEqual([])
    expect(world.stat('/t')).not.toBeNull()
  })

  test('LIFE-3 the time is that of the log: what is not due by its stamp stays', () => {
    const { world, candidate } = withOneDue()
    world.timeMs = 1_000
    const { leadership } = world.machine
    expect(world.apply({ type: 'sweep', leadership, znodes: [candidate] }).changes).toEqual([])
    world.timeMs = 2_000
    expect(world.apply({ type: 'sweep', leadership, znodes: [candidate] }).changes).toHaveLength(1)
  })

  test.each<[string, (world: World, session: SessionId) => void]>([
    ['set', (world, session) => world.request(session, set('/t'))],
    ['given a child', (world, session) => world.request(session, create('/t/c'))],
    [
      'given a child that went',
      (world, session) => [create('/t/c'), remove('/t/c')].map(each => world.request(session, each)),
    ],
    ['deleted', (world, session) => world.request(session, remove('/t'))],
    [
      'created anew',
      (world, session) => [remove('/t'), ttl('/t', 100)].map(each => world.request(session, each)),
    ],
    [
      'made a lasting one',
      (world, session) => [remove('/t'), create('/t')].map(each => world.request(session, each)),
    ],
  ])('LIFE-3 a znode that was %s meanwhile is left alone', (_, meanwhile) => {
    const { world, session, candidate } = withOneDue()
    meanwhile(world, session)
    world.timeMs = 1_000_000
    const before = world.stat('/t')
    const { leadership } = world.machine
    expect(world.apply({ type: 'sweep', leadership, znodes: [candidate] }).changes).toEqual([])
    expect(world.stat('/t')).toEqual(before)
  })

  test('LIFE-3 a lasting znode is never removed, whoever names it', () => {
    const { world, session } = prepared()
    const { reply } = world.request(session, create('/p'))
    world.timeMs = 1e12
    const named = [{ path: '/p' as never, mzxid: reply.zxid, pzxid: reply.zxid }]
    const { leadership } = world.machine
    expect(world.apply({ type: 'sweep', leadership, znodes: named }).changes).toEqual([])
  })

  test('LIFE-4 one sweep names at most 1,000 znodes, and 64 KiB of paths; the next goes on', () => {
    const { world, session } = prepared()
    for (let i = 0; i <= sweepZnodesMax; i++) world.request(session, ttl(`/t${i}`, 1))
    expect(sweep(world, 1e6)).toHaveLength(sweepZnodesMax)
    expect(sweep(world, 1e6)).toEqual([`/t${sweepZnodesMax}`])
    for (let i = 0; i < 40; i++) world.request(session, ttl(`/${'x'.repeat(4_000)}${i}`, 1))
    expect(sweep(world, 2e6)).toHaveLength(16)
  })

  test('LIFE-5 what is swept is found without a look at the rest of the tree', () => {
    const { world, session } = prepared()
    world.request(session, ttl('/t', 1))
    for (let i = 0; i < 1_000; i++) world.request(session, create(`/p${i}`))
    const znodes = world.machine.sweepable(1e6)
    expect(znodes).toEqual([{ path: '/t', mzxid: slot(3), pzxid: slot(3) }])
    world.request(session, remove('/t'))
    expect(world.machine.sweepable(1e6)).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { noSession, type SessionId, slot } from '../../src/logic/base/ids.ts'
import { sequenceMax } from '../../src/logic/base/limits.ts'
import type { Operation, TreeOperation } from '../../src/logic/state/command.ts'
import { lasting } from '../../src/logic/state/lifetime.ts'
import { operate } from '../../src/logic/state/operate.ts'
import type { Transaction } from '../../src/logic/state/transaction.ts'
import { Tree } from '../../src/logic/state/tree.ts'
import { nextVersion, statOf } from '../../src/logic/state/znode.ts'
import { bytes, create, createWorld, path, remove, request, set, text, type World } from './world.ts'

const withSession = (): { world: World; session: SessionId } => {
  const world = createWorld()
  return { world, session: world.open() }
}

/** A transaction of nobody. */
const transactionAt = (zxid: number): Transaction => ({
  zxid: slot(zxid),
  timeMs: 0,
  session: noSession,
  identities: [],
  changes: [],
  overQuota: null,
})

/** The path that a create made, or the code of its failure. */
function created(world: World, session: SessionId, operation: Operation): string {
  const { result } = world.request(session, operation).reply
  if (!result.ok) return result.error.code
  return result.value.type === 'create' ? result.value.path : result.value.type
}

describe('the tree', () => {
  test('TREE-1 what is there before the first slot', () => {
    const world = createWorld()
    const untouched = { czxid: 0, mzxid: 0, pzxid: 0, ctime: 0, mtime: 0, version: 0, aversion: 0 }
    expect(world.stat('/')).toEqual({
      ...untouched,
      cversion: -1,
      ephemeralOwner: 0,
      dataLength: 0,
      numChildren: 1,
    })
    expect(world.children('/')).toEqual(['zookeeper'])
    expect(world.stat('/zookeeper')).toMatchObject({ ...untouched, cversion: -2, numChildren: 2 })
    expect(world.children('/zookeeper')).toEqual(['config', 'quota'])
  })

  test('TREE-2 the stat of a created znode', () => {
    const { world, session } = withSession()
    const { reply } = world.request(session, create('/a', 'persistent', bytes('four')))
    const stat = {
      czxid: 2,
      mzxid: 2,
      pzxid: 2,
      ctime: world.timeMs,
      mtime: world.timeMs,
      version: 0,
      cversion: 0,
      aversion: 0,
      ephemeralOwner: 0,
      dataLength: 4,
      numChildren: 0,
    }
    expect(reply).toEqual({ zxid: 2, result: { ok: true, value: { type: 'create', path: '/a', stat } } })
    expect(world.stat('/a')).toEqual(stat)
  })

  test('TREE-3 a child that comes or goes moves pzxid and cversion of its parent only', () => {
    const { world, session } = withSession()
    for (const at of ['/a', '/a/b']) world.request(session, create(at))
    const before = world.stat('/a/b')
    const above = world.stat('/a')
    world.request(session, create('/a/b/c'))
    const zxid = world.machine.appliedThrough
    expect(world.stat('/a/b')).toEqual({ ...before, pzxid: zxid, cversion: 1, numChildren: 1 })
    world.request(session, remove('/a/b/c'))
    expect(world.stat('/a/b')).toEqual({ ...before, pzxid: zxid + 1, cversion: 2, numChildren: 0 })
    expect(world.stat('/a')).toEqual(above)
  })

  test('TREE-4 a set moves mzxid, mtime, version and the data', () => {
    const { world, session } = withSession()
    world.request(session, create('/a'))
    world.request(session, create('/a/b'))
    const before = world.stat('/a/b')
    const parent = world.stat('/a')
    const { reply } = world.request(session, set('/a/b', bytes('xyz')))
    const after = { ...before, mzxid: reply.zxid, mtime: world.timeMs, version: 1, dataLength: 3 }
    expect(reply.result).toEqual({ ok: true, value: { type: 'set', stat: after } })
    expect(world.stat('/a/b')).toEqual(after)
    expect(world.stat('/a')).toEqual(parent)
  })

  test('TREE-5 cversion counts creates and deletes, those at the end of a session too', () => {
    const { world, session } = withSession()
    world.request(session, create('/a'))
    const other = world.open()
    for (const name of ['x', 'y', 'z']) world.request(other, create(`/a/${name}`, 'ephemeral'))
    world.request(session, remove('/a/x'))
    expect(world.stat('/a')).toMatchObject({ cversion: 4, numChildren: 2 })
    world.request(other, { type: 'closeSession' })
    expect(world.stat('/a')).toMatchObject({
      cversion: 6,
      numChildren: 0,
      pzxid: world.machine.appliedThrough,
    })
  })

  test('TREE-6 TREE-7 sequence numbers', () => {
    const { world, session } = withSession()
    const make = (at: string, mode: 'persistent' | 'persistentSequential' | 'ephemeralSequential') =>
      created(world, session, create(at, mode))
    make('/q', 'persistent')
    expect(make('/q/n-', 'persistentSequential')).toBe('/q/n-0000000000')
    expect(make('/q/n-', 'ephemeralSequential')).toBe('/q/n-0000000001')
    expect(make('/q/plain', 'persistent')).toBe('/q/plain')
    expect(make('/q/m-', 'persistentSequential')).toBe('/q/m-0000000003')
    expect(world.code(session, remove('/q/m-0000000003'))).toBe('ok')
    expect(make('/q/plain', 'persistent')).toBe('NodeExists')
    expect(world.code(session, set('/q', bytes('x')))).toBe('ok')
    expect(make('/q/', 'persistentSequential')).toBe('/q/0000000004')
    expect(make('/none/n-', 'persistentSequential')).toBe('NoNode')
    expect(make('/n-', 'persistentSequential')).toBe('/n-0000000001')
    expect(make('/', 'persistentSequential')).toBe('/0000000002')
  })

  test('TREE-7 a number that is taken is not skipped', () => {
    const { world, session } = withSession()
    world.request(session, create('/q'))
    world.request(session, create('/q/n-0000000001'))
    for (let i = 0; i < 2; i++)
      expect(created(world, session, create('/q/n-', 'persistentSequential'))).toBe('NodeExists')
    world.request(session, create('/q/other'))
    expect(created(world, session, create('/q/n-', 'persistentSequential'))).toBe('/q/n-0000000002')
  })

  test('TREE-8 the last sequence number', () => {
    const tree = Tree.initial()
    const record = { czxid: slot(1), mzxid: slot(1), pzxid: slot(1), ctime: 0, mtime: 0, version: 0 }
    const start = { ...record, data: bytes(), childCreates: sequenceMax - 1, lifetime: lasting, aversion: 0 }
    tree.load(path('/q'), start, null)
    const run = (operation: Operation) => operate(tree, operation as TreeOperation, transactionAt(2))
    const sequential = create('/q/n-', 'persistentSequential')
    expect(run(sequential)).toMatchObject({ ok: true, value: { path: '/q/n-2147483646' } })
    expect(run(sequential)).toMatchObject({ ok: false, error: { code: 'SequenceExhausted' } })
    expect(run(create('/q/plain'))).toMatchObject({ ok: true })
    expect(run(sequential)).toMatchObject({ ok: false, error: { code: 'SequenceExhausted' } })
  })

  test.each([
    [0, 1],
    [2_147_483_646, 2_147_483_647],
    [2_147_483_647, -2_147_483_648],
    [-3, -2],
    [-2, 0],
  ])('TREE-9 after version %d comes %d', (version, after) => {
    expect(nextVersion(version)).toBe(after)
  })

  test('TREE-15 a failed operation changes nothing but the slot', () => {
    const { world, session } = withSession()
    world.request(session, create('/a'))
    world.request(session, create('/a/b'))
    const failing = [
      create('/a'),
      create('/x/y'),
      remove('/a'),
      remove('/x'),
      set('/x'),
      set('/a', bytes('x'), 9),
    ]
    const stats = () => ['/', '/a', '/a/b'].map(world.stat)
    const before = stats()
    for (const operation of failing) {
      const { changes, reply } = world.request(session, operation)
      expect(reply.result.ok).toBe(false)
      expect(changes).toEqual([])
    }
    expect(stats()).toEqual(before)
  })

  test('TREE-15 changes say what was done', () => {
    const { world, session } = withSession()
    const changes = [create('/a'), set('/a'), remove('/a')].map(
      asked => world.request(session, asked).changes,
    )
    expect(changes).toEqual([
      [{ type: 'created', path: '/a', zxid: 2 }],
      [{ type: 'dataChanged', path: '/a', zxid: 3 }],
      [{ type: 'deleted', path: '/a', zxid: 4 }],
    ])
  })

  test('TREE-16 the owner of an ephemeral', () => {
    const { world, session } = withSession()
    world.request(session, create('/e', 'ephemeral'))
    world.request(session, create('/s-', 'ephemeralSequential'))
    world.request(session, create('/p'))
    expect(world.stat('/e')?.ephemeralOwner).toBe(session)
    expect(world.stat('/s-0000000001')?.ephemeralOwner).toBe(session)
    expect(world.stat('/p')?.ephemeralOwner).toBe(0)
  })

  test('TREE-17 the time never goes back, whatever the stamps say', () => {
    const { world, session } = withSession()
    world.timeMs = 5_000
    world.request(session, create('/a'))
    world.timeMs = 2_000
    world.request(session, create('/b'))
    world.timeMs = 6_000.75
    world.request(session, set('/a'))
    expect(world.stat('/b')).toMatchObject({ ctime: 5_001, mtime: 5_001 })
    expect(world.stat('/a')).toMatchObject({ ctime: 5_001, mtime: 6_001 })
    world.timeMs = 9_000
    world.apply(request(session, 99, set('/a')))
    world.timeMs = 7_000
    world.request(session, set('/b'))
    expect(world.stat('/b')).toMatchObject({ mtime: 9_001 })
  })

  test('TREE-18 children by code unit', () => {
    const { world, session } = withSession()
    for (const name of ['b', 'a10', 'a9', 'é', 'Z', '漢', '_', 'a'])
      world.request(session, create(`/${name}`))
    expect(world.children('/')).toEqual(['Z', '_', 'a', 'a10', 'a9', 'b', 'zookeeper', 'é', '漢'])
  })

  test('TREE-19 reads', () => {
    const { world, session } = withSession()
    world.request(session, create('/a', 'persistent', bytes('hello')))
    const { machine } = world
    const got = machine.query({ type: 'get', path: path('/a') })
    expect(got.ok && got.value.type === 'get' && text(got.value.data)).toBe('hello')
    expect(got).toMatchObject({ value: { stat: world.stat('/a') } })
    const listed = machine.query({ type: 'children', path: path('/a') })
    expect(listed).toEqual({ ok: true, value: { type: 'children', children: [], stat: world.stat('/a') } })
    for (const type of ['get', 'children'] as const)
      expect(machine.query({ type, path: path('/none') })).toMatchObject({
        ok: false,
        error: { code: 'NoNode' },
      })
    const absent = machine.query({ type: 'exists', path: path('/none') })
    expect(absent).toEqual({ ok: true, value: { type: 'exists', stat: null } })
  })

  test('TREE-20 what the caller does to its bytes afterwards does not matter', () => {
    const tree = Tree.initial()
    const data = bytes('before')
    const operation = create('/a', 'persistent', data)
    if (operation.type !== 'create') expect.fail('a create')
    operate(tree, operation, transactionAt(1))
    data.fill(0)
    const kept = tree.get(path('/a'))
    expect(kept && text(kept.data)).toBe('before')
    expect(kept && statOf(kept).dataLength).toBe(6)
  })
})

/** Several operations as one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionId } from '../../src/logic/base/ids.ts'
import { multiOperationsMax, znodeBytesMax } from '../../src/logic/base/limits.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import {
  bytes,
  check,
  codec,
  create,
  createWorld,
  line,
  multi,
  remove,
  set,
  setAcl,
  setQuota,
  type World,
} from './world.ts'

function prepared(): { world: World; session: SessionId } {
  const world = createWorld()
  const session = world.open()
  for (const operation of [create('/a', 'persistent', bytes('0')), create('/a/b')])
    world.request(session, operation)
  return { world, session }
}

test('TXN-1 each operation sees what those before it did; all have one zxid and their own answers', () => {
  const { world, session } = prepared()
  const all = multi(
    check('/a', 0),
    set('/a', bytes('1')),
    create('/a/c', 'container'),
    create('/a/c/d', 'ephemeral'),
    remove('/a/c/d'),
    set('/a', bytes('12'), 1),
  )
  const { reply, changes } = world.request(session, all)
  expect(reply.result).toMatchObject({
    ok: true,
    value: {
      results: [
        { type: 'check' },
        { type: 'set', stat: { version: 1, numChildren: 1 } },
        { type: 'create', path: '/a/c', stat: { numChildren: 0 } },
        { type: 'create', path: '/a/c/d', stat: { ephemeralOwner: session } },
        { type: 'delete' },
        { type: 'set', stat: { version: 2, cversion: 2, dataLength: 2 } },
      ],
    },
  })
  expect(changes.map(({ type, path, zxid }) => `${type} ${path} ${zxid}`)).toEqual(
    ['dataChanged /a', 'created /a/c', 'created /a/c/d', 'deleted /a/c/d', 'dataChanged /a'].map(
      each => `${each} ${reply.zxid}`,
    ),
  )
  expect(world.stat('/a')).toMatchObject({ mzxid: reply.zxid, pzxid: reply.zxid, cversion: 2 })
  expect(world.stat('/a/c')).toMatchObject({ czxid: reply.zxid, cversion: 2 })
})

test('TXN-2 of one that fails the operations before the culprit are Ok, those after it RuntimeInconsistency', () => {
  const { world, session } = prepared()
  const failing = multi(set('/a'), create('/x'), check('/a', 9), remove('/x'), set('/none'))
  const { reply, changes } = world.request(session, failing)
  expect(reply.result).toMatchObject({
    ok: false,
    error: {
      code: 'BadVersion',
      results: ['Ok', 'Ok', 'BadVersion', 'RuntimeInconsistency', 'RuntimeInconsistency'],
    },
  })
  expect(changes).toEqual([])
})

test('TXN-3 of one that fails nothing remains, sequence numbers and the usage of quotas included', () => {
  const { world, session } = prepared()
  world.request(session, create('/q'))
  world.request(session, setQuota('/q', { count: 9 }))
  world.request(session, create('/q/n-', 'persistentSequential'))
  const before = createMachine(codec)
  before.restore(world.machine.snapshot())
  const acl = [line('world', 'anyone', 'r')]
  const failing = multi(
    remove('/q/n-0000000000'),
    create('/q/n-', 'persistentSequential'),
    create('/q/e', 'ephemeral', bytes('data')),
    create('/q/c', 'container', bytes(), { acl }),
    set('/q', bytes('more')),
    remove('/a/b'),
    remove('/a'),
    create('/a', 'ephemeral'),
    create('/a'),
  )
  expect(world.code(session, failing)).toBe('NodeExists')
  for (const at of ['/', '/q', '/q/n-0000000000', '/a', '/a/b', '/q/e'])
    expect(world.machine.query({ type: 'get', path: at as never })).toEqual(
      before.query({ type: 'get', path: at as never }),
    )
  const usage = { type: 'get', path: '/zookeeper/quota/q/zookeeper_stats' as never } as const
  expect(world.machine.query(usage)).toEqual(before.query(usage))
  expect(world.read(session, { type: 'ephemerals', path: '/' as never })).toMatchObject({ paths: [] })
  const made = world.request(session, create('/q/n-', 'persistentSequential')).reply.result
  expect(made).toMatchObject({ value: { path: '/q/n-0000000001' } })
})

test('TXN-3 whatever fails in the end, the digest is that of a tree which saw nothing', () => {
  const at = fc.constantFrom('/a', '/a/b', '/a/c', '/d')
  const single: fc.Arbitrary<Operation> = fc.oneof(
    fc.tuple(at, fc.constantFrom('persistent', 'ephemeral', 'container')).map(args => create(...args)),
    fc.constantFrom('/a/n-', '/n-').map(prefix => create(prefix, 'persistentSequential')),
    at.map(each => remove(each)),
    at.map(each => set(each, bytes('x'))),
  )
  fc.assert(
    fc.property(fc.array(single, { maxLength: 12 }), operations => {
      const [one, other] = [prepared(), prepared()]
      one.world.code(one.session, multi(...operations, check('/none')))
      other.world.code(other.session, multi(check('/none')))
      for (const { world, session } of [one, other]) {
        world.request(session, create('/a/n-', 'persistentSequential'))
        world.request(session, { type: 'closeSession' })
      }
      expect(one.world.machine.digest()).toBe(other.world.machine.digest())
    }),
    { seed: 35, numRuns: 300 },
  )
})

test('TXN-4 an empty one succeeds and takes its zxid', () => {
  const { world, session } = prepared()
  const { reply, changes } = world.request(session, multi())
  expect(reply).toEqual({
    zxid: world.machine.appliedThrough,
    result: { ok: true, value: { type: 'multi', results: [] } },
  })
  expect(changes).toEqual([])
})

describe('at the door', () => {
  test('TXN-5 at most 1,024 operations', () => {
    const operations = Array.from({ length: multiOperationsMax }, () => check('/a'))
    expect(parseOperation({ type: 'multi', operations }).ok).toBe(true)
    expect(parseOperation({ type: 'multi', operations: [...operations, check('/a')] })).toMatchObject({
      error: { code: 'BadArguments' },
    })
  })

  test('TXN-5 all together as large as one znode at most', () => {
    const half = new Uint8Array(znodeBytesMax / 2)
    const asked = [set('/a', half), set('/a', half), check('/a')]
    expect(parseOperation({ type: 'multi', operations: asked })).toMatchObject({
      error: { code: 'DataTooLarge', results: ['Ok', 'DataTooLarge', 'RuntimeInconsistency'] },
    })
    const { world, session } = prepared()
    expect(world.code(session, multi(...asked))).toBe('DataTooLarge')
    expect(world.code(session, multi(asked[0] as Operation, check('/a', 1)))).toBe('ok')
  })

  test.each<[string, object]>([
    ['a multi', multi()],
    ['a setAcl', setAcl('/a', [line('world', 'anyone', 'r')])],
    ['a closeSession', { type: 'closeSession' }],
    ['nothing', {}],
  ])('TXN-5 %s cannot be in one', (_, operation) => {
    expect(parseOperation({ type: 'multi', operations: [check('/a'), operation] })).toMatchObject({
      ok: false,
      error: { code: 'BadArguments', results: ['Ok', 'BadArguments'] },
    })
  })
})

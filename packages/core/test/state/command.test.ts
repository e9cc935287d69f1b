import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeId, sessionId, slot } from '../../src/logic/base/ids.ts'
import { type Command, encodeCommand, readCommand, stampCommand } from '../../src/logic/state/command.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import { parseQuery } from '../../src/logic/state/query.ts'
import {
  addAuth,
  bytes,
  check,
  close,
  codec,
  create,
  createWorld,
  line,
  multi,
  path,
  remove,
  request,
  set,
  setAcl,
  setQuota,
} from './world.ts'

const commands: readonly Command[] = [
  { type: 'openSession', token: 'a-token_1', timeoutMs: 10_000 },
  { type: 'lead', node: nodeId('n1') },
  { type: 'expireSession', session: sessionId(2 ** 40), leadership: slot(3), lastZxid: slot(2 ** 53 - 1) },
  request(sessionId(1), 1, create('/a', 'persistent', bytes('data'))),
  request(sessionId(2 ** 40), 2 ** 40, create('/a/', 'ephemeralSequential'), 2 ** 40 - 1),
  request(sessionId(1), 7, remove('/a/b', 0), 6),
  request(sessionId(1), 7, set('/a/b', bytes('é'), -2_147_483_648), 6),
  request(sessionId(1), 7, close, 6),
  { type: 'sweep', leadership: slot(3), znodes: [{ path: path('/a'), mzxid: slot(4), pzxid: slot(5) }] },
  request(sessionId(1), 1, create('/a', 'container', bytes(), { acl: [line('digest', 'u:x', 'rw')] })),
  request(sessionId(1), 1, create('/a', 'persistentWithTTL', bytes('x'), { ttlMs: 5 })),
  request(
    sessionId(1),
    1,
    create('/a-', 'persistentSequentialWithTTL', bytes(), { acl: [], ttlMs: 2 ** 40 - 1 }),
  ),
  request(sessionId(1), 1, check('/a', 3)),
  request(sessionId(1), 1, setAcl('/a', [line('world', 'anyone', 'a'), line('auth', '', 'r')], 2)),
  request(sessionId(1), 1, multi()),
  request(
    sessionId(1),
    1,
    multi(
      check('/a'),
      create('/b', 'ephemeral', bytes('1'), { acl: [line('world', 'anyone', 'r')] }),
      set('/b'),
      remove('/b', 1),
    ),
  ),
  request(sessionId(1), 1, addAuth('digest', 'u:x')),
  request(sessionId(1), 1, setQuota('/a', { count: 1, byteHardLimit: 2 ** 40 })),
  request(sessionId(1), 1, setQuota('/a', null)),
]

const stamped = (row: unknown, timeMs = 5): Uint8Array => stampCommand(timeMs, codec.encode(row))
const refused = (row: unknown): boolean => !readCommand(codec, stamped(row)).ok

describe('commands in the log', () => {
  test.each(commands.map(command => [command.type, command] as const))(
    'CMD-1 %s comes back',
    (_, command) => {
      const read = readCommand(codec, stampCommand(1_700_000_000_000.5, encodeCommand(codec, command)))
      expect(read).toEqual({ ok: true, value: { timeMs: 1_700_000_000_000.5, command } })
    },
  )

  test('CMD-1 a command is read out of the middle of a larger buffer', () => {
    const [, , , command] = commands
    if (command === undefined) expect.fail('a command')
    const alone = stampCommand(5, encodeCommand(codec, command))
    const frame = new Uint8Array(alone.length + 20).fill(255)
    frame.set(alone, 10)
    expect(readCommand(codec, frame.subarray(10, 10 + alone.length))).toEqual({
      ok: true,
      value: { timeMs: 5, command },
    })
  })

  test.each([
    ['no row', { type: 'lead', node: 'n1' }],
    ['nothing', null],
    ['an unknown command', ['promote', 'n1']],
    ['a leader that is no id', ['lead', 'no id']],
    ['a token that is no id', ['openSession', '', 10_000]],
    ['a timeout that is none', ['openSession', 'a', 'soon']],
    ['an infinite timeout', ['openSession', 'a', Number.POSITIVE_INFINITY]],
    ['an expiry without a session', ['expireSession', -1, 0, 0]],
    ['an expiry with half a zxid', ['expireSession', 1, 0, 0.5]],
    ['an xid of 0', ['set', 1, 0, 0, '/a', bytes(), -1]],
    ['a negative acknowledgement', ['set', 1, 1, -1, '/a', bytes(), -1]],
    ['a session that is no number', ['set', '1', 1, 0, '/a', bytes(), -1]],
    ['a bad path', ['set', 1, 1, 0, '/a/', bytes(), -1]],
    ['a prefix where there is no sequence', ['create', 1, 1, 0, '/a/', bytes(), 'persistent']],
    ['data that is no bytes', ['set', 1, 1, 0, '/a', 'text', -1]],
    ['half a version', ['delete', 1, 1, 0, '/a', 0.5]],
    ['a version of 33 bits', ['delete', 1, 1, 0, '/a', 2 ** 31]],
    ['an unknown mode', ['create', 1, 1, 0, '/a', bytes(), 'durable']],
    ['a mode without its TTL', ['create', 1, 1, 0, '/a', bytes(), 'persistentWithTTL']],
    ['a TTL for a mode without', ['create', 1, 1, 0, '/a', bytes(), 'container', null, 5]],
    ['an ACL that is no list', ['create', 1, 1, 0, '/a', bytes(), 'persistent', 'open']],
    ['a line that is none', ['create', 1, 1, 0, '/a', bytes(), 'persistent', [['world', 'anyone', 32]]]],
    ['a multi that is no list', ['multi', 1, 1, 0, 'check']],
    ['a multi of something else', ['multi', 1, 1, 0, [['addAuth', 'digest', 'u:x']]]],
    ['a multi in a multi', ['multi', 1, 1, 0, [['multi', []]]]],
    ['an identity that is no text', ['addAuth', 1, 1, 0, 'digest', 7]],
    ['a quota without limits', ['setQuota', 1, 1, 0, '/a', {}]],
    ['a sweep of nothing in particular', ['sweep', 1, 'all']],
    ['a sweep of a bad path', ['sweep', 1, [['/a/', 1, 1]]]],
    ['a sweep of more than one may name', ['sweep', 1, Array.from({ length: 1_001 }, () => ['/a', 1, 1])]],
  ])('CMD-2 %s is no command', (_, row) => {
    expect(refused(row)).toBe(true)
  })

  test('CMD-2 a stamp must be a time', () => {
    for (const timeMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300])
      expect(readCommand(codec, stamped(['lead', 'n1'], timeMs)).ok).toBe(false)
  })

  test('CMD-2 random bytes never throw and change nothing but the slot', () => {
    const world = createWorld()
    const session = world.open()
    world.request(session, create('/a'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), garbage => expectNothing(world, garbage)),
      { seed: 21, numRuns: 3_000 },
    )
    fc.assert(
      fc.property(fc.array(fc.anything({ withNullPrototype: false }), { maxLength: 8 }), row => {
        const body = encoded(row)
        if (body !== null) expectNothing(world, stampCommand(5, body))
      }),
      { seed: 22, numRuns: 2_000 },
    )
  })

  test('CMD-2 commands with a few bytes changed never throw, and replicas agree on them', () => {
    const worlds = [createWorld(), createWorld()] as const
    for (const world of worlds) world.request(world.open(), create('/a'))
    const intact = commands.map(command => stampCommand(5, encodeCommand(codec, command)))
    fc.assert(
      fc.property(
        fc.constantFrom(...intact),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (original, changes) => {
          const damaged = original.slice()
          for (const [at, byte] of changes) damaged[at % damaged.length] = byte
          const [one, other] = worlds.map(world => world.applyBytes(damaged))
          expect(one).toEqual(other)
          expect(worlds[0].machine.digest()).toBe(worlds[1].machine.digest())
        },
      ),
      { seed: 23, numRuns: 5_000 },
    )
  })

  test('CMD-3 further fields are ignored', () => {
    const read = readCommand(codec, stamped(['delete', 1, 1, 0, '/a', -1, 'later', { version: 2 }]))
    expect(read).toEqual({ ok: true, value: { timeMs: 5, command: request(sessionId(1), 1, remove('/a')) } })
  })

  test.each([
    [-1, 4_000],
    [0, 4_000],
    [4_000.4, 4_000],
    [9_999.5, 10_000],
    [1e300, 40_000],
  ])('CMD-4 a timeout of %d ms becomes %d', (asked, given) => {
    const read = readCommand(codec, stamped(['openSession', 'a', asked]))
    expect(read.ok && read.value.command).toEqual({ type: 'openSession', token: 'a', timeoutMs: given })
  })
})

describe('the door', () => {
  test.each([
    ['nothing', undefined],
    ['no object', 'create'],
    ['no such operation', { type: 'rename', path: '/a' }],
    ['no such mode', { type: 'create', path: '/a', data: bytes(), mode: 'durable' }],
    ['no mode', { type: 'create', path: '/a', data: bytes() }],
    ['no path', { type: 'delete', version: -1 }],
    ['a bad path', { type: 'delete', path: '/a/', version: -1 }],
    ['no data', { type: 'set', path: '/a', version: -1 }],
    ['text for data', { type: 'create', path: '/a', data: 'text', mode: 'persistent' }],
    ['no version', { type: 'set', path: '/a', data: bytes() }],
    ['half a version', { type: 'delete', path: '/a', version: 1.5 }],
    ['a version over 32 bits', { type: 'delete', path: '/a', version: 2 ** 31 }],
    ['no list of operations', { type: 'multi', operations: check('/a') }],
    ['no scheme', { type: 'addAuth', id: 'u:x' }],
    ['an id over 512 characters', { type: 'addAuth', scheme: 'digest', id: 'u:'.padEnd(513, 'x') }],
    ['limits that are none', { type: 'setQuota', path: '/a', limits: 5 }],
  ])('CMD-5 an operation with %s is refused', (_, value) => {
    expect(parseOperation(value)).toMatchObject({ ok: false, error: { code: 'BadArguments' } })
  })

  test('CMD-5 an operation is taken, without what does not belong to it', () => {
    const asked = { type: 'set', path: '/a', data: bytes('x'), version: -1, session: 7 }
    expect(parseOperation(asked)).toEqual({ ok: true, value: set('/a', bytes('x')) })
    expect(parseOperation({ type: 'closeSession' })).toEqual({ ok: true, value: close })
    expect(
      parseOperation({ type: 'create', path: '/a/', data: bytes(), mode: 'persistentSequential' }).ok,
    ).toBe(true)
  })

  test('CMD-6 queries', () => {
    for (const type of ['get', 'exists', 'children', 'getAcl', 'ephemerals', 'allChildrenNumber'])
      expect(parseQuery({ type, path: '/a', watch: 1 })).toEqual({ ok: true, value: { type, path: '/a' } })
    expect(parseQuery({ type: 'whoAmI', path: '/a' })).toEqual({ ok: true, value: { type: 'whoAmI' } })
    const queries = [
      { type: 'get', path: '/a' },
      { type: 'children', path: '/' },
    ]
    expect(parseQuery({ type: 'multiRead', queries })).toEqual({
      ok: true,
      value: { type: 'multiRead', queries },
    })
    for (const bad of [
      null,
      'get',
      {},
      { type: 'get' },
      { type: 'get', path: 'a' },
      { type: 'set', path: '/a' },
      { type: 'getAcl' },
      { type: 'ephemerals', path: 'a' },
      { type: 'multiRead' },
      { type: 'multiRead', queries: [{ type: 'exists', path: '/a' }] },
      { type: 'multiRead', queries: [{ type: 'get', path: 'a' }] },
      { type: 'multiRead', queries: [{ type: 'multiRead', queries: [] }] },
      { type: 'multiRead', queries: Array.from({ length: 1_025 }, () => ({ type: 'get', path: '/a' })) },
    ])
      expect(parseQuery(bad)).toMatchObject({ ok: false, error: { code: 'BadArguments' } })
  })
})

function expectNothing(world: ReturnType<typeof createWorld>, garbage: Uint8Array): void {
  const before = createWorld()
  expect(before.machine.restore(world.machine.snapshot()).ok).toBe(true)
  expect(world.applyBytes(garbage)).toEqual({ outcome: { type: 'nothing' }, changes: [], ended: [] })
  before.applyBytes(null)
  expect(world.machine.digest()).toBe(before.machine.digest())
}

/** The bytes of `value`, or null where the codec has none for it. */
function encoded(value: unknown): Uint8Array | null {
  try {
    return codec.encode(value)
  } catch {
    return null
  }
}

/** Who may do what: permissions, lists, identities. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionId } from '../../src/logic/base/ids.ts'
import { aclEntriesMax, identitiesMax } from '../../src/logic/base/limits.ts'
import { type Acl, isAllowed, mayRead, Permission } from '../../src/logic/state/acl.ts'
import { AclTable, aclBytes, openAcl } from '../../src/logic/state/acl-table.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import {
  addAuth,
  bytes,
  check,
  codec,
  create,
  createWorld,
  line,
  multi,
  path,
  remove,
  set,
  setAcl,
  type World,
} from './world.ts'

const anyone = (perms: string): Acl => [line('world', 'anyone', perms)]
const aKey = 'B'.padEnd(87, 'x')

function withSession(): { world: World; session: SessionId } {
  const world = createWorld()
  return { world, session: world.open() }
}

const closed = (at: string, acl: Acl, data = bytes('0')): Operation => create(at, 'persistent', data, { acl })

const listOf = (world: World, session: SessionId, at: string) =>
  world.read(session, { type: 'getAcl', path: path(at) })

describe('permissions', () => {
  /** With only `perms` on `/n`: which operations go through. */
  const allowed: readonly [perms: string, does: readonly string[]][] = [
    ['r', ['get', 'children', 'exists', 'allChildrenNumber', 'getAcl', 'check']],
    ['w', ['set']],
    ['c', ['create']],
    ['d', ['delete']],
    ['a', ['getAcl', 'setAcl']],
    ['', []],
  ]

  test.each(allowed)('ACL-1 %s allows just its own operations', (perms, does) => {
    const { world, session } = withSession()
    world.request(session, create('/n', 'persistent', bytes('0')))
    world.request(session, create('/n/child'))
    world.request(session, setAcl('/n', anyone(perms)))
    const operations: Readonly<Record<string, Operation>> = {
      set: set('/n'),
      create: create('/n/new'),
      delete: remove('/n/child'),
      check: check('/n'),
      setAcl: setAcl('/n', anyone(perms)),
    }
    const passed = Object.entries(operations).filter(([, asked]) => world.code(session, asked) !== 'NoAuth')
    const queries = ['get', 'children', 'exists', 'allChildrenNumber', 'getAcl'] as const
    const read = queries.filter(type => world.read(session, { type, path: path('/n') }) !== 'NoAuth')
    expect([...passed.map(([name]) => name), ...read].sort()).toEqual([...does].sort())
  })

  test('ACL-1 of a multiRead each query has its own answer', () => {
    const { world, session } = withSession()
    world.request(session, closed('/w', anyone('w')))
    world.request(session, closed('/r', anyone('r')))
    const queries = ['/w', '/r', '/none'].map(at => ({ type: 'get', path: path(at) }) as const)
    expect(world.read(session, { type: 'multiRead', queries })).toMatchObject({
      results: [
        { ok: false, error: { code: 'NoAuth' } },
        { ok: true, value: { data: bytes('0') } },
        { ok: false, error: { code: 'NoNode' } },
      ],
    })
  })

  test('ACL-2 a list is not inherited, and guards what is directly below only', () => {
    const { world, session } = withSession()
    world.request(session, create('/n'))
    world.request(session, create('/n/child'))
    world.request(session, create('/n/child/below'))
    world.request(session, setAcl('/n', anyone('')))
    expect(world.code(session, remove('/n/child/below'))).toBe('ok')
    expect(world.code(session, set('/n/child'))).toBe('ok')
    expect(world.code(session, remove('/n/child'))).toBe('NoAuth')
  })

  test('ACL-3 any line that matches suffices; an identity matches as a whole', () => {
    const acl = [line('digest', 'u:x', 'r'), line('key', aKey, 'w'), ...anyone('c')]
    const digest = { scheme: 'digest', id: 'u:x' } as const
    expect(isAllowed(acl, Permission.CREATE, [])).toBe(true)
    expect(isAllowed(acl, Permission.CREATE, undefined)).toBe(true)
    expect(isAllowed(acl, Permission.READ, [digest])).toBe(true)
    expect(isAllowed(acl, Permission.READ | Permission.ADMIN, [digest])).toBe(true)
    expect(isAllowed(acl, Permission.WRITE, [digest])).toBe(false)
    expect(isAllowed(acl, Permission.WRITE, [{ scheme: 'key', id: aKey }])).toBe(true)
    expect(isAllowed(acl, Permission.READ, [{ scheme: 'key', id: 'u:x' }])).toBe(false)
    expect(isAllowed(acl, Permission.READ, [{ scheme: 'digest', id: 'u:xy' }])).toBe(false)
    expect(mayRead(acl, [])).toBe(false)
    expect(mayRead(undefined, undefined)).toBe(true)
  })
})

describe('lists', () => {
  test.each<[string, Acl]>([
    ['no line', []],
    ['an unknown scheme', [line('nosuch', 'x', 'r')]],
    ['an address', [line('ip', '10.0.0.1', 'r')]],
    ['the world under another id', [line('world', 'everyone', 'r')]],
    ['a digest without a colon', [line('digest', 'nocolon', 'r')]],
    ['a digest without a hash', [line('digest', 'u:', 'r')]],
    ['a key that is none', [line('key', 'short', 'r')]],
    ['auth without identities', [line('auth', '', 'r')]],
    ['one bad line among good ones', [...anyone('r'), line('nosuch', 'x', 'r')]],
  ])('ACL-4 %s is InvalidACL, for create and setAcl, also where there is no parent', (_, acl) => {
    const { world, session } = withSession()
    expect(world.code(session, closed('/x', acl))).toBe('InvalidACL')
    expect(world.code(session, closed('/none/x', acl))).toBe('InvalidACL')
    expect(world.code(session, setAcl('/none', acl))).toBe('InvalidACL')
  })

  test('ACL-4 each line counts once, and auth is written out as all identities', () => {
    const { world, session } = withSession()
    for (const user of ['u:1', 'v:2']) world.request(session, addAuth('digest', user))
    const acl = [
      line('auth', 'whatever', 'rwcda'),
      line('digest', 'u:1', 'rwcda'),
      ...anyone('r'),
      ...anyone('r'),
    ]
    expect(world.code(session, closed('/x', acl))).toBe('ok')
    expect(listOf(world, session, '/x')).toMatchObject({
      acl: [line('digest', 'u:1', 'rwcda'), line('digest', 'v:2', 'rwcda'), ...anyone('r')],
    })
  })

  test('ACL-4 at most 64 lines, at the door and when auth is written out', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, i) => line('digest', `u${i}:x`, 'r'))
    const asked = (acl: Acl) => ({ type: 'setAcl', path: '/x', acl, version: -1 })
    expect(parseOperation(asked(lines(aclEntriesMax))).ok).toBe(true)
    expect(parseOperation(asked(lines(aclEntriesMax + 1)))).toMatchObject({ error: { code: 'InvalidACL' } })
    const { world, session } = withSession()
    for (const id of ['v:1', 'v:2']) world.request(session, addAuth('digest', id))
    const acl = [...lines(aclEntriesMax - 1), line('auth', '', 'r')]
    expect(world.code(session, closed('/x', acl))).toBe('InvalidACL')
  })

  test('ACL-5 setAcl moves aversion and nothing else, and causes no change', () => {
    const { world, session } = withSession()
    world.request(session, create('/x'))
    const before = world.stat('/x')
    const { reply, changes } = world.request(session, setAcl('/x', anyone('rwcda'), 0))
    const after = { ...before, aversion: 1 }
    expect(reply.result).toEqual({ ok: true, value: { type: 'setAcl', stat: after } })
    expect(world.stat('/x')).toEqual(after)
    expect(changes).toEqual([])
  })

  test.each<[string, Operation, string]>([
    ['reserved', setAcl('/zookeeper', [], 9), 'BadArguments'],
    ['an invalid list, absent', setAcl('/none', [], 9), 'InvalidACL'],
    ['absent, other version', setAcl('/none', anyone('r'), 9), 'NoNode'],
    ['not allowed, other version', setAcl('/guarded', anyone('r'), 9), 'NoAuth'],
    ['other version', setAcl('/open', anyone('r'), 9), 'BadVersion'],
    ['its own version', setAcl('/open', anyone('r'), 0), 'ok'],
    ['any version', setAcl('/open', anyone('r')), 'ok'],
  ])('ACL-5 setAcl: %s', (_, operation, code) => {
    const { world, session } = withSession()
    world.request(session, create('/open'))
    world.request(session, closed('/guarded', anyone('rwcd')))
    expect(world.code(session, operation)).toBe(code)
  })

  test('ACL-5 a list takes room like data does', () => {
    const { world, session } = withSession()
    const acl = [line('digest', 'u:x', 'rwcda'), ...anyone('rwa')]
    const room = 1_048_575 - '/x'.length - aclBytes(acl)
    const full = closed('/x', acl, new Uint8Array(room))
    const over = closed('/y', acl, new Uint8Array(room + 1))
    expect([world.code(session, full), world.code(session, over)]).toEqual(['ok', 'DataTooLarge'])
    expect(world.code(session, set('/x', new Uint8Array(room)))).toBe('ok')
    expect(world.code(session, set('/x', new Uint8Array(room + 1)))).toBe('DataTooLarge')
    const wider = [...acl, line('digest', 'v:x', 'r')]
    expect(world.code(session, setAcl('/x', wider))).toBe('DataTooLarge')
    expect(world.stat('/x')).toMatchObject({ aversion: 0, version: 1 })
  })

  test('ACL-6 hashes are masked for those without ADMIN', () => {
    const { world, session } = withSession()
    const acl = [line('digest', 'u:hash', 'rwcda'), line('key', aKey, 'w'), ...anyone('r')]
    world.request(session, closed('/x', acl))
    expect(listOf(world, session, '/x')).toMatchObject({
      acl: [line('digest', 'u:x', 'rwcda'), line('key', aKey, 'w'), ...anyone('r')],
    })
    world.request(session, addAuth('digest', 'u:hash'))
    expect(listOf(world, session, '/x')).toMatchObject({ acl })
    expect(listOf(world, session, '/none')).toBe('NoNode')
  })

  test('ACL-7 equal lists are kept once, and forgotten with the last znode that has them', () => {
    const table = new AclTable()
    const one = table.take(anyone('r'))
    expect(table.take(anyone('r'))).toBe(one)
    expect(table.take(anyone('w'))).not.toBe(one)
    expect(table.take(anyone('rwcda'))).toBe(openAcl)
    expect(table.size).toBe(2)
    table.release(one)
    expect(table.size).toBe(2)
    table.release(one)
    table.release(openAcl)
    expect(table.size).toBe(1)
    expect(table.take(anyone('r'))).not.toBe(one)
  })

  test('ACL-8 a change says who may read of it, where not everybody may', () => {
    const { world, session } = withSession()
    const [guarded, open] = [anyone('wcda'), anyone('rwcda')]
    const told = (...operations: Operation[]) =>
      operations.flatMap(each =>
        world.request(session, each).changes.map(({ acl, parentAcl }) => [acl, parentAcl]),
      )
    const { machine } = world
    expect(told(create('/o'), set('/o'), create('/o/c'), remove('/o/c'))).toEqual(
      Array.from({ length: 4 }, () => [undefined, undefined]),
    )
    expect(told(closed('/g', guarded))).toEqual([[guarded, undefined]])
    expect(told(set('/g'))).toEqual([[guarded, undefined]])
    expect(told(closed('/g/c', open))).toEqual([[undefined, guarded]])
    const before = createMachine(codec)
    const restored = before.restore(machine.snapshot())
    expect(restored.ok && restored.value.map(({ path: at, acl, parentAcl }) => [at, acl, parentAcl])).toEqual(
      [
        ['/o', undefined, undefined],
        ['/g', guarded, undefined],
        ['/g/c', undefined, guarded],
      ],
    )
    expect(told(remove('/g/c'), remove('/g'))).toEqual([
      [undefined, guarded],
      [guarded, undefined],
    ])
  })
})

describe('identities', () => {
  test.each([
    ['world', 'anyone'],
    ['auth', ''],
    ['ip', '10.0.0.1'],
    ['nosuch', 'x'],
    ['digest', 'nocolon'],
    ['key', ''],
    ['key', 'short'],
  ])('ACL-9 a session cannot be %s:%s', (scheme, id) => {
    const { world, session } = withSession()
    expect(world.code(session, addAuth(scheme, id))).toBe('AuthFailed')
    expect(world.machine.session(session)?.identities).toEqual([])
  })

  test('ACL-9 a session keeps its identities, each once, and no other session has them', () => {
    const { world, session } = withSession()
    const other = world.open()
    for (const id of ['u:1', 'v:2', 'u:1']) expect(world.code(session, addAuth('digest', id))).toBe('ok')
    expect(world.code(session, addAuth('key', aKey))).toBe('ok')
    const identities = [
      { scheme: 'digest', id: 'u:1' },
      { scheme: 'digest', id: 'v:2' },
      { scheme: 'key', id: aKey },
    ]
    expect(world.machine.session(session)?.identities).toEqual(identities)
    expect(world.machine.session(other)?.identities).toEqual([])
    const copy = createMachine(codec)
    expect(copy.restore(world.machine.snapshot()).ok).toBe(true)
    expect(copy.session(session)?.identities).toEqual(identities)
  })

  test('ACL-9 at most 32 identities', () => {
    const { world, session } = withSession()
    for (let i = 0; i < identitiesMax; i++)
      expect(world.code(session, addAuth('digest', `u:${i}`))).toBe('ok')
    expect(world.code(session, addAuth('digest', 'one:more'))).toBe('LimitExceeded')
    expect(world.code(session, addAuth('digest', 'u:0'))).toBe('ok')
  })

  test('ACL-10 whoAmI tells users without hashes, each once', () => {
    const { world, session } = withSession()
    for (const id of ['u:1', 'u:2', 'v:3']) world.request(session, addAuth('digest', id))
    world.request(session, addAuth('key', aKey))
    expect(world.read(session, { type: 'whoAmI' })).toEqual({
      type: 'whoAmI',
      identities: [
        { scheme: 'digest', id: 'u' },
        { scheme: 'digest', id: 'v' },
        { scheme: 'key', id: aKey },
      ],
    })
  })

  test('ACL-9 what an identity opens is open in the same multi', () => {
    const { world, session } = withSession()
    world.request(session, addAuth('digest', 'u:1'))
    const acl = [line('digest', 'u:1', 'rwcda')]
    expect(world.code(session, multi(closed('/x', acl), set('/x'), create('/x/y'), check('/x', 1)))).toBe(
      'ok',
    )
    expect(world.code(world.open(), multi(check('/x')))).toBe('NoAuth')
  })
})

describe('identities and what carries them', () => {
  const anyText = fc
    .tuple(
      fc.constantFrom('', '\ufeff', '\ufeff\ufeff', '\ud800'),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400, size: 'max' }),
    )
    .map(([first, units]) => first + String.fromCharCode(...units))

  test('ACL-11 whatever text a session claims to be, the snapshot of it is restored', () => {
    fc.assert(
      fc.property(anyText, name => {
        const { world, session } = withSession()
        world.request(session, addAuth('digest', `${name}:x`))
        world.request(session, closed('/a', [line('digest', `${name}:y`, 'r')]))
        expect(createMachine(codec).restore(world.machine.snapshot()).ok).toBe(true)
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  test('ACL-11 a text that begins with a byte order mark names nobody', () => {
    const { world, session } = withSession()
    for (const name of ['\ufeffu', `\ufeff\ufeff${'u'.repeat(300)}`]) {
      const claimed = world.request(session, addAuth('digest', `${name}:x`)).reply.result
      expect(claimed).toMatchObject({ ok: false, error: { code: 'AuthFailed' } })
      const named = world.request(session, closed('/a', [line('digest', `${name}:x`, 'r')])).reply.result
      expect(named).toMatchObject({ ok: false, error: { code: 'InvalidACL' } })
    }
  })
})

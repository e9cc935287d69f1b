import { describe, expect, test } from 'vitest'
import type { SessionId } from '../../src/logic/base/ids.ts'
import { znodeBytesMax } from '../../src/logic/base/limits.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import { checkSize } from '../../src/logic/state/operation-facts.ts'
import { bytes, check, create, createWorld, line, remove, set, setAcl, type World } from './world.ts'

const withSession = (): { world: World; session: SessionId } => {
  const world = createWorld()
  return { world, session: world.open() }
}

describe('which error wins', () => {
  const large = new Uint8Array(znodeBytesMax)

  /** `/p` has the child `/p/c` and version 1, `/e` is ephemeral, `/closed` and `/closed/c` can only be read. */
  function prepared() {
    const { world, session } = withSession()
    const closed = { acl: [line('world', 'anyone', 'r')] }
    for (const operation of [
      create('/p'),
      create('/p/c'),
      set('/p'),
      create('/e', 'ephemeral'),
      create('/closed'),
      create('/closed/c', 'persistent', bytes(), closed),
      create('/closed/c2'),
      setAcl('/closed', closed.acl),
      create('/e2', 'ephemeral', bytes(), closed),
    ])
      expect(world.code(session, operation)).toBe('ok')
    return { world, session }
  }

  test.each<[string, Operation, string]>([
    ['too large, no parent', create('/x/y', 'persistent', large), 'DataTooLarge'],
    ['too large, reserved', create('/zookeeper/y', 'persistent', large), 'DataTooLarge'],
    ['too large, invalid ACL', create('/x/y', 'persistent', large, { acl: [] }), 'DataTooLarge'],
    ['invalid ACL, no parent', create('/x/y', 'persistent', bytes(), { acl: [] }), 'InvalidACL'],
    ['invalid ACL, not allowed', create('/closed/y', 'persistent', bytes(), { acl: [] }), 'InvalidACL'],
    ['invalid ACL, exists', create('/p/c', 'persistent', bytes(), { acl: [] }), 'InvalidACL'],
    ['not allowed', create('/closed/y'), 'NoAuth'],
    ['not allowed, exists', create('/closed/c'), 'NoAuth'],
    ['not allowed, parent ephemeral', create('/e2/c'), 'NoAuth'],
    ['no parent', create('/x/y'), 'NoNode'],
    ['no parent, sequential', create('/x/', 'persistentSequential'), 'NoNode'],
    ['no parent, reserved', create('/zookeeper/x/y'), 'NoNode'],
    ['reserved', create('/zookeeper/y'), 'BadArguments'],
    ['reserved, not allowed', create('/zookeeper/config/y'), 'NoAuth'],
    ['reserved, sequential', create('/zookeeper/', 'persistentSequential'), 'BadArguments'],
    ['reserved, exists', create('/zookeeper'), 'BadArguments'],
    ['exists', create('/p/c'), 'NodeExists'],
    ['the root exists', create('/'), 'NodeExists'],
    ['parent ephemeral', create('/e/c'), 'NoChildrenForEphemerals'],
    ['parent ephemeral, itself too', create('/e/c', 'ephemeral'), 'NoChildrenForEphemerals'],
    ['parent ephemeral, sequential', create('/e/', 'ephemeralSequential'), 'NoChildrenForEphemerals'],
    ['below a child of an ephemeral', create('/e/c/d'), 'NoNode'],
  ])('TREE-10 create: %s', (_, operation, code) => {
    const { world, session } = prepared()
    expect(world.code(session, operation)).toBe(code)
  })

  test.each<[string, Operation, string]>([
    ['the root', remove('/', 99), 'BadArguments'],
    ['reserved', remove('/zookeeper', 99), 'BadArguments'],
    ['reserved, absent', remove('/zookeeper/x'), 'BadArguments'],
    ['not allowed, absent', remove('/closed/x', 99), 'NoAuth'],
    ['not allowed, other version', remove('/closed/c2', 99), 'NoAuth'],
    ['below what is guarded itself', remove('/closed/c/x'), 'NoAuth'],
    ['absent', remove('/p/x', 99), 'NoNode'],
    ['parent absent', remove('/x/y'), 'NoNode'],
    ['other version, has children', remove('/p', 0), 'BadVersion'],
    ['has children', remove('/p', 1), 'NotEmpty'],
    ['has children, any version', remove('/p'), 'NotEmpty'],
    ['other version', remove('/p/c', 1), 'BadVersion'],
    ['a version below -1 is a version', remove('/p/c', -2), 'BadVersion'],
    ['nothing', remove('/p/c', 0), 'ok'],
  ])('TREE-11 delete: %s', (_, operation, code) => {
    const { world, session } = prepared()
    expect(world.code(session, operation)).toBe(code)
  })

  test.each<[string, Operation, string]>([
    ['too large, reserved', set('/zookeeper', large), 'DataTooLarge'],
    ['too large, absent, other version', set('/x', large, 9), 'DataTooLarge'],
    ['reserved, other version', set('/zookeeper', bytes(), 9), 'BadArguments'],
    ['reserved, absent', set('/zookeeper/x'), 'BadArguments'],
    ['not allowed, other version', set('/closed', bytes(), 9), 'NoAuth'],
    ['below what is guarded', set('/closed/c2'), 'ok'],
    ['absent, other version', set('/x', bytes(), 9), 'NoNode'],
    ['other version', set('/p', bytes(), 0), 'BadVersion'],
    ['nothing', set('/p', bytes(), 1), 'ok'],
  ])('TREE-12 set: %s', (_, operation, code) => {
    const { world, session } = prepared()
    expect(world.code(session, operation)).toBe(code)
  })

  test.each<[string, Operation, string]>([
    ['absent', check('/x', 9), 'NoNode'],
    ['not allowed, other version', check('/hidden', 9), 'NoAuth'],
    ['other version', check('/p', 0), 'BadVersion'],
    ['its version', check('/p', 1), 'ok'],
    ['any version', check('/p'), 'ok'],
    ['reserved', check('/zookeeper', 0), 'ok'],
  ])('TREE-24 check: %s', (_, operation, code) => {
    const { world, session } = prepared()
    world.request(
      session,
      create('/hidden', 'persistent', bytes(), { acl: [line('world', 'anyone', 'wcda')] }),
    )
    const before = world.stat('/p')
    expect(world.code(session, operation)).toBe(code)
    expect(world.stat('/p')).toEqual(before)
  })

  test('TREE-13 nobody writes at or below /zookeeper', () => {
    const { world, session } = prepared()
    const before = world.stat('/zookeeper')
    for (const operation of [set('/zookeeper'), create('/zookeeper/a'), remove('/zookeeper')])
      expect(world.code(session, operation)).toBe('BadArguments')
    expect(world.stat('/zookeeper')).toEqual(before)
    expect(world.code(session, create('/zookeepers'))).toBe('ok')
    expect(world.code(session, set('/', bytes('of the root')))).toBe('ok')
  })

  test.each<[string, (data: Uint8Array) => Operation, number]>([
    ['create', data => create('/sized', 'persistent', data), 6],
    ['set', data => set('/p', data), 2],
    ['create below three-byte characters', data => create('/漢字', 'persistent', data), 7],
    ['sequential create', data => create('/n-', 'persistentSequential', data), 13],
  ])('TREE-14 %s: path and data together', (_, operation, pathBytes) => {
    const { world, session } = prepared()
    const fits = operation(large.subarray(pathBytes))
    const exceeds = operation(large.subarray(pathBytes - 1))
    expect(checkSize(fits)).toBeNull()
    expect(parseOperation(fits).ok).toBe(true)
    expect(parseOperation(exceeds)).toMatchObject({ ok: false, error: { code: 'DataTooLarge' } })
    expect(world.code(session, exceeds)).toBe('DataTooLarge')
    expect(world.code(session, fits)).toBe('ok')
  })
})

/** Limits on subtrees, and the znodes that show them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionId } from '../../src/logic/base/ids.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import { canHaveQuota, limitsText, parseLimits, type QuotaLimits } from '../../src/logic/state/quota.ts'
import {
  addAuth,
  bytes,
  codec,
  create,
  createWorld,
  line,
  multi,
  path,
  remove,
  set,
  setAcl,
  setQuota,
  text,
  type World,
} from './world.ts'

/** `/q` with five bytes and the child `/q/a` with three. */
function prepared(): { world: World; session: SessionId } {
  const world = createWorld()
  const session = world.open()
  world.request(session, create('/q', 'persistent', bytes('12345')))
  world.request(session, create('/q/a', 'persistent', bytes('123')))
  return { world, session }
}

const held = (world: World, at: string): string | null => {
  const answer = world.machine.query({ type: 'get', path: path(at) })
  if (!answer.ok || answer.value.type !== 'get') return null
  expect(answer.value.stat.dataLength).toBe(answer.value.data.length)
  return text(answer.value.data)
}

const usage = (world: World, of = '/q') => held(world, `/zookeeper/quota${of}/zookeeper_stats`)

describe('setting', () => {
  test('QUOTA-1 limits and usage stand below /zookeeper/quota, as ZooKeeper writes them', () => {
    const { world, session } = prepared()
    const { changes } = world.request(session, setQuota('/q/a', { count: 4 }))
    expect(changes.map(({ type, path: at }) => `${type} ${at}`)).toEqual([
      'created /zookeeper/quota/q',
      'created /zookeeper/quota/q/a',
      'created /zookeeper/quota/q/a/zookeeper_limits',
      'created /zookeeper/quota/q/a/zookeeper_stats',
    ])
    expect(held(world, '/zookeeper/quota/q/a/zookeeper_limits')).toBe('count=4,bytes=-1')
    expect(usage(world, '/q/a')).toBe('count=1,bytes=3')
    expect(world.code(session, set('/zookeeper/quota/q/a/zookeeper_limits'))).toBe('BadArguments')
  })

  test('QUOTA-1 new limits replace the old ones', () => {
    const { world, session } = prepared()
    world.request(session, setQuota('/q', { count: 4 }))
    const { changes } = world.request(
      session,
      setQuota('/q', { bytes: 9, countHardLimit: 2, byteHardLimit: 10 }),
    )
    expect(changes.map(({ type, path: at }) => `${type} ${at}`)).toEqual([
      'dataChanged /zookeeper/quota/q/zookeeper_limits',
    ])
    expect(held(world, '/zookeeper/quota/q/zookeeper_limits')).toBe(
      'count=-1,bytes=9=;byteHardLimit=10;countHardLimit=2',
    )
  })

  test('QUOTA-1 any limits are read as they were written', () => {
    const limit = fc.nat(Number.MAX_SAFE_INTEGER)
    const record = fc.record(
      { count: limit, bytes: limit, countHardLimit: limit, byteHardLimit: limit },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(record, limits => {
        expect(parseLimits(limitsText(limits))).toEqual(limits)
      }),
      { seed: 36 },
    )
  })

  test('QUOTA-2 taking it away takes its znodes, and the path to them as far as it is empty', () => {
    const { world, session } = prepared()
    world.request(session, create('/q/b'))
    for (const at of ['/q/a', '/q/b']) world.request(session, setQuota(at, { count: 4 }))
    world.request(session, setQuota('/q/a', null))
    expect(world.children('/zookeeper/quota/q')).toEqual(['b'])
    world.request(session, setQuota('/q/b', null))
    expect(world.children('/zookeeper/quota')).toEqual([])
    expect(world.code(session, setQuota('/q/b', null))).toBe('NoNode')
  })

  test.each<[string, Operation, string]>([
    ['the root', setQuota('/', { count: 1 }), 'BadArguments'],
    ['reserved', setQuota('/zookeeper/config', { count: 1 }), 'BadArguments'],
    ['too deep to be shown', setQuota(`/${'x'.repeat(4_090)}`, { count: 1 }), 'BadArguments'],
    ['absent', setQuota('/none', { count: 1 }), 'NoNode'],
    ['absent, away', setQuota('/none', null), 'NoNode'],
    ['not allowed', setQuota('/guarded', { count: 1 }), 'NoAuth'],
    ['not allowed, away', setQuota('/guarded', null), 'NoAuth'],
    ['none there, away', setQuota('/q/a', null), 'NoNode'],
    ['below one', setQuota('/q/a', { count: 1 }), 'BadArguments'],
    ['above one', setQuota('/p', { count: 1 }), 'BadArguments'],
    ['beside one', setQuota('/q2', { count: 1 }), 'ok'],
  ])('QUOTA-3 %s', (_, operation, code) => {
    const { world, session } = prepared()
    for (const each of [create('/q2'), create('/p'), create('/p/x')]) world.request(session, each)
    world.request(session, setQuota('/q', { count: 9 }))
    world.request(session, setQuota('/p/x', { count: 9 }))
    world.request(
      session,
      create('/guarded', 'persistent', bytes(), { acl: [line('world', 'anyone', 'rwcd')] }),
    )
    expect(world.code(session, operation)).toBe(code)
  })

  test.each([{}, { count: -1 }, { bytes: 1.5 }, { count: '5' }, 7, []])(
    'QUOTA-3 %o are no limits',
    limits => {
      expect(parseOperation({ type: 'setQuota', path: '/q', limits })).toMatchObject({
        ok: false,
        error: { code: 'BadArguments' },
      })
    },
  )

  test('QUOTA-3 what can have a quota', () => {
    expect(
      ['/', '/zookeeper', '/zookeeper/x', '/zookeepers', '/a'].map(at => canHaveQuota(path(at))),
    ).toEqual([false, false, false, true, true])
  })
})

describe('usage', () => {
  test('QUOTA-4 every change below counts, those of sessions that end and of sweeps too', () => {
    const { world, session } = prepared()
    world.request(session, setQuota('/q', { count: 100 }))
    const other = world.open()
    const seen = [usage(world)]
    const then = (...operations: Operation[]) => {
      for (const operation of operations)
        world.request(operation.type === 'closeSession' ? other : session, operation)
      seen.push(usage(world))
    }
    then(create('/q/a/b', 'persistent', bytes('12')))
    then(set('/q/a/b', bytes('1')), set('/q', bytes('')))
    then(create('/qq', 'persistent', bytes('beside')))
    world.request(other, create('/q/e', 'ephemeral', bytes('123')))
    then()
    then({ type: 'closeSession' })
    then(multi(remove('/q/a/b'), create('/q/c', 'persistent', bytes('12345'))))
    expect(seen).toEqual([
      'count=2,bytes=8',
      'count=3,bytes=10',
      'count=3,bytes=4',
      'count=3,bytes=4',
      'count=4,bytes=7',
      'count=3,bytes=4',
      'count=3,bytes=8',
    ])
    const copy = createWorld(createMachine(codec))
    expect(copy.machine.restore(world.machine.snapshot()).ok).toBe(true)
    expect(usage(copy)).toBe('count=3,bytes=8')
    expect(copy.machine.digest()).toBe(world.machine.digest())
  })

  test('QUOTA-4 a quota outlives its znode, and counts it again when it comes back', () => {
    const { world, session } = prepared()
    world.request(session, setQuota('/q/a', { countHardLimit: 1 }))
    world.request(session, remove('/q/a'))
    expect(usage(world, '/q/a')).toBe('count=0,bytes=0')
    expect(world.code(session, create('/q/a'))).toBe('ok')
    expect(world.code(session, create('/q/a/b'))).toBe('QuotaExceeded')
  })
})

describe('enforcing', () => {
  /** What each operation comes to, with `over` where it passed a soft limit. */
  function outcomes(limits: QuotaLimits, ...operations: Operation[]): readonly string[] {
    const { world, session } = prepared()
    world.request(session, setQuota('/q', limits))
    return operations.map(operation => {
      const { result, overQuota } = world.request(session, operation).reply
      return [result.ok ? 'ok' : result.error.code, ...(overQuota ?? [])].join(' ')
    })
  }

  test('QUOTA-5 a create or set that would pass a hard limit is QuotaExceeded', () => {
    expect(
      outcomes({ countHardLimit: 3 }, create('/q/b'), create('/q/c'), set('/q', bytes('longer'))),
    ).toEqual(['ok', 'QuotaExceeded', 'ok'])
    const five = bytes('12345')
    expect(
      outcomes(
        { byteHardLimit: 10 },
        create('/q/b', 'persistent', five),
        create('/q/b'),
        set('/q/a', five),
        set('/q/a', bytes('123456')),
      ),
    ).toEqual(['QuotaExceeded', 'ok', 'ok', 'QuotaExceeded'])
  })

  test('QUOTA-5 what shrinks is never refused, also above the limit', () => {
    expect(outcomes({ byteHardLimit: 1, countHardLimit: 1 }, set('/q', bytes('1')), remove('/q/a'))).toEqual([
      'ok',
      'ok',
    ])
  })

  test('QUOTA-6 a write that passes a soft limit is carried out, and its reply says so', () => {
    expect(
      outcomes(
        { count: 2, bytes: 9 },
        create('/q/b'),
        set('/q/a', bytes('1234')),
        set('/q', bytes('1234567')),
        remove('/q/b'),
      ),
    ).toEqual(['ok /q', 'ok', 'ok /q', 'ok'])
    expect(
      outcomes({ count: 2 }, multi(create('/q/b'), create('/q/c')), multi(create('/q/d'), create('/q/d'))),
    ).toEqual(['ok /q', 'NodeExists'])
    expect(outcomes({ count: 2, countHardLimit: 3 }, create('/q/b'), create('/q/c'))).toEqual([
      'ok /q',
      'QuotaExceeded',
    ])
  })

  test('QUOTA-6 the reply says so however often it is asked for, also after a restore', () => {
    const { world, session } = prepared()
    world.request(session, setQuota('/q', { count: 1 }))
    const { reply } = world.request(session, create('/q/b'))
    expect(reply.overQuota).toEqual(['/q'])
    const copy = createWorld(createMachine(codec))
    expect(copy.machine.restore(world.machine.snapshot()).ok).toBe(true)
    expect(copy.machine.digest()).toBe(world.machine.digest())
  })

  test('QUOTA-5 in a multi each operation meets what those before it used', () => {
    expect(
      outcomes(
        { countHardLimit: 3 },
        multi(create('/q/b'), create('/q/c')),
        multi(remove('/q/a'), create('/q/b'), create('/q/c')),
      ),
    ).toEqual(['QuotaExceeded', 'ok'])
  })

  test('QUOTA-7 of the errors of a create QuotaExceeded is the last, of a set BadVersion comes after it', () => {
    const { world, session } = prepared()
    world.request(session, setQuota('/q', { countHardLimit: 1, byteHardLimit: 1 }))
    expect(world.code(session, create('/q/a'))).toBe('NodeExists')
    expect(world.code(session, create('/q/x/y'))).toBe('NoNode')
    expect(world.code(session, set('/q', bytes('123456789'), 9))).toBe('QuotaExceeded')
    world.request(session, addAuth('digest', 'u:x'))
    world.request(session, setAcl('/q', [line('world', 'anyone', 'r')]))
    expect(world.code(session, create('/q/b'))).toBe('NoAuth')
    expect(world.code(session, set('/q', bytes('123456789'), 9))).toBe('NoAuth')
  })
})

import { describe, expect, test } from 'vitest'
import { nodeId, type SessionId, sessionId, slot } from '../../src/logic/base/ids.ts'
import { outstandingRequestsMax } from '../../src/logic/base/limits.ts'
import type { Applied } from '../../src/logic/state/contract.ts'
import { bytes, close, create, createWorld, remove, request, set, type World } from './world.ts'

const expire = (session: SessionId, leadership: number, lastZxid: number) =>
  ({ type: 'expireSession', session, leadership: slot(leadership), lastZxid: slot(lastZxid) }) as const

const nothing: Applied = { outcome: { type: 'nothing' }, changes: [], ended: [] }

/** The error's code, or what kind of answer or outcome it was. */
function said({ outcome }: Applied): string {
  if (outcome.type !== 'replied') return outcome.type
  const { result } = outcome.reply
  return result.ok ? result.value.type : result.error.code
}

describe('sessions', () => {
  test('SESS-1 the id is the zxid of the opening', () => {
    const world = createWorld()
    world.applyBytes(null)
    const { outcome } = world.apply({ type: 'openSession', token: 'a', timeoutMs: 10_000 })
    expect(outcome).toEqual({ type: 'opened', token: 'a', session: 2, timeoutMs: 10_000 })
    const view = { session: 2, timeoutMs: 10_000, lastXid: 0, lastZxid: 2, identities: [] }
    expect(world.machine.session(sessionId(2))).toEqual(view)
    expect([...world.machine.sessions()]).toEqual([view])
    expect(world.machine.session(sessionId(1))).toBeUndefined()
  })

  test('SESS-2 opening is repeated without harm', () => {
    const world = createWorld()
    const session = world.open('a', 10_000)
    world.request(session, create('/e', 'ephemeral'))
    const again = world.apply({ type: 'openSession', token: 'a', timeoutMs: 20_000 })
    expect(again.outcome).toEqual({ type: 'opened', token: 'a', session, timeoutMs: 10_000 })
    expect(world.machine.session(session)).toMatchObject({ lastXid: 1, lastZxid: 2 })
    expect(world.open('b')).not.toBe(session)
    world.request(session, close)
    expect(world.open('a')).toBe(world.machine.appliedThrough)
  })

  test('SESS-3 the next request is applied', () => {
    const world = createWorld()
    const session = world.open()
    const other = world.open()
    expect(said(world.apply(request(session, 1, create('/a'))))).toBe('create')
    expect(said(world.apply(request(other, 1, create('/b'))))).toBe('create')
    expect(said(world.apply(request(session, 2, set('/a'))))).toBe('set')
    expect(world.machine.session(session)).toMatchObject({ lastXid: 2, lastZxid: 5 })
    expect(world.machine.session(other)).toMatchObject({ lastXid: 1, lastZxid: 4 })
  })

  test('SESS-4 a repeated request gets the same reply', () => {
    const world = createWorld()
    const session = world.open()
    const asked = request(session, 1, create('/n-', 'persistentSequential'))
    const first = world.apply(asked)
    world.apply(request(session, 2, create('/n-', 'persistentSequential')))
    const view = world.machine.session(session)
    for (let i = 0; i < 3; i++) expect(world.apply(asked)).toEqual({ ...first, changes: [] })
    expect(world.children('/')).toHaveLength(3)
    expect(world.machine.session(session)).toEqual(view)
  })

  test('SESS-4 the xid decides, not what is asked', () => {
    const world = createWorld()
    const session = world.open()
    const first = world.apply(request(session, 1, create('/a')))
    expect(world.apply(request(session, 1, create('/b'))).outcome).toEqual(first.outcome)
    expect(world.stat('/b')).toBeNull()
  })

  test('SESS-5 a request that came too early', () => {
    const world = createWorld()
    const session = world.open()
    const early = world.apply(request(session, 3, create('/c'), 2))
    expect(early).toEqual({
      outcome: { type: 'outOfOrder', session, xid: 3, expected: 1 },
      changes: [],
      ended: [],
    })
    expect(world.machine.session(session)).toMatchObject({ lastXid: 0, lastZxid: 1 })
    for (const [number, at] of ['/a', '/b', '/c'].entries())
      expect(said(world.apply(request(session, number + 1, create(at))))).toBe('create')
  })

  test('SESS-6 what was acknowledged is forgotten', () => {
    const world = createWorld()
    const session = world.open()
    world.apply(request(session, 1, create('/a')))
    world.apply(request(session, 2, create('/b')))
    world.apply(request(session, 3, create('/c'), 1))
    expect(world.apply(request(session, 1, create('/a')))).toEqual(nothing)
    expect(said(world.apply(request(session, 2, create('/b'))))).toBe('create')
  })

  test('SESS-6 nobody acknowledges what was not yet answered', () => {
    const world = createWorld()
    const session = world.open()
    world.apply(request(session, 1, create('/a'), 0))
    world.apply(request(session, 2, create('/b'), 1_000_000))
    expect(said(world.apply(request(session, 2, create('/b'), 1_000_000)))).toBe('create')
    expect(world.apply(request(session, 1, create('/a')))).toEqual(nothing)
    expect(said(world.apply(request(session, 3, create('/c'), 0)))).toBe('create')
  })

  test('SESS-7 answers are remembered up to a bound', () => {
    const world = createWorld()
    const session = world.open()
    world.apply(request(session, 1, create('/a')))
    for (let i = 2; i <= outstandingRequestsMax; i++)
      expect(said(world.apply(request(session, i, set('/a'))))).toBe('set')

    const refused = request(session, outstandingRequestsMax + 1, set('/a'))
    const { version } = world.stat('/a') ?? {}
    expect(said(world.apply(refused))).toBe('TooManyRequests')
    expect(said(world.apply(refused))).toBe('TooManyRequests')
    expect(world.stat('/a')?.version).toBe(version)

    const acknowledging = request(session, outstandingRequestsMax + 2, set('/a'), 1)
    expect(said(world.apply(acknowledging))).toBe('set')
    expect(said(world.apply(refused))).toBe('TooManyRequests')
    expect(said(world.apply(request(session, 2, set('/a'))))).toBe('set')
    expect(said(world.apply(request(session, outstandingRequestsMax + 3, set('/a'))))).toBe('TooManyRequests')
    expect(said(world.apply(request(session, outstandingRequestsMax + 4, close)))).toBe('closeSession')
  })

  test('SESS-8 requests of a session that is not open', () => {
    const world = createWorld()
    expect(world.apply(request(sessionId(99), 1, create('/a')))).toEqual({
      outcome: {
        type: 'replied',
        session: 99,
        xid: 1,
        reply: {
          zxid: 1,
          result: { ok: false, error: { code: 'SessionExpired', message: expect.any(String) } },
        },
      },
      changes: [],
      ended: [],
    })
    const session = world.open()
    world.apply(request(session, 1, close))
    expect(said(world.apply(request(session, 1, close)))).toBe('SessionExpired')
    expect(said(world.apply(request(session, 2, create('/a'))))).toBe('SessionExpired')
    expect(said(world.apply(request(sessionId(0), 1, create('/a', 'ephemeral'))))).toBe('SessionExpired')
    expect(world.stat('/a')).toBeNull()
  })

  /** `session` has the ephemerals `/b`, `/p/c`, `/a`, made in that order; `/p` and `/other` are not its own. */
  function withEphemerals(): { world: World; session: SessionId } {
    const world = createWorld()
    const other = world.open()
    const session = world.open()
    world.request(other, create('/p'))
    world.request(other, create('/other', 'ephemeral'))
    for (const at of ['/b', '/p/c', '/a']) world.request(session, create(at, 'ephemeral'))
    return { world, session }
  }

  const expectGone = (world: World, session: SessionId, applied: Applied): void => {
    const zxid = world.machine.appliedThrough
    expect(applied.changes).toEqual(['/a', '/b', '/p/c'].map(at => ({ type: 'deleted', path: at, zxid })))
    expect(world.machine.session(session)).toBeUndefined()
    expect(world.children('/')).toEqual(['other', 'p', 'zookeeper'])
    expect(world.stat('/p')).toMatchObject({ pzxid: zxid, numChildren: 0, cversion: 2 })
  }

  test('SESS-9 closing', () => {
    const { world, session } = withEphemerals()
    const applied = world.apply(request(session, 4, close))
    expect(said(applied)).toBe('closeSession')
    expect(applied.ended).toEqual([{ session, reason: 'closed' }])
    expectGone(world, session, applied)
  })

  test('SESS-10 expiring', () => {
    const { world, session } = withEphemerals()
    const { lastZxid } = world.machine.session(session) ?? {}
    const applied = world.apply(expire(session, 0, lastZxid ?? 0))
    expect(applied.outcome).toEqual({ type: 'nothing' })
    expect(applied.ended).toEqual([{ session, reason: 'expired' }])
    expectGone(world, session, applied)
  })

  test('SESS-11 SESS-12 void expiries', () => {
    const world = createWorld()
    const session = world.open()
    expect(world.machine.leadership).toBe(0)
    expect(world.apply({ type: 'lead', node: nodeId('n1') })).toEqual({
      ...nothing,
      outcome: { type: 'led', node: 'n1' },
    })
    expect(world.machine.leadership).toBe(2)
    world.apply({ type: 'lead', node: nodeId('n1') })
    expect(world.machine.leadership).toBe(3)
    world.request(session, create('/e', 'ephemeral'))
    expect(world.apply(expire(session, 2, 99))).toEqual(nothing)
    expect(world.apply(expire(session, 0, 99))).toEqual(nothing)
    expect(world.apply(expire(session, 3, 3))).toEqual(nothing)
    expect(world.apply(expire(sessionId(99), 3, 99))).toEqual(nothing)
    expect(world.stat('/e')).not.toBeNull()
    expect(world.apply(expire(session, 3, 4)).ended).toHaveLength(1)
    expect(world.apply(expire(session, 3, 4))).toEqual(nothing)
  })

  test('SESS-13 a failure is an answer like any other', () => {
    const world = createWorld()
    const session = world.open()
    const first = world.apply(request(session, 1, remove('/none')))
    expect(said(first)).toBe('NoNode')
    expect(world.machine.session(session)).toMatchObject({ lastXid: 1, lastZxid: 2 })
    world.apply(request(session, 2, create('/none')))
    expect(world.apply(request(session, 1, remove('/none'))).outcome).toEqual(first.outcome)
    expect(world.stat('/none')).not.toBeNull()
  })

  test('SESS-14 an ephemeral that another deleted', () => {
    const world = createWorld()
    const session = world.open()
    const other = world.open()
    for (const at of ['/a', '/b']) world.request(session, create(at, 'ephemeral'))
    for (const at of ['/a', '/b']) world.request(other, remove(at))
    world.request(other, create('/a', 'ephemeral', bytes('mine')))
    expect(world.request(session, close).changes).toEqual([])
    expect(world.stat('/a')?.ephemeralOwner).toBe(other)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noSlot, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import type { Reply } from '../../src/logic/state/contract.ts'
import { lasting, withSession } from '../../src/logic/state/lifetime.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { SessionTable } from '../../src/logic/state/sessions.ts'
import { encodeState } from '../../src/logic/state/snapshot.ts'
import { Tree } from '../../src/logic/state/tree.ts'
import { history } from './commands.ts'
import {
  applyTo,
  furnished,
  reply,
  restored,
  rewrite,
  type Snapshot,
  session,
  znode,
  znodeAt,
} from './furnished.ts'
import { bytes, codec, create, createWorld, path, remove, request, set } from './world.ts'

describe('snapshots', () => {
  test('STATE-4 a restored machine goes on as the original does', () => {
    fc.assert(
      fc.property(history(30), history(30), (before, after) => {
        const one = createMachine(codec)
        for (const [timeMs, draft] of before) applyTo(one, timeMs, draft(one))
        const other = restored(one)
        expect(other.digest()).toBe(one.digest())
        expect(other.appliedThrough).toBe(one.appliedThrough)
        expect(other.leadership).toBe(one.leadership)
        expect([...other.sessions()]).toEqual([...one.sessions()])
        for (const [timeMs, draft] of after) {
          const command = draft(one)
          expect(applyTo(one, timeMs, command)).toEqual(applyTo(other, timeMs, command))
        }
        expect(other.digest()).toBe(one.digest())
      }),
      { seed: 34, numRuns: 150 },
    )
  })

  test('STATE-4 a repeated request is answered by the restored machine as before', () => {
    const world = furnished()
    const copy = createWorld(restored(world.machine))
    for (const [number, operation] of [create('/a'), create('/a/n-'), set('/a'), remove('/none')].entries()) {
      const repeated = request(sessionId(2), number + 1, operation, 1)
      expect(copy.apply(repeated)).toEqual(world.apply(repeated))
    }
    expect(copy.children('/a')).toEqual(['n-0000000000', 'over'])
  })

  test('STATE-4 restoring replaces what was there', () => {
    const world = furnished()
    const other = createWorld()
    other.request(other.open('another'), create('/elsewhere'))
    expect(other.machine.restore(world.machine.snapshot()).ok).toBe(true)
    expect(other.stat('/elsewhere')).toBeNull()
    expect(other.machine.digest()).toBe(world.machine.digest())
  })

  test('STATE-4 what is restored does not hang on the bytes of the snapshot', () => {
    const world = furnished()
    const snapshot = world.machine.snapshot()
    const copy = createMachine(codec)
    copy.restore(snapshot)
    snapshot.fill(0)
    expect(copy.query({ type: 'get', path: path('/a') })).toMatchObject({ value: { data: bytes('more') } })
  })

  test('STATE-5 every damaged byte is noticed or harmless', () => {
    const world = furnished()
    const intact = world.machine.snapshot()
    const copy = createMachine(codec)
    for (let at = 0; at < intact.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = intact.slice()
        damaged[at] = (damaged[at] ?? 0) ^ flip
        const before = copy.digest()
        const result = copy.restore(damaged)
        if (!result.ok) expect(copy.digest()).toBe(before)
        else expect(copy.digest()).toBe(world.machine.digest())
      }
    }
    for (let length = 0; length < intact.length; length += 7)
      expect(copy.restore(intact.subarray(0, length)).ok).toBe(false)
  })

  test('STATE-3 STATE-5 every number of a snapshot counts', () => {
    const intact = furnished().machine.snapshot()
    const copy = createMachine(codec)
    let changed = 0
    for (;;) {
      let seen = 0
      const damaged = rewrite(intact, snapshot => {
        const visit = (value: object): void => {
          for (const [key, inner] of Object.entries(value)) {
            if (inner instanceof Uint8Array) continue
            if (typeof inner === 'object') visit(inner)
            if (typeof inner === 'number' && seen++ === changed) Object.assign(value, { [key]: inner + 1 })
          }
        }
        visit(snapshot)
      })
      if (changed === seen) break
      changed++
      expect(copy.restore(damaged).ok).toBe(false)
    }
    expect(changed).toBeGreaterThan(80)
  })

  test.each<[string, (snapshot: Snapshot) => void]>([
    ['another code', s => (reply(s, 2)[1].result.error.code = 'NodeExists')],
    ['another format', s => (s.format = 1)],
    ['another digest', s => s.digest++],
    ['a higher slot', s => s.appliedThrough++],
    ['a slot that is none', s => (s.appliedThrough = -1)],
    ['another leadership', s => s.leadership++],
    ['another time', s => s.timeMs++],
    ['no znodes', s => (s.znodes = [])],
    ['a missing root', s => s.znodes.shift()],
    ['a child before its parent', s => s.znodes.reverse()],
    ['a znode twice', s => s.znodes.push(znode(s))],
    ['a bad path', s => s.znodes.push(znodeAt(s, '/a/'))],
    ['a child of an ephemeral', s => s.znodes.push(znodeAt(s, '/a/n-0000000000/x'))],
    ['text for data', s => Object.assign(znode(s), { 1: 'data' })],
    ['half a version', s => Object.assign(znode(s), { 7: 0.5 })],
    ['half an aversion', s => Object.assign(znode(s), { 11: 0.5 })],
    ['a list that is not there', s => Object.assign(znode(s), { 10: 99 })],
    ['a lifetime that is none', s => Object.assign(znode(s), { 9: -(2 ** 41) })],
    ['no lists', s => (s.acls = [])],
    ['a list without lines', s => (s.acls[1] = [])],
    ['a line of another scheme', s => Object.assign(s.acls[1]?.[0] ?? {}, { scheme: 'nosuch' })],
    ['a line with more', s => Object.assign(s.acls[1]?.[0] ?? {}, { perms: 3 })],
    ['no members', s => s.znodes.splice(2, 1)],
    ['an identity that is none', s => (session(s)[7] = [['world', 'anyone']])],
    ['an identity less', s => (session(s)[7] = [])],
    ['another culprit', s => (reply(s, 10)[1].result.error.results = ['Ok', 'Ok', 'NoNode'])],
    ['an ephemeral without its session', s => (s.sessions = [])],
    ['a session twice', s => s.sessions.push(session(s))],
    ['a session without an id', s => (session(s)[0] = 0)],
    ['an acknowledgement of what is to come', s => (session(s)[5] = 99)],
    ['a missing reply', s => session(s)[6].pop()],
    ['a reply to an xid to come', s => session(s)[6].push([99, reply(s, 0)[1]])],
    ['an unknown code', s => (reply(s, 2)[1].result.error.code = 'Unlucky')],
    ['a stat without a version', s => (reply(s, 0)[1].result.value.stat.version = null)],
  ])('STATE-5 %s is refused, and nothing changes', (_, damage) => {
    const world = furnished()
    const copy = createMachine(codec)
    const before = copy.digest()
    expect(copy.restore(rewrite(world.machine.snapshot(), () => undefined)).ok).toBe(true)
    const fresh = createMachine(codec)
    expect(fresh.restore(rewrite(world.machine.snapshot(), damage))).toMatchObject({
      ok: false,
      error: { code: 'BadArguments' },
    })
    expect(fresh.digest()).toBe(before)
    expect(fresh.appliedThrough).toBe(0)
  })
})

/** Snapshots whose digest is right and whose parts contradict each other. */
describe('snapshots that contradict themselves', () => {
  const zxid = slot(1)
  const record = { data: bytes(), czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: 0, mtime: 0 }
  const persistent = { ...record, version: 0, childCreates: 0, lifetime: lasting, aversion: 0 }
  const owner = sessionId(1)
  const opened = {
    session: owner,
    token: 'a',
    timeoutMs: 5_000,
    lastXid: xid(3),
    lastZxid: zxid,
    acknowledged: xid(1),
    identities: [],
  }
  const answer: Reply = { zxid, result: { ok: true, value: { type: 'delete' } } }

  const restore = (furnish: (tree: Tree, sessions: SessionTable) => void): boolean => {
    const [tree, sessions] = [Tree.initial(), new SessionTable()]
    furnish(tree, sessions)
    const header = { appliedThrough: slot(9), leadership: noSlot, timeMs: 0 }
    return createMachine(codec).restore(encodeState(codec, { tree, sessions, header })).ok
  }

  test('STATE-4 without a contradiction one is taken', () => {
    const isTaken = restore((tree, sessions) => {
      sessions.add(opened)
      sessions.remember(owner, xid(2), answer)
      tree.load(path('/e'), { ...persistent, lifetime: withSession(owner) }, null)
    })
    expect(isTaken).toBe(true)
  })

  test('STATE-5 a child of an ephemeral', () => {
    const isTaken = restore((tree, sessions) => {
      sessions.add(opened)
      tree.load(path('/e'), { ...persistent, lifetime: withSession(owner) }, null)
      tree.load(path('/e/c'), persistent, null)
    })
    expect(isTaken).toBe(false)
  })

  test('STATE-5 an ephemeral of no session', () => {
    expect(
      restore(tree => tree.load(path('/e'), { ...persistent, lifetime: withSession(owner) }, null)),
    ).toBe(false)
  })

  test('STATE-5 replies out of order, and one twice', () => {
    for (const second of [2, 3]) {
      const isTaken = restore((_, sessions) => {
        sessions.add(opened)
        sessions.remember(owner, xid(3), answer)
        sessions.remember(owner, xid(second), answer)
      })
      expect(isTaken).toBe(false)
    }
  })

  test.each([1, 4])('STATE-5 a reply to xid %d, where 2 and 3 are open', number => {
    const isTaken = restore((_, sessions) => {
      sessions.add(opened)
      sessions.remember(owner, xid(number), answer)
    })
    expect(isTaken).toBe(false)
  })
})

/** What the ensemble itself keeps in the tree, and how much there may be of everything. */
import { expect, test } from 'vitest'
import { nodeId, noSession, sessionId, slot } from '../../src/logic/base/ids.ts'
import { childrenMax, sessionsMax } from '../../src/logic/base/limits.ts'
import { mayRead } from '../../src/logic/state/acl.ts'
import type { Operation, TreeOperation } from '../../src/logic/state/command.ts'
import type { Configuration } from '../../src/logic/state/contract.ts'
import { lasting } from '../../src/logic/state/lifetime.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { operate } from '../../src/logic/state/operate.ts'
import { configPath, type ZnodePath } from '../../src/logic/state/path.ts'
import { Tree } from '../../src/logic/state/tree.ts'
import { bytes, codec, create, createWorld, multi, next, path, remove, set, setAcl, text } from './world.ts'

const configuration: Configuration = {
  members: [
    { id: nodeId('a'), role: 'voter' },
    { id: nodeId('b'), role: 'observer' },
  ],
}

test('CONFIG-1 the members of a slot stand in /zookeeper/config, with the slot as their version', () => {
  const world = createWorld()
  world.open()
  const { machine } = world
  const { changes, outcome } = machine.apply(next(machine), configuration)
  expect(outcome).toEqual({ type: 'nothing' })
  expect(changes).toEqual([{ type: 'dataChanged', path: configPath, zxid: 2 }])
  const answer = machine.query({ type: 'get', path: configPath })
  const data = answer.ok && answer.value.type === 'get' ? text(answer.value.data) : ''
  expect(JSON.parse(data)).toEqual({
    version: 2,
    members: [
      { id: 'a', role: 'voter' },
      { id: 'b', role: 'observer' },
    ],
  })
  expect(world.stat('/zookeeper/config')).toMatchObject({ mzxid: 2, version: 1, mtime: world.timeMs })
  const copy = createMachine(codec)
  expect(copy.restore(machine.snapshot()).ok).toBe(true)
  expect(copy.query({ type: 'get', path: configPath })).toEqual(answer)
})

test('CONFIG-2 everybody may read the members, nobody may write them', () => {
  const world = createWorld()
  const session = world.open()
  const at = '/zookeeper/config'
  for (const operation of [set(at), remove(at), setAcl(at, [])])
    expect(world.code(session, operation)).toBe('BadArguments')
  expect(world.code(session, create(`${at}/x`))).toBe('NoAuth')
  expect(world.code(session, multi(set(at)))).toBe('BadArguments')
  const list = world.read(session, { type: 'getAcl', path: path(at) })
  expect(typeof list === 'object' && list.type === 'getAcl' && mayRead(list.acl, [])).toBe(true)
})

test('TREE-22 a znode has at most 262,144 children', () => {
  const tree = Tree.initial()
  const make = (at: string) => tree.create(at as ZnodePath, bytes(), lasting, null, slot(1), 0)
  make('/p')
  for (let i = 0; i < childrenMax; i++) make(`/p/${i}`)
  const transaction = {
    zxid: slot(2),
    timeMs: 0,
    session: noSession,
    identities: [],
    changes: [],
    overQuota: null,
  }
  const code = (operation: Operation) => {
    const result = operate(tree, operation as TreeOperation, transaction)
    return result.ok ? 'ok' : result.error.code
  }
  expect(code(create('/p/x'))).toBe('LimitExceeded')
  expect(code(create('/p/0'))).toBe('NodeExists')
  expect(code(remove('/p/0'))).toBe('ok')
  expect(code(create('/p/x'))).toBe('ok')
})

test('SESS-15 at most 10,000 sessions; a token of one that is open finds it all the same', () => {
  const world = createWorld()
  for (let i = 0; i < sessionsMax; i++) world.open(`t${i}`)
  const open = (token: string) => world.apply({ type: 'openSession', token, timeoutMs: 10_000 }).outcome
  expect(open('more')).toMatchObject({ type: 'refused', token: 'more', error: { code: 'LimitExceeded' } })
  expect(open('t7')).toMatchObject({ type: 'opened', session: 8 })
  world.request(sessionId(1), { type: 'closeSession' })
  expect(open('more')).toMatchObject({ type: 'opened', token: 'more' })
})

test('TREE-23 counting descendants, and the ephemerals of a session by the beginning of their paths', () => {
  const world = createWorld()
  const session = world.open()
  for (const at of ['/a', '/a/b', '/a/b/c', '/ab']) world.request(session, create(at))
  const other = world.open()
  for (const at of ['/a/e', '/e', '/ab/e']) world.request(other, create(at, 'ephemeral'))
  const count = (at: string) => world.read(session, { type: 'allChildrenNumber', path: path(at) })
  expect([count('/a'), count('/ab'), count('/a/b/c')]).toEqual(
    [3, 1, 0].map(each => ({ type: 'allChildrenNumber', count: each })),
  )
  // Those of the ensemble itself count too.
  expect(count('/')).toEqual({ type: 'allChildrenNumber', count: 10 })
  const ephemerals = (of: typeof session, prefix: string) =>
    world.read(of, { type: 'ephemerals', path: path(prefix) })
  expect(ephemerals(other, '/')).toEqual({ type: 'ephemerals', paths: ['/a/e', '/ab/e', '/e'] })
  expect(ephemerals(other, '/a')).toEqual({ type: 'ephemerals', paths: ['/a/e', '/ab/e'] })
  expect(ephemerals(session, '/')).toEqual({ type: 'ephemerals', paths: [] })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sessionId, slot } from '../../src/logic/base/ids.ts'
import { type Acl, Permission } from '../../src/logic/state/acl.ts'
import type { Change } from '../../src/logic/state/event.ts'
import type { MayHear, Watch, WatchKind, WatchSelection, WatchTable } from '../../src/logic/watch/contract.ts'
import { createWatchTable } from '../../src/logic/watch/watch-table.ts'
import { path } from '../state/world.ts'
import { inWords, WatchModel } from './model.ts'

/** No list keeps anything from anybody. */
const everybody = () => true

const kinds = ['data', 'children', 'persistent', 'persistentRecursive'] as const

const watch = (kind: WatchKind, at: string, id = 1, session = 1): Watch => ({
  session: sessionId(session),
  watch: id,
  kind,
  path: path(at),
})

const change = (type: Change['type'], at: string, zxid = 1): Change => ({
  type,
  path: path(at),
  zxid: slot(zxid),
})

const tableOf = (...watches: readonly Watch[]): WatchTable => {
  const table = createWatchTable()
  for (const each of watches) table.add(each)
  return table
}

/** What `changes` fire, as `type path`. */
const fired = (table: WatchTable, ...changes: readonly Change[]): string[] =>
  table.fire(changes, everybody).map(({ type, path }) => `${type} ${path}`)

describe('the watch table', () => {
  // Watches at /p: what each kind hears of changes of /p, of its child /p/c and of its grandchild /p/c/g.
  const nothing = ''
  test.each<[WatchKind, Change['type'], string, string, string]>([
    ['data', 'created', 'NodeCreated /p', nothing, nothing],
    ['data', 'dataChanged', 'NodeDataChanged /p', nothing, nothing],
    ['data', 'deleted', 'NodeDeleted /p', nothing, nothing],
    ['children', 'created', nothing, 'NodeChildrenChanged /p', nothing],
    ['children', 'dataChanged', nothing, nothing, nothing],
    ['children', 'deleted', 'NodeDeleted /p', 'NodeChildrenChanged /p', nothing],
    ['persistent', 'created', 'NodeCreated /p', 'NodeChildrenChanged /p', nothing],
    ['persistent', 'dataChanged', 'NodeDataChanged /p', nothing, nothing],
    ['persistent', 'deleted', 'NodeDeleted /p', 'NodeChildrenChanged /p', nothing],
    ['persistentRecursive', 'created', 'NodeCreated /p', 'NodeCreated /p/c', 'NodeCreated /p/c/g'],
    [
      'persistentRecursive',
      'dataChanged',
      'NodeDataChanged /p',
      'NodeDataChanged /p/c',
      'NodeDataChanged /p/c/g',
    ],
    ['persistentRecursive', 'deleted', 'NodeDeleted /p', 'NodeDeleted /p/c', 'NodeDeleted /p/c/g'],
  ])('WATCH-1 %s and %s', (kind, type, itself, child, grandchild) => {
    const hears = (at: string) => fired(tableOf(watch(kind, '/p')), change(type, at)).join()
    expect(hears('/p')).toBe(itself)
    expect(hears('/p/c')).toBe(child)
    expect(hears('/p/c/g')).toBe(grandchild)
    for (const elsewhere of ['/', '/q', '/px', '/q/p']) expect(hears(elsewhere)).toBe(nothing)
  })

  test('WATCH-1 an event is addressed to its watcher', () => {
    const table = tableOf(watch('data', '/p', 7, 3))
    expect(table.fire([change('created', '/p', 9)], everybody)).toEqual([
      { session: 3, watch: 7, type: 'NodeCreated', path: '/p', zxid: 9, last: true },
    ])
  })

  test('WATCH-1 at the root', () => {
    for (const kind of ['children', 'persistent'] as const)
      expect(fired(tableOf(watch(kind, '/')), change('created', '/a'))).toEqual(['NodeChildrenChanged /'])
    for (const kind of ['data', 'persistent', 'persistentRecursive'] as const)
      expect(fired(tableOf(watch(kind, '/')), change('dataChanged', '/'))).toEqual(['NodeDataChanged /'])
  })

  test.each(kinds)('WATCH-2 how long a %s watch stays', kind => {
    const table = tableOf(watch(kind, '/p'))
    const once = kind === 'data' || kind === 'children'
    expect(fired(table, change('deleted', '/p'))).toHaveLength(1)
    expect(table.size).toBe(once ? 0 : 1)
    expect(fired(table, change('deleted', '/p'))).toHaveLength(once ? 0 : 1)
    table.add(watch(kind, '/p'))
    expect(fired(table, change('deleted', '/p'))).toHaveLength(1)
  })

  test('WATCH-2 a watch that did not fire stays', () => {
    const table = tableOf(watch('data', '/p'), watch('children', '/p'))
    expect(fired(table, change('dataChanged', '/p'))).toEqual(['NodeDataChanged /p'])
    expect(table.size).toBe(1)
    expect(fired(table, change('created', '/p/c'))).toEqual(['NodeChildrenChanged /p'])
  })

  test('WATCH-3 one watcher with every kind of watch is told once', () => {
    const table = tableOf(...kinds.map(kind => watch(kind, '/p')), watch('persistentRecursive', '/'))
    expect(fired(table, change('deleted', '/p'))).toEqual(['NodeDeleted /p'])
    expect(table.size).toBe(3)
  })

  test('WATCH-3 the list of children of the parent is something else', () => {
    const table = tableOf(watch('data', '/p/c'), watch('children', '/p'))
    expect(fired(table, change('deleted', '/p/c'))).toEqual(['NodeDeleted /p/c', 'NodeChildrenChanged /p'])
    const persistent = tableOf(watch('persistent', '/p'), watch('persistentRecursive', '/p'))
    expect(fired(persistent, change('created', '/p/c'))).toEqual([
      'NodeCreated /p/c',
      'NodeChildrenChanged /p',
    ])
  })

  test('WATCH-4 recursive watches', () => {
    const table = tableOf(watch('persistentRecursive', '/p', 1), watch('persistentRecursive', '/', 2))
    const told = (at: string) =>
      table.fire([change('created', at)], everybody).map(event => `${event.watch} ${event.path}`)
    expect(told('/p')).toEqual(['1 /p', '2 /p'])
    expect(told('/p/a/b/c')).toEqual(['1 /p/a/b/c', '2 /p/a/b/c'])
    expect(told('/pa')).toEqual(['2 /pa'])
    expect(told('/q/p')).toEqual(['2 /q/p'])
  })

  test('WATCH-5 changes in their order, the path before its parent', () => {
    const table = tableOf(
      watch('persistent', '/p', 1),
      watch('data', '/p/b', 2),
      watch('data', '/p/a', 3),
      watch('persistentRecursive', '/', 4),
    )
    const changes = [
      change('deleted', '/p/b', 5),
      change('deleted', '/p/a', 5),
      change('dataChanged', '/p', 6),
    ]
    const told = table
      .fire(changes, everybody)
      .map(event => `${event.watch} ${event.type} ${event.path} ${event.zxid}`)
    expect(told).toEqual([
      '2 NodeDeleted /p/b 5',
      '4 NodeDeleted /p/b 5',
      '1 NodeChildrenChanged /p 5',
      '3 NodeDeleted /p/a 5',
      '4 NodeDeleted /p/a 5',
      '1 NodeChildrenChanged /p 5',
      '1 NodeDataChanged /p 6',
      '4 NodeDataChanged /p 6',
    ])
  })

  test('WATCH-6 the same watch twice is one watch, another watcher is another', () => {
    for (const kind of kinds) {
      const table = tableOf(watch(kind, '/p'), watch(kind, '/p'))
      expect(table.size).toBe(1)
      expect(fired(table, change('deleted', '/p'))).toHaveLength(1)
      const both = tableOf(watch(kind, '/p', 1), watch(kind, '/p', 2))
      expect(both.size).toBe(2)
      expect(fired(both, change('deleted', '/p'))).toHaveLength(2)
    }
  })

  const everyKind = () => tableOf(...kinds.map(kind => watch(kind, '/p')))
  const remove = (table: WatchTable, selection: WatchSelection, id: number | null = 1, at = '/p') =>
    table.remove(sessionId(1), id, path(at), selection).map(removed => `${removed.watch} ${removed.type}`)

  test('WATCH-7 removing a watcher at a path', () => {
    const table = tableOf(
      ...kinds.map(kind => watch(kind, '/p')),
      watch('data', '/q'),
      watch('data', '/p', 2),
    )
    expect(remove(table, 'any', 3)).toEqual([])
    expect(remove(table, 'any', 1, '/r')).toEqual([])
    expect(table.remove(sessionId(2), 1, path('/p'), 'any')).toEqual([])
    expect(remove(table, 'any')).toEqual([
      '1 DataWatchRemoved',
      '1 ChildWatchRemoved',
      '1 PersistentWatchRemoved',
    ])
    expect(table.size).toBe(2)
    expect(remove(table, 'any')).toEqual([])
    expect(fired(table, change('deleted', '/p'), change('deleted', '/q'))).toEqual([
      'NodeDeleted /p',
      'NodeDeleted /q',
    ])
  })

  test('WATCH-7 removing by kind leaves the other kinds', () => {
    const data = everyKind()
    expect(remove(data, 'data')).toEqual(['1 DataWatchRemoved'])
    expect(remove(data, 'data')).toEqual([])
    expect(data.size).toBe(3)
    const children = everyKind()
    expect(remove(children, 'children')).toEqual(['1 ChildWatchRemoved'])
    expect(children.size).toBe(3)
    expect(remove(tableOf(watch('persistent', '/p')), 'data')).toEqual([])
    expect(remove(tableOf(watch('persistentRecursive', '/p')), 'children')).toEqual([])
  })

  test('WATCH-7 removing all watchers of a session at a path tells each', () => {
    const table = tableOf(
      watch('data', '/p', 1),
      watch('data', '/p', 2),
      watch('children', '/p', 2),
      watch('data', '/p', 1, 2),
    )
    expect(remove(table, 'data', null)).toEqual(['1 DataWatchRemoved', '2 DataWatchRemoved'])
    expect(remove(table, 'any', null)).toEqual(['2 ChildWatchRemoved'])
    expect(table.size).toBe(1)
  })

  test('WATCH-7 a watch that fired is no longer there to be removed', () => {
    const table = tableOf(watch('data', '/p'))
    table.fire([change('deleted', '/p')], everybody)
    expect(remove(table, 'any')).toEqual([])
    const mixed = tableOf(watch('data', '/p'), watch('persistent', '/p'))
    mixed.fire([change('deleted', '/p')], everybody)
    expect(remove(mixed, 'any')).toEqual(['1 PersistentWatchRemoved'])
    expect(mixed.size).toBe(0)
  })

  test('WATCH-8 removing a session', () => {
    const table = tableOf(...kinds.flatMap(kind => [watch(kind, '/p', 1, 1), watch(kind, '/p', 1, 2)]))
    table.removeSession(sessionId(1))
    table.removeSession(sessionId(3))
    expect(table.size).toBe(4)
    const told = table.fire([change('deleted', '/p'), change('created', '/p')], everybody)
    expect(told.map(event => event.session)).toEqual([2, 2])
  })

  test('WATCH-9 the size comes back to nothing', () => {
    const table = tableOf(...kinds.map(kind => watch(kind, '/p')), watch('data', '/q', 1, 2))
    expect(table.size).toBe(5)
    table.removeSession(sessionId(2))
    table.fire([change('deleted', '/p')], everybody)
    table.remove(sessionId(1), 1, path('/p'), 'any')
    expect(table.size).toBe(0)
    expect(table.fire([change('created', '/p'), change('created', '/q')], everybody)).toEqual([])
  })

  test('WATCH-10 watches elsewhere are not looked at', () => {
    const changes = Array.from({ length: 2_000 }, (_, i) => change('dataChanged', '/p/c', i + 1))
    const few = tableOf(watch('persistent', '/p/c'))
    const many = tableOf(watch('persistent', '/p/c'))
    for (let i = 0; i < 50_000; i++) {
      many.add(watch('data', `/p/other-${i}`, i))
      many.add(watch('children', '/p/c', i))
      many.add(watch('data', '/p', i))
      many.add(watch('persistent', '/', i))
    }
    const costOf = (table: WatchTable): number => {
      const before = performance.now()
      expect(table.fire(changes, everybody)).toHaveLength(2_000)
      return performance.now() - before
    }
    costOf(few)
    // Looking at the watches that do not fire would cost some 10,000 times as much, not 20 times.
    expect(costOf(many)).toBeLessThan(20 * costOf(few) + 50)
  })

  test('WATCH-11 any watches and changes come to what the naive model says', () => {
    const at = fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/ab', '/b').map(path)
    const session = fc.integer({ min: 1, max: 2 }).map(sessionId)
    const id = fc.integer({ min: 1, max: 3 })
    const one = fc.record({ session, watch: id, kind: fc.constantFrom(...kinds), path: at })
    const type = fc.constantFrom<Change['type'][]>('created', 'deleted', 'dataChanged')
    // Each change has a zxid of its own, by which events are told apart.
    const someChanges = fc
      .array(fc.record({ type, path: at }), { maxLength: 3 })
      .map(changes => changes.map((each, index) => ({ ...each, zxid: slot(index + 1) })))
    type Act = (table: WatchTable, model: WatchModel) => void
    const act: fc.Arbitrary<Act> = fc.oneof(
      {
        weight: 25,
        arbitrary: one.map(
          (added): Act =>
            (table, model) => {
              table.add(added)
              model.add(added)
            },
        ),
      },
      {
        weight: 15,
        arbitrary: someChanges.map(
          (changes): Act =>
            (table, model) => {
              expect(inWords(table.fire(changes, everybody))).toEqual(model.fire(changes))
            },
        ),
      },
      {
        weight: 5,
        arbitrary: one.map(
          (gone): Act =>
            (table, model) => {
              const isMeant = (each: Watch) =>
                each.session === gone.session && each.watch === gone.watch && each.path === gone.path
              const removed = table.remove(gone.session, gone.watch, gone.path, 'any')
              expect(removed.length > 0).toBe(model.remove(isMeant) > 0)
            },
        ),
      },
      {
        weight: 1,
        arbitrary: session.map(
          (gone): Act =>
            (table, model) => {
              table.removeSession(gone)
              model.remove(each => each.session === gone)
            },
        ),
      },
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), acts => {
        const table = createWatchTable()
        const model = new WatchModel()
        for (const each of acts) {
          each(table, model)
          expect(table.size).toBe(model.watches.length)
        }
      }),
      { seed: 41, numRuns: 1_000 },
    )
  })

  describe('READ', () => {
    const acl: Acl = [{ scheme: 'digest', id: 'u', perms: Permission.READ }]
    const onlyTwo: MayHear = (session, list) => list === undefined || session === 2
    const closed = (type: Change['type'], at: string): Change => ({ ...change(type, at), acl })

    test.each(kinds)('WATCH-12 a %s watch is not told of what its session may not read', kind => {
      const table = tableOf(watch(kind, '/p', 1, 1), watch(kind, '/p', 1, 2))
      const told = table.fire([closed('deleted', '/p')], onlyTwo)
      expect(told.map(event => event.session)).toEqual([2])
    })

    test('WATCH-12 a one-shot watch that was not told is still set', () => {
      const table = tableOf(watch('data', '/p'))
      expect(table.fire([closed('created', '/p')], onlyTwo)).toEqual([])
      expect(fired(table, change('dataChanged', '/p'))).toEqual(['NodeDataChanged /p'])
    })

    test.each(['children', 'persistent'] as const)(
      'WATCH-12 NodeChildrenChanged is told to a %s watch whose session may read the parent',
      kind => {
        const table = tableOf(watch(kind, '/p', 1, 1), watch(kind, '/p', 1, 2))
        const unreadableParent: Change = { ...change('created', '/p/c'), parentAcl: acl }
        expect(table.fire([unreadableParent], onlyTwo).map(event => event.session)).toEqual([2])
        const unreadableChild = closed('deleted', '/p/c')
        expect(table.fire([unreadableChild], onlyTwo).map(event => event.session)).toEqual(
          kind === 'children' ? [1] : [1, 2],
        )
      },
    )
  })

  test('WATCH-13 a session sets as many watches as it may, whatever it set before', () => {
    const table = createWatchTable(2)
    expect(table.add(watch('data', '/a'))).toBe(true)
    expect(table.add(watch('data', '/b'))).toBe(true)
    expect(table.add(watch('data', '/c'))).toBe(false)
    expect(table.add(watch('data', '/a'))).toBe(true)
    expect(table.add(watch('data', '/c', 1, 2))).toBe(true)
    table.fire([change('deleted', '/a')], everybody)
    expect(table.add(watch('data', '/c'))).toBe(true)
    expect(table.add(watch('data', '/d'))).toBe(false)
    expect(table.size).toBe(3)
  })

  test('WATCH-14 the last event of a transaction is marked for each watcher', () => {
    const table = tableOf(watch('persistentRecursive', '/', 1), watch('data', '/p/c', 2))
    const told = table.fire([change('deleted', '/p/c'), change('deleted', '/p')], everybody)
    expect(told.map(event => `${event.watch} ${event.path} ${event.last}`)).toEqual([
      '2 /p/c true',
      '1 /p/c false',
      '1 /p true',
    ])
  })

  test('WATCH-15 resumable watches are told of no difference between two states', () => {
    const table = createWatchTable()
    table.add({ ...watch('persistentRecursive', '/p'), resumable: true })
    table.add(watch('persistentRecursive', '/p', 2))
    const changes = [change('created', '/p/c')]
    expect(table.fireDifference(changes, everybody).map(event => event.watch)).toEqual([2])
    expect(table.fire(changes, everybody).map(event => event.watch)).toEqual([1, 2])
    expect(table.watches().map(({ watch: id, resumable }) => [id, resumable])).toEqual([
      [1, true],
      [2, false],
    ])
  })
})

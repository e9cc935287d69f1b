import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Stat, WatchEvent, ZnodeView } from '../../src/client/index.ts'
import { slot } from '../../src/logic/base/ids.ts'
import { parsePath } from '../../src/logic/state/path.ts'
import { Mirror, type Reading } from '../../src/recipes/mirror.ts'
import { parentOf } from '../../src/recipes/tree.ts'

function pathOf(text: string) {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

const noSession = 0 as Stat['ephemeralOwner']
const statOf = (czxid: number, mzxid: number, pzxid: number, numChildren: number): Stat => ({
  czxid: slot(czxid),
  mzxid: slot(mzxid),
  pzxid: slot(pzxid),
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: noSession,
  dataLength: 1,
  numChildren,
})

type Tree = ReadonlyMap<string, ZnodeView>
type Change = { readonly type: 'create' | 'set' | 'delete'; readonly path: string }

/** A tree below `/r` that remembers itself after each transaction, and what a recursive watch of `/r` is told of each. */
class History {
  readonly states: Tree[] = [new Map()]
  readonly events: WatchEvent[][] = [[]]

  get zxid(): number {
    return this.states.length - 1
  }

  commit(changes: readonly Change[]): void {
    const state = new Map(this.states.at(-1))
    const zxid = this.zxid + 1
    const told: { type: 'NodeCreated' | 'NodeDataChanged' | 'NodeDeleted'; path: string }[] = []
    for (const { type, path } of changes) {
      const znode = state.get(path)
      const children = [...state.keys()].filter(each => parentOf(each) === path).length
      const put = (stat: Stat) => state.set(path, { path: pathOf(path), data: new Uint8Array([zxid]), stat })
      if (type === 'create' && !znode && (path === '/r' || state.has(parentOf(path)))) {
        put(statOf(zxid, zxid, zxid, 0))
        told.push({ type: 'NodeCreated', path })
        this.#count(state, parentOf(path), zxid, 1)
      } else if (type === 'set' && znode) {
        put({ ...znode.stat, mzxid: slot(zxid) })
        told.push({ type: 'NodeDataChanged', path })
      } else if (type === 'delete' && znode && children === 0) {
        state.delete(path)
        told.push({ type: 'NodeDeleted', path })
        this.#count(state, parentOf(path), zxid, -1)
      }
    }
    this.states.push(state)
    this.events.push(
      told.map(({ type, path }, index) => ({
        type,
        path: pathOf(path),
        zxid: slot(zxid),
        last: index === told.length - 1,
      })),
    )
  }

  #count(state: Map<string, ZnodeView>, path: string, zxid: number, by: number): void {
    const parent = state.get(path)
    if (!parent) return
    const stat = { ...parent.stat, pzxid: slot(zxid), numChildren: parent.stat.numChildren + by }
    state.set(path, { ...parent, stat })
  }
}

const paths = ['/r', '/r/a', '/r/a/x', '/r/b', '/r/b/y', '/r/c']
const change = fc.record({
  type: fc.constantFrom<Change['type']>('create', 'create', 'set', 'set', 'delete'),
  path: fc.constantFrom(...paths),
})
const transactions = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 25,
})

const readingsAt = (state: Tree, wanted: readonly string[]): ReadonlyMap<string, Reading> =>
  new Map(wanted.map(path => [path, state.get(path) ?? null]))

test('RECIPE-47 each view is the subtree as it was after one transaction, whatever happens during the reads', () => {
  let views = 0
  fc.assert(
    fc.property(transactions, fc.array(fc.nat(4), { minLength: 60, maxLength: 60 }), (all, paces) => {
      const history = new History()
      for (const changes of all) history.commit(changes)
      const mirror = new Mirror('/r')
      let told = 0
      const tell = (through: number) => {
        for (; told < through; told++) for (const event of history.events[told + 1] ?? []) mirror.take(event)
      }
      /** What led there is not known: it is told in two parts. */
      const resync = (zxid: number) => {
        const znodes = [...(history.states[zxid] ?? new Map<string, ZnodeView>()).values()]
        const about = { type: 'Resync', path: pathOf('/r'), zxid: slot(zxid) } as const
        mirror.take({ ...about, znodes: znodes.slice(0, 2), last: false })
        mirror.take({ ...about, znodes: znodes.slice(2), last: true })
        told = zxid
      }
      for (const pace of paces) {
        const wanted = mirror.begin()
        // The reads show a state, and what led to it was told before.
        const readAt = Math.min(told + pace, history.zxid)
        if (pace === 4) resync(readAt)
        else tell(readAt)
        const readings = readingsAt(history.states[readAt] ?? new Map(), wanted)
        // More may have been told by the time that the answer is looked at.
        tell(Math.min(told + (pace % 2), history.zxid))
        const before = mirror.view.zxid
        if (!mirror.read(readings)) continue
        views++
        const { zxid, znodes } = mirror.view
        expect(zxid).toBeGreaterThanOrEqual(before)
        expect(znodes).toEqual(history.states[zxid])
      }
      tell(history.zxid)
      while (mirror.hasNews)
        mirror.read(readingsAt(history.states[history.zxid] ?? new Map(), mirror.begin()))
      expect(mirror.view.znodes).toEqual(history.states[history.zxid])
    }),
    { seed: 1, numRuns: 500 },
  )
  expect(views).toBeGreaterThan(1_000)
})

test('RECIPE-47 a snapshot that begins anew replaces all that was known, when it is complete', () => {
  const znode = (text: string, zxid: number): ZnodeView => ({
    path: pathOf(text),
    data: new Uint8Array(),
    stat: statOf(zxid, zxid, zxid, 0),
  })
  const resync = (znodes: readonly ZnodeView[], last: boolean): WatchEvent => ({
    type: 'Resync',
    path: pathOf('/r'),
    zxid: slot(9),
    znodes,
    last,
  })
  const mirror = new Mirror('/r')
  mirror.take({ type: 'NodeCreated', path: pathOf('/r'), zxid: slot(1), last: true })
  expect(mirror.begin()).toEqual(['/r', '/'].filter(path => path === '/r'))
  expect(mirror.read(new Map([['/r', znode('/r', 1)]]))).toBe(true)
  mirror.take({ type: 'NodeCreated', path: pathOf('/r/old'), zxid: slot(2), last: true })
  mirror.take(resync([znode('/r', 1)], false))
  expect(mirror.begin()).toEqual(['/r/old', '/r'])
  expect(
    mirror.read(
      new Map([
        ['/r/old', null],
        ['/r', znode('/r', 1)],
      ]),
    ),
  ).toBe(false)
  mirror.take(resync([znode('/r/new', 8)], true))
  expect(mirror.begin()).toEqual([])
  expect(mirror.read(new Map())).toBe(true)
  expect([mirror.view.zxid, [...mirror.view.znodes.keys()]]).toEqual([9, ['/r', '/r/new']])
})

import { describe, expect, test } from 'vitest'
import { type StatLike, TreeModel } from '../src/tree/model.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const stat = (czxid: number, fields: Partial<StatLike> = {}): StatLike => ({
  czxid,
  mzxid: czxid,
  pzxid: czxid,
  version: 0,
  ephemeralOwner: 0,
  numChildren: 0,
  ...fields,
})

const created = (path: string, zxid: number) => ({ type: 'NodeCreated', path, zxid }) as const
const deleted = (path: string, zxid: number) => ({ type: 'NodeDeleted', path, zxid }) as const
const changed = (path: string, zxid: number) => ({ type: 'NodeDataChanged', path, zxid }) as const

const textAt = (tree: TreeModel<StatLike>, path: string) => new TextDecoder().decode(tree.get(path)?.data)

describe('the tree as a page knows it', () => {
  test('DEMO-1 a first read lists what a stat counts and asks for each child', () => {
    const tree = new TreeModel<StatLike>()
    const root = stat(0, { pzxid: 5, numChildren: 2 })
    expect(tree.put('/', { data: bytes(''), stat: root })).toBe(true)
    expect(tree.list('/', { children: ['a', 'b'], stat: root })).toEqual(['/a', '/b'])
    expect(tree.put('/a', { data: bytes('x'), stat: stat(4) })).toBe(false)
    expect(textAt(tree, '/a')).toBe('x')
    expect(tree.get('/b')?.stat).toBeNull()
  })

  test('DEMO-2 an event names what to read: the znode, and its parent when a child came or went', () => {
    const tree = new TreeModel<StatLike>()
    expect(tree.apply(created('/a', 3))).toEqual(['/a', '/a', '/'])
    expect(tree.apply(changed('/a', 4))).toEqual(['/a'])
    expect(tree.apply(deleted('/a', 5))).toEqual(['/'])
    expect(tree.get('/a')).toBeUndefined()
    expect(tree.get('/')?.children.size).toBe(0)
  })

  test('DEMO-3 an answer that is older than what is known changes nothing', () => {
    const tree = new TreeModel<StatLike>()
    tree.put('/a', { data: bytes('new'), stat: stat(3, { mzxid: 9, version: 2 }) })
    tree.put('/a', { data: bytes('old'), stat: stat(3, { mzxid: 7, version: 1 }) })
    expect(textAt(tree, '/a')).toBe('new')
    expect(tree.get('/a')?.stat?.version).toBe(2)
  })

  test('DEMO-4 what was deleted does not come back by a late answer or a late list', () => {
    const tree = new TreeModel<StatLike>()
    tree.apply(created('/a', 3))
    tree.apply(deleted('/a', 6))
    tree.put('/a', { data: bytes('late'), stat: stat(3) })
    expect(tree.get('/a')).toBeUndefined()
    expect(tree.list('/', { children: ['a'], stat: stat(0, { pzxid: 3, numChildren: 1 }) })).toEqual([])
    expect(tree.get('/a')).toBeUndefined()
  })

  test('DEMO-5 a znode that was created again is a new one: older answers and a late deletion leave it alone', () => {
    const tree = new TreeModel<StatLike>()
    tree.put('/a', { data: bytes('first'), stat: stat(3, { numChildren: 1 }) })
    tree.apply(created('/a/b', 4))
    tree.apply(created('/a', 8))
    expect(tree.get('/a')?.children.size).toBe(0)
    expect(tree.get('/a/b')).toBeUndefined()
    tree.apply(deleted('/a', 7))
    tree.put('/a', { data: bytes('first'), stat: stat(3, { mzxid: 6 }) })
    expect(tree.get('/a')?.stat).toBeNull()
    tree.put('/a', { data: bytes('second'), stat: stat(8) })
    expect(textAt(tree, '/a')).toBe('second')
  })

  test('DEMO-6 a list removes what it does not name, unless that was created after it', () => {
    const tree = new TreeModel<StatLike>()
    tree.put('/a', { data: bytes(''), stat: stat(2) })
    tree.apply(created('/late', 9))
    const listed = { children: [], stat: stat(0, { pzxid: 5 }) }
    expect(tree.list('/', listed)).toEqual([])
    expect(tree.get('/a')).toBeUndefined()
    expect(tree.get('/late')).toBeDefined()
  })

  test('DEMO-7 events and answers in any order end in the same tree', () => {
    const news: ((tree: TreeModel<StatLike>) => void)[] = [
      tree => tree.apply(created('/a', 3)),
      tree => tree.apply(changed('/a', 5)),
      tree => tree.apply(deleted('/b', 6)),
      tree => tree.put('/a', { data: bytes('1'), stat: stat(3) }),
      tree => tree.put('/a', { data: bytes('2'), stat: stat(3, { mzxid: 5, version: 1 }) }),
      tree => tree.put('/b', { data: bytes('gone'), stat: stat(4) }),
    ]
    for (const order of permutations(news)) {
      const tree = new TreeModel<StatLike>()
      for (const tell of order) tell(tree)
      expect([...(tree.get('/')?.children ?? [])]).toEqual(['a'])
      expect(textAt(tree, '/a')).toBe('2')
    }
  })
})

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length === 0) yield []
  for (const [index, item] of items.entries())
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest]
}

import { expect, test } from 'vitest'
import { type StatLike, TreeModel } from '../src/tree/model.ts'
import { rowsOf, Unfolding } from '../src/tree/rows.ts'

const treeOf = (...paths: string[]) => {
  const tree = new TreeModel<StatLike>()
  for (const [index, path] of paths.entries()) tree.apply({ type: 'NodeCreated', path, zxid: index + 1 })
  return tree
}

const lines = (tree: TreeModel<StatLike>, unfolding: Unfolding) =>
  rowsOf(tree, unfolding).map(row =>
    row.type === 'more' ? `${row.parent} +${row.hidden}` : `${row.level} ${row.znode.path}`,
  )

test('DEMO-8 rows are the open znodes by code unit, parents first; /zookeeper is closed at first', () => {
  const tree = treeOf('/b', '/a', '/a/c', '/zookeeper', '/zookeeper/quota', '/B')
  const unfolding = new Unfolding()
  expect(lines(tree, unfolding)).toEqual(['1 /', '2 /B', '2 /a', '3 /a/c', '2 /b', '2 /zookeeper'])
  unfolding.setOpen('/a', false)
  expect(lines(tree, unfolding)).not.toContain('3 /a/c')
})

test('DEMO-9 many children are shown in part until asked for; one that is revealed is shown', () => {
  const names = Array.from({ length: 50 }, (_, index) => `/m/${String(index).padStart(2, '0')}`)
  const tree = treeOf('/m', ...names)
  const unfolding = new Unfolding()
  expect(lines(tree, unfolding).at(-1)).toBe('/m +38')
  unfolding.setOpen('/m', false)
  unfolding.reveal('/m/49')
  expect(lines(tree, unfolding).at(-1)).toBe('3 /m/49')
})

import { expect, test } from 'vitest'
import { slot } from '../../src/logic/base/ids.ts'
import { changesBetween } from '../../src/logic/state/difference.ts'
import { lasting } from '../../src/logic/state/lifetime.ts'
import { parsePath } from '../../src/logic/state/path.ts'
import { Tree } from '../../src/logic/state/tree.ts'

function path(text: string) {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

const empty = new Uint8Array(0)

/** A tree with `/a`, `/a/b` and `/c`, made by the transactions 1 to 3. */
function furnished(): Tree {
  const tree = Tree.initial()
  tree.create(path('/a'), empty, lasting, null, slot(1), 0)
  tree.create(path('/a/b'), empty, lasting, null, slot(2), 0)
  tree.create(path('/c'), empty, lasting, null, slot(3), 0)
  return tree
}

test('STATE-7 equal trees differ in nothing', () => {
  expect(changesBetween(furnished(), furnished(), slot(9))).toEqual([])
})

test('STATE-7 what is gone, new, set or replaced between two trees is told in that order', () => {
  const after = furnished()
  after.set(path('/c'), empty, slot(4), 0)
  after.delete(path('/a/b'), slot(5))
  after.delete(path('/a'), slot(6))
  after.create(path('/a'), empty, lasting, null, slot(7), 0)
  after.create(path('/d'), empty, lasting, null, slot(8), 0)
  expect(
    changesBetween(furnished(), after, slot(9)).map(({ type, path: at, zxid }) => `${zxid} ${type} ${at}`),
  ).toEqual(['9 deleted /a/b', '9 deleted /a', '4 dataChanged /c', '7 created /a', '8 created /d'])
})

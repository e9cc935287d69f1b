/**
 * What happened between two states of which the steps are not known: for watches on a replica that was given a snapshot.
 * A znode that came and went in between left no trace; one that was replaced is deleted and created.
 */
import type { Zxid } from '../base/ids.ts'
import type { Change } from './event.ts'
import { parentOf } from './path.ts'
import { changeBelow, changeOf } from './transaction.ts'
import type { Tree } from './tree.ts'

/**
 * The changes from `before` to `after`, whose last slot is `through`: deletions first, children before parents, as of
 * `through`, because when they happened is not known; then the rest in the order of their zxids.
 */
export function changesBetween(before: Tree, after: Tree, through: Zxid): readonly Change[] {
  const deleted: Change[] = []
  for (const [path, znode] of before.entries())
    if (after.get(path)?.czxid !== znode.czxid)
      deleted.push(changeBelow('deleted', path, through, znode, before.get(parentOf(path))))
  const others: Change[] = []
  for (const [path, znode] of after.entries()) {
    const { czxid, mzxid } = znode
    const old = before.get(path)
    if (old?.czxid !== czxid)
      others.push(changeBelow('created', path, czxid, znode, after.get(parentOf(path))))
    else if (old.mzxid !== mzxid) others.push(changeOf('dataChanged', path, mzxid, znode))
  }
  return [...deleted.reverse(), ...others.sort((a, b) => a.zxid - b.zxid)]
}

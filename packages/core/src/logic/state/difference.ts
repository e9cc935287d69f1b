/**
 * What happened between two states of which the steps are not known: for watches on a replica that was given a snapshot.
 * A znode that came and went in between left no trace; one that was replaced is deleted and created.
 */
import type { Zxid } from '../base/ids.ts'
import type { Change } from './event.ts'
import type { Tree } from './tree.ts'

/**
 * The changes from `before` to `after`, whose last slot is `through`: deletions first, children before parents, as of
 * `through`, because when they happened is not known; then the rest in the order of their zxids.
 */
export function changesBetween(before: Tree, after: Tree, through: Zxid): readonly Change[] {
  const deleted: Change[] = []
  for (const [path, { czxid }] of before.entries())
    if (after.get(path)?.czxid !== czxid) deleted.push({ type: 'deleted', path, zxid: through })
  const others: Change[] = []
  for (const [path, { czxid, mzxid }] of after.entries()) {
    const old = before.get(path)
    if (old?.czxid !== czxid) others.push({ type: 'created', path, zxid: czxid })
    else if (old.mzxid !== mzxid) others.push({ type: 'dataChanged', path, zxid: mzxid })
  }
  return [...deleted.reverse(), ...others.sort((a, b) => a.zxid - b.zxid)]
}

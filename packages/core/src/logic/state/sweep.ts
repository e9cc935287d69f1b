/**
 * Containers and TTL znodes whose time has come: finding them, and removing those that a sweep names when that still
 * holds. Times are the log's. Who proposes sweeps, and how often, is not known here.
 * Source: ZooKeeper's ContainerManager.
 */
import { containerUnusedMs, sweepPathsLengthMax, sweepZnodesMax } from '../base/limits.ts'
import type { SweepCandidate } from './contract.ts'
import { ttlMsOf, untilEmpty } from './lifetime.ts'
import { parentOf } from './path.ts'
import { changeBelow, type Transaction } from './transaction.ts'
import type { Tree } from './tree.ts'
import { childCount, type Znode } from './znode.ts'

/** What a sweep at `timeMs` can remove: as many as one command may name. Looks at containers and TTL znodes only. */
export function sweepable(tree: Tree, timeMs: number): readonly SweepCandidate[] {
  const candidates: SweepCandidate[] = []
  let pathsLength = 0
  for (const path of tree.lifetimes.swept()) {
    const znode = tree.get(path)
    if (znode === undefined || !isOver(znode, timeMs)) continue
    pathsLength += path.length
    if (candidates.length >= sweepZnodesMax || pathsLength > sweepPathsLengthMax) break
    candidates.push({ path, mzxid: znode.mzxid, pzxid: znode.pzxid })
  }
  return candidates
}

/** Removes those of `candidates` that are as named and whose time has come. */
export function sweep(
  tree: Tree,
  candidates: readonly SweepCandidate[],
  { zxid, timeMs, changes }: Transaction,
): void {
  for (const { path, mzxid, pzxid } of candidates) {
    const znode = tree.get(path)
    if (znode === undefined || znode.mzxid !== mzxid || znode.pzxid !== pzxid || !isOver(znode, timeMs))
      continue
    tree.delete(path, zxid)
    changes.push(changeBelow('deleted', path, zxid, znode, tree.get(parentOf(path))))
  }
}

/** A container whose last child went, or that was never used for long; a TTL znode that outlived its last change. */
function isOver(znode: Readonly<Znode>, timeMs: number): boolean {
  if (childCount(znode) > 0) return false
  if (znode.lifetime === untilEmpty) return znode.childCreates > 0 || timeMs - znode.ctime > containerUnusedMs
  const ttlMs = ttlMsOf(znode.lifetime)
  return ttlMs !== null && timeMs - znode.mtime > ttlMs
}

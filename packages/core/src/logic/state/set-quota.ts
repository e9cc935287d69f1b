/**
 * Setting and taking away a quota, with the znodes below `/zookeeper/quota` that show it. One operation here where
 * ZooKeeper's shell makes several: so no quota is ever half there. Source: ZooKeeper's SetQuotaCommand, DelQuotaCommand.
 */
import { asciiBytes, asciiText } from '../base/ascii.ts'
import { pathLengthMax } from '../base/limits.ts'
import { ok } from '../base/result.ts'
import { Permission } from './acl.ts'
import { readOnlyEntries } from './acl-table.ts'
import type { Operation } from './command.ts'
import { lasting } from './lifetime.ts'
import { parentOf, quotaRootPath, type ZnodePath } from './path.ts'
import {
  canHaveQuota,
  limitedBy,
  limitsName,
  limitsPath,
  limitsText,
  parseLimits,
  type QuotaUsage,
  quotaPath,
  statsPath,
} from './quota.ts'
import {
  type Answer,
  changeBelow,
  changeOf,
  checkAcl,
  noNode,
  refuse,
  type Transaction,
} from './transaction.ts'
import type { Tree } from './tree.ts'
import { walk } from './walk.ts'
import { childCount } from './znode.ts'

/**
 * Sets the limits for the subtree at `path`, or takes them away. Errors: BadArguments (where none can stand, or one
 * stands above or below), NoNode, NoAuth (ADMIN, where the znode is there).
 */
export function setQuota(
  tree: Tree,
  { path, limits }: Extract<Operation, { readonly type: 'setQuota' }>,
  transaction: Transaction,
): Answer {
  if (!canHaveQuota(path)) return refuse('BadArguments', `${path} cannot have a quota`)
  if (statsPath(path).length > pathLengthMax) return refuse('BadArguments', `${path} is too long for a quota`)
  const znode = tree.get(path)
  const known = tree.quotas.get(path)
  if (znode === undefined && (limits !== null || known === undefined)) return noNode(path)
  const denied = znode === undefined ? null : checkAcl(znode.acl, Permission.ADMIN, path, transaction)
  if (denied !== null) return denied
  if (limits === null) {
    if (known === undefined) return refuse('NoNode', `there is no quota of ${path}`)
    remove(tree, path, transaction)
    return ok({ type: 'setQuota' })
  }
  const text = asciiBytes(limitsText(limits))
  if (known !== undefined) {
    const at = limitsPath(path)
    const changed = tree.set(at, text, transaction.zxid, transaction.timeMs)
    transaction.changes.push(changeOf('dataChanged', at, transaction.zxid, changed))
    tree.quotas.put(path, limits, known)
    return ok({ type: 'setQuota' })
  }
  const other = nested(tree, path)
  if (other !== null) return refuse('BadArguments', `${other} has a quota, and quotas do not nest`)
  for (const at of ancestry(quotaPath(path)))
    if (tree.get(at) === undefined) add(tree, at, new Uint8Array(0), transaction)
  add(tree, limitsPath(path), text, transaction)
  // Its text is made when it is read.
  add(tree, statsPath(path), new Uint8Array(0), transaction)
  tree.quotas.put(path, limits, usageOf(tree, path))
  return ok({ type: 'setQuota' })
}

/** Finds the quotas of a tree that was loaded. */
export function findQuotas(tree: Tree): void {
  for (const at of walk(tree, quotaRootPath)) {
    const path = limitedBy(at, limitsName)
    const znode = tree.get(at)
    if (path === null || znode === undefined) continue
    tree.quotas.put(path, parseLimits(asciiText(znode.data)), usageOf(tree, path))
  }
}

/** What the subtree at `path` holds. Costs as much as it is large. */
function usageOf(tree: Tree, path: ZnodePath): QuotaUsage {
  let count = 0
  let bytes = 0
  for (const at of walk(tree, path)) {
    count++
    bytes += tree.get(at)?.data.length ?? 0
  }
  return { count, bytes }
}

function remove(tree: Tree, path: ZnodePath, transaction: Transaction): void {
  tree.quotas.remove(path)
  take(tree, limitsPath(path), transaction)
  take(tree, statsPath(path), transaction)
  let at = quotaPath(path)
  while (at !== quotaRootPath) {
    const znode = tree.get(at)
    if (znode === undefined || childCount(znode) > 0) return
    take(tree, at, transaction)
    at = parentOf(at)
  }
}

/** A path above or below `path` that has a quota, or null. */
function nested(tree: Tree, path: ZnodePath): ZnodePath | null {
  for (const other of tree.quotas.paths())
    if (path.startsWith(`${other}/`) || other.startsWith(`${path}/`)) return other
  return null
}

/** From the child of the root of quotas down to `path`. */
function ancestry(path: ZnodePath): readonly ZnodePath[] {
  return path === quotaRootPath ? [] : [...ancestry(parentOf(path)), path]
}

function add(tree: Tree, at: ZnodePath, data: Uint8Array, { zxid, timeMs, changes }: Transaction): void {
  const znode = tree.create(at, data, lasting, readOnlyEntries, zxid, timeMs)
  changes.push(changeBelow('created', at, zxid, znode, tree.get(parentOf(at))))
}

function take(tree: Tree, at: ZnodePath, { zxid, changes }: Transaction): void {
  const znode = tree.get(at)
  if (znode === undefined) return
  tree.delete(at, zxid)
  changes.push(changeBelow('deleted', at, zxid, znode, tree.get(parentOf(at))))
}

/**
 * What an operation on a znode does: its checks, in ZooKeeper's order, then its effect. Which error wins is part of the
 * contract with clients, so the checks of one operation stand together. Does not know sessions beyond their id and
 * identities.
 * Source: ZooKeeper's PrepRequestProcessor (checks) and DataTree (effects).
 */
import { noSession } from '../base/ids.ts'
import { childrenMax, sequenceMax, znodeBytesMax } from '../base/limits.ts'
import { err, ok } from '../base/result.ts'
import { Permission } from './acl.ts'
import { aclBytes } from './acl-table.ts'
import type { Operation, TreeOperation } from './command.ts'
import { type Lifetime, lasting, ownerOf, untilEmpty, withSession, withTtl } from './lifetime.ts'
import { isEphemeral, isSequential, tooLarge } from './operation-facts.ts'
import { resolveAcl } from './parse-acl.ts'
import {
  isReserved,
  parentOf,
  rootPath,
  type SequencePrefix,
  sequencePath,
  utf8Bytes,
  type ZnodePath,
} from './path.ts'
import { exceeded } from './quotas.ts'
import {
  type Answer,
  changeBelow,
  changeOf,
  checkAcl,
  checkVersion,
  noNode,
  refuse,
  type Transaction,
  type TreeResult,
} from './transaction.ts'
import type { Tree } from './tree.ts'
import { childCount, statOf } from './znode.ts'

type Of<Type extends TreeOperation['type']> = Extract<TreeOperation, { readonly type: Type }>

/** Carries `operation` out, or changes nothing and says why. */
export function operate(tree: Tree, operation: TreeOperation, transaction: Transaction): TreeResult {
  switch (operation.type) {
    case 'create':
      return create(tree, operation, transaction)
    case 'delete':
      return remove(tree, operation, transaction)
    case 'set':
      return set(tree, operation, transaction)
    case 'check':
      return check(tree, operation, transaction)
  }
}

/** Removes every ephemeral of the transaction's session, in the order of their paths. */
export function removeEphemerals(tree: Tree, { zxid, session, changes }: Transaction): void {
  for (const path of tree.lifetimes.ephemeralsOf(session)) {
    const znode = tree.get(path)
    const parent = tree.get(parentOf(path))
    if (znode !== undefined) changes.push(changeBelow('deleted', path, zxid, znode, parent))
    tree.delete(path, zxid)
  }
}

function create(tree: Tree, operation: Of<'create'>, transaction: Transaction): TreeResult {
  const { path: asked, data, mode, acl } = operation
  const { zxid, timeMs, identities, changes } = transaction
  const list = acl === undefined ? null : resolveAcl(acl, identities)
  if (list !== null && !list.ok) return list
  // The parent of a prefix is that of every path it can become; a prefix may end in a slash, so look for the last one.
  const parentPath = parentOf(asked as ZnodePath)
  const parent = tree.get(parentPath)
  if (parent === undefined) return refuse('NoNode', `there is no parent ${parentPath}`)
  const denied = checkAcl(parent.acl, Permission.CREATE, parentPath, transaction)
  if (denied !== null) return denied
  const sequential = isSequential(mode)
  if (sequential && parent.childCreates >= sequenceMax)
    return refuse('SequenceExhausted', `${parentPath} has no sequence number left`)
  const path = sequential ? sequencePath(asked as SequencePrefix, parent.childCreates) : (asked as ZnodePath)
  if (isReserved(path)) return refuse('BadArguments', `${path} is reserved`)
  if (tree.get(path) !== undefined) return refuse('NodeExists', `${path} exists`)
  if (ownerOf(parent.lifetime) !== noSession)
    return refuse('NoChildrenForEphemerals', `${parentPath} is ephemeral`)
  if (childCount(parent) >= childrenMax)
    return refuse(
      'LimitExceeded',
      `${parentPath} has ${childrenMax} children, which is all that one may have`,
    )
  const entries = list?.value ?? null
  const wanted = { path, data, listBytes: entries === null ? 0 : aclBytes(entries), moreZnodes: 1 }
  const fault = checkRoom(tree, wanted, data.length, transaction)
  if (fault !== null) return fault

  const znode = tree.create(path, copyOf(data), lifetimeOf(operation, transaction), entries, zxid, timeMs)
  changes.push(changeBelow('created', path, zxid, znode, parent))
  return ok({ type: 'create', path, stat: statOf(znode) })
}

function remove(tree: Tree, { path, version }: Of<'delete'>, transaction: Transaction): TreeResult {
  if (path === rootPath || isReserved(path)) return refuse('BadArguments', `${path} stays`)
  const parentPath = parentOf(path)
  const parent = tree.get(parentPath)
  if (parent === undefined) return noNode(path)
  const denied = checkAcl(parent.acl, Permission.DELETE, parentPath, transaction)
  if (denied !== null) return denied
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  const stale = checkVersion(path, znode.version, version)
  if (stale !== null) return stale
  if (childCount(znode) > 0) return refuse('NotEmpty', `${path} has children`)

  tree.delete(path, transaction.zxid)
  transaction.changes.push(changeBelow('deleted', path, transaction.zxid, znode, parent))
  return ok({ type: 'delete' })
}

function set(tree: Tree, { path, data, version }: Of<'set'>, transaction: Transaction): TreeResult {
  if (isReserved(path)) return refuse('BadArguments', `${path} is reserved`)
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  const denied = checkAcl(znode.acl, Permission.WRITE, path, transaction)
  if (denied !== null) return denied
  const wanted = { path, data, listBytes: znode.acl.bytes, moreZnodes: 0 }
  const fault = checkRoom(tree, wanted, data.length - znode.data.length, transaction)
  if (fault !== null) return fault
  const stale = checkVersion(path, znode.version, version)
  if (stale !== null) return stale

  const changed = tree.set(path, copyOf(data), transaction.zxid, transaction.timeMs)
  transaction.changes.push(changeOf('dataChanged', path, transaction.zxid, changed))
  return ok({ type: 'set', stat: statOf(changed) })
}

function check(tree: Tree, { path, version }: Of<'check'>, transaction: Transaction): TreeResult {
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  const denied = checkAcl(znode.acl, Permission.READ, path, transaction)
  return denied ?? checkVersion(path, znode.version, version) ?? ok({ type: 'check' })
}

/** Gives a znode another list. No change event: neither data nor children changed. */
export function setAcl(
  tree: Tree,
  { path, acl, version }: Extract<Operation, { readonly type: 'setAcl' }>,
  transaction: Transaction,
): Answer {
  if (isReserved(path)) return refuse('BadArguments', `${path} is reserved`)
  const list = resolveAcl(acl, transaction.identities)
  if (!list.ok) return list
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  const denied = checkAcl(znode.acl, Permission.ADMIN, path, transaction)
  if (denied !== null) return denied
  const bytes = znode.data.length + utf8Bytes(path) + aclBytes(list.value)
  if (bytes > znodeBytesMax) return err(tooLarge(bytes))
  const stale = checkVersion(path, znode.aversion, version)
  return stale ?? ok({ type: 'setAcl', stat: statOf(tree.setAcl(path, list.value)) })
}

interface Wanted {
  readonly path: ZnodePath
  readonly data: Uint8Array
  /** Bytes of the ACL; 0 of the open one. */
  readonly listBytes: number
  readonly moreZnodes: number
}

/** DataTooLarge or QuotaExceeded, when there is no room for what is wanted, `moreBytes` of data more than now. */
function checkRoom(
  tree: Tree,
  { path, data, listBytes, moreZnodes }: Wanted,
  moreBytes: number,
  transaction: Transaction,
) {
  // Without an ACL of its own it was measured as asked for.
  if (listBytes > 0) {
    const bytes = data.length + utf8Bytes(path) + listBytes
    if (bytes > znodeBytesMax) return err(tooLarge(bytes))
  }
  const quota = tree.quotas.over(path)
  if (quota === undefined) return null
  const { soft, hard } = exceeded(quota, moreZnodes, moreBytes)
  if (hard !== null) return refuse('QuotaExceeded', `the quota of ${quota.path} is ${hard}`)
  if (soft && !transaction.overQuota?.includes(quota.path))
    transaction.overQuota = [...(transaction.overQuota ?? []), quota.path]
  return null
}

function lifetimeOf({ mode, ttlMs = 0 }: Of<'create'>, { session }: Transaction): Lifetime {
  if (isEphemeral(mode)) return withSession(session)
  if (mode === 'container') return untilEmpty
  return ttlMs > 0 ? withTtl(ttlMs) : lasting
}

/** Bytes of the tree's own: those of a command are a view of a whole batch, which must not stay in memory for them. */
const copyOf = (data: Uint8Array): Uint8Array => new Uint8Array(data)

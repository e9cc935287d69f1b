/**
 * What an operation does to the tree: its checks, in ZooKeeper's order, then its effect. Which error wins is part of
 * the contract with clients, so the checks of one operation stand together. Does not know sessions beyond their id.
 * Source: ZooKeeper's PrepRequestProcessor (checks) and DataTree (effects).
 */
import { noSession, type SessionId, type Zxid } from '../base/ids.ts'
import { sequenceMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Operation } from './command.ts'
import type { OperationAnswer } from './contract.ts'
import { type Failure, failure } from './error.ts'
import type { Change } from './event.ts'
import { checkSize, isEphemeral, isSequential } from './operation.ts'
import { isReserved, parentOf, rootPath, type SequencePrefix, sequencePath, type ZnodePath } from './path.ts'
import type { Tree } from './tree.ts'
import { childCount, statOf } from './znode.ts'

/** The transaction that an operation runs in. */
export interface Transaction {
  readonly zxid: Zxid
  readonly timeMs: number
  readonly session: SessionId
  /** Grows by what the operation changes. */
  readonly changes: Change[]
}

export type TreeOperation = Exclude<Operation, { readonly type: 'closeSession' }>

type Answer = Result<OperationAnswer, Failure>

/** Carries `operation` out, or changes nothing and says why. */
export function operate(tree: Tree, operation: TreeOperation, transaction: Transaction): Answer {
  const tooLarge = checkSize(operation)
  if (tooLarge !== null) return err(tooLarge)
  switch (operation.type) {
    case 'create':
      return create(tree, operation, transaction)
    case 'delete':
      return remove(tree, operation, transaction)
    case 'set':
      return set(tree, operation, transaction)
  }
}

/** Removes every ephemeral of the transaction's session, in the order of their paths. */
export function removeEphemerals(tree: Tree, { zxid, session, changes }: Transaction): void {
  for (const path of tree.ephemeralsOf(session)) {
    tree.delete(path, zxid)
    changes.push({ type: 'deleted', path, zxid })
  }
}

function create(
  tree: Tree,
  { path: asked, data, mode }: Extract<Operation, { type: 'create' }>,
  { zxid, timeMs, session, changes }: Transaction,
): Answer {
  const sequential = isSequential(mode)
  // The parent of a prefix is that of every path it can become; a prefix may end in a slash, so look for the last one.
  const parentPath = parentOf(asked as ZnodePath)
  const parent = tree.get(parentPath)
  if (parent === undefined) return refuse('NoNode', `there is no parent ${parentPath}`)
  if (sequential && parent.childCreates >= sequenceMax)
    return refuse('SequenceExhausted', `${parentPath} has no sequence number left`)
  const path = sequential ? sequencePath(asked as SequencePrefix, parent.childCreates) : (asked as ZnodePath)
  if (isReserved(path)) return refuse('BadArguments', `${path} is reserved`)
  if (tree.get(path) !== undefined) return refuse('NodeExists', `${path} exists`)
  if (parent.ephemeralOwner !== noSession)
    return refuse('NoChildrenForEphemerals', `${parentPath} is ephemeral`)

  const owner = isEphemeral(mode) ? session : noSession
  const znode = tree.create(path, copyOf(data), owner, zxid, timeMs)
  changes.push({ type: 'created', path, zxid })
  return ok({ type: 'create', path, stat: statOf(znode) })
}

function remove(
  tree: Tree,
  { path, version }: Extract<Operation, { type: 'delete' }>,
  { zxid, changes }: Transaction,
): Answer {
  if (path === rootPath || isReserved(path)) return refuse('BadArguments', `${path} stays`)
  const znode = tree.get(path)
  if (znode === undefined) return refuse('NoNode', `there is no ${path}`)
  if (version !== -1 && version !== znode.version) return staleVersion(path, znode.version, version)
  if (childCount(znode) > 0) return refuse('NotEmpty', `${path} has children`)

  tree.delete(path, zxid)
  changes.push({ type: 'deleted', path, zxid })
  return ok({ type: 'delete' })
}

function set(
  tree: Tree,
  { path, data, version }: Extract<Operation, { type: 'set' }>,
  { zxid, timeMs, changes }: Transaction,
): Answer {
  if (isReserved(path)) return refuse('BadArguments', `${path} is reserved`)
  const znode = tree.get(path)
  if (znode === undefined) return refuse('NoNode', `there is no ${path}`)
  if (version !== -1 && version !== znode.version) return staleVersion(path, znode.version, version)

  const changed = tree.set(path, copyOf(data), zxid, timeMs)
  changes.push({ type: 'dataChanged', path, zxid })
  return ok({ type: 'set', stat: statOf(changed) })
}

/** Bytes of the tree's own: those of a command are a view of a whole batch, which must not stay in memory for them. */
const copyOf = (data: Uint8Array): Uint8Array => new Uint8Array(data)

const refuse = (code: Failure['code'], message: string): Answer => err(failure(code, message))

const staleVersion = (path: ZnodePath, actual: number, expected: number): Answer =>
  refuse('BadVersion', `${path} has version ${actual}, not ${expected}`)

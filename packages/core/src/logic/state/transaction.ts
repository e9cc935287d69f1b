/** The transaction that an operation runs in: what it is told, what it may add to, and how it says no. */
import type { SessionId, Zxid } from '../base/ids.ts'
import { err, type Result } from '../base/result.ts'
import type { Identity } from './acl.ts'
import { allows, type KeptAcl, toldOf } from './acl-table.ts'
import type { OperationAnswer, TreeAnswer } from './contract.ts'
import { type Failure, failure } from './error.ts'
import type { Change } from './event.ts'
import type { ZnodePath } from './path.ts'
import type { Znode } from './znode.ts'

export interface Transaction {
  readonly zxid: Zxid
  readonly timeMs: number
  readonly session: SessionId
  readonly identities: readonly Identity[]
  /** Grows by what the operation changes. */
  readonly changes: Change[]
  /** Paths of quotas whose soft limit the operation passes; null while there are none, as nearly always. */
  overQuota: ZnodePath[] | null
}

export type Answer = Result<OperationAnswer, Failure>
export type TreeResult = Result<TreeAnswer, Failure>

export const refuse = (
  code: Failure['code'],
  message: string,
): { readonly ok: false; readonly error: Failure } => err(failure(code, message))

/** NoAuth, when `list` (that of the znode at `path`) does not give one of `perms` to the transaction's session. */
export const checkAcl = (list: KeptAcl, perms: number, path: ZnodePath, { identities }: Transaction) =>
  allows(list, perms, identities) ? null : noAuth(path)

export const noAuth = (path: ZnodePath) => refuse('NoAuth', `the ACL of ${path} does not allow it`)

export const noNode = (path: ZnodePath) => refuse('NoNode', `there is no ${path}`)

/** BadVersion, unless `expected` is `actual` or any. */
export const checkVersion = (path: ZnodePath, actual: number, expected: number) =>
  expected === -1 || expected === actual
    ? null
    : refuse('BadVersion', `${path} has version ${actual}, not ${expected}`)

/** A change of `znode` alone. */
export const changeOf = (type: Change['type'], path: ZnodePath, zxid: Zxid, { acl }: Znode): Change => {
  const told = toldOf(acl)
  return told === undefined ? { type, path, zxid } : { type, path, zxid, acl: told }
}

/** The coming or going of a znode, which changes its parent's children too. */
export function changeBelow(
  type: 'created' | 'deleted',
  path: ZnodePath,
  zxid: Zxid,
  { acl }: Readonly<Znode>,
  parent: Readonly<Znode> | undefined,
): Change {
  const told = toldOf(acl)
  const parentTold = parent === undefined ? undefined : toldOf(parent.acl)
  if (told === undefined && parentTold === undefined) return { type, path, zxid }
  return { type, path, zxid, acl: told, parentAcl: parentTold }
}

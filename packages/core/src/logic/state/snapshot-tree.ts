/**
 * The tree as rows and back. Lists of permissions stand apart, once each; a znode that has the open one, and never had
 * another, says nothing of it. What is derived (children, digests, the usage of quotas) is made anew.
 */
import { isCounter, noSession, slot } from '../base/ids.ts'
import { ttlMsMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Acl } from './acl.ts'
import { type KeptAcl, openAcl } from './acl-table.ts'
import { type Lifetime, ownerOf } from './lifetime.ts'
import { parseAcl, resolveAcl } from './parse-acl.ts'
import { parentOf, parsePath, rootPath } from './path.ts'
import { findQuotas } from './set-quota.ts'
import { givenPaths, Tree } from './tree.ts'

type Row = readonly unknown[]

export function treeRows(tree: Tree): { readonly acls: readonly Acl[]; readonly znodes: readonly Row[] } {
  const lists = new Map<KeptAcl, number>([[openAcl, 0]])
  const znodes: Row[] = []
  for (const [path, z] of tree.entries()) {
    const { data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime, acl, aversion } = z
    if (acl === openAcl && aversion === 0) {
      znodes.push([path, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime])
      continue
    }
    const list = lists.get(acl) ?? lists.size
    lists.set(acl, list)
    const row = [path, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime]
    znodes.push([...row, list, aversion])
  }
  return { acls: Array.from(lists.keys(), ({ entries }) => entries), znodes }
}

/** The tree of these rows, or a sentence on what is wrong with them. */
export function parseTree(lists: unknown, rows: unknown): Result<Tree, string> {
  const acls = parseLists(lists)
  if (acls === null) return err('its lists of permissions are malformed')
  if (!Array.isArray(rows)) return err('it has no znodes')
  const tree = new Tree()
  for (const row of rows) {
    const fault = loadZnode(tree, acls, row)
    if (fault !== null) return err(fault)
  }
  if (givenPaths.some(path => tree.get(path) === undefined))
    return err('the root or a reserved znode is missing')
  findQuotas(tree)
  return ok(tree)
}

function parseLists(values: unknown): readonly Acl[] | null {
  if (!Array.isArray(values) || values.length === 0) return null
  const lists: Acl[] = []
  for (const value of values) {
    const parsed = parseAcl(value)
    const resolved = parsed.ok ? resolveAcl(parsed.value, []) : parsed
    if (!resolved.ok) return null
    lists.push(resolved.value)
  }
  return lists
}

/** Puts the znode of `row` into `tree`; what is wrong with it, or null. */
function loadZnode(tree: Tree, acls: readonly Acl[], row: unknown): string | null {
  if (!Array.isArray(row)) return 'a znode is no row'
  const [text, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime, ...rest] = row as Row
  const [list, aversion] = rest.length === 0 ? usual : rest
  const parsed = parsePath(text)
  if (!parsed.ok) return parsed.error.message
  const path = parsed.value
  if (!(data instanceof Uint8Array)) return `the data of ${path} is no bytes`
  if (!isCounter(czxid) || !isCounter(mzxid) || !isCounter(pzxid)) return `a zxid of ${path} is malformed`
  if (!isCounter(ctime) || !isCounter(mtime)) return `a time of ${path} is malformed`
  if (!isVersion(version) || !isVersion(aversion)) return `a version of ${path} is malformed`
  if (!isCounter(childCreates)) return `the counter of ${path} is malformed`
  if (!isLifetime(lifetime)) return `the kind of ${path} is malformed`
  const acl = isCounter(list) ? acls[list] : undefined
  if (acl === undefined) return `the ACL of ${path} is missing`
  if (tree.get(path) !== undefined) return `${path} stands there twice`
  if (path !== rootPath) {
    const parent = tree.get(parentOf(path))
    if (parent === undefined) return `${path} stands before its parent`
    if (ownerOf(parent.lifetime) !== noSession) return `the parent of ${path} is ephemeral`
  }
  const record = {
    data: new Uint8Array(data),
    czxid: slot(czxid),
    mzxid: slot(mzxid),
    pzxid: slot(pzxid),
    ctime,
    mtime,
    version,
    childCreates,
    lifetime,
    aversion,
  }
  tree.load(path, record, list === 0 ? null : acl)
  return null
}

/** The open list, never changed. */
const usual: Row = [0, 0]

const isVersion = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const isLifetime = (value: unknown): value is Lifetime =>
  Number.isSafeInteger(value) && (value as number) >= -1 - ttlMsMax

/**
 * The tree as rows and back. Lists of permissions stand apart, once each; a znode that has the open one, and never had
 * another, says nothing of it. What is derived (children, digests, the usage of quotas) is made anew.
 */
import { isCounter, noSession, slot } from '../base/ids.ts'
import { ttlMsMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Acl } from './acl.ts'
import { type KeptAcl, openAcl } from './acl-table.ts'
import type { Frozen, FrozenEntry } from './frozen.ts'
import { type Lifetime, ownerOf } from './lifetime.ts'
import { parseAcl, resolveAcl } from './parse-acl.ts'
import { parentOf, parsePath, rootPath } from './path.ts'
import { findQuotas } from './set-quota.ts'
import { givenPaths, Tree } from './tree.ts'

type Row = readonly unknown[]

/** The rows of a frozen tree, some at a time, and the lists that they name by their place. */
export class TreeRows {
  readonly #frozen: Frozen
  readonly #lists = new Map<KeptAcl, number>([[openAcl, 0]])

  constructor(frozen: Frozen) {
    this.#frozen = frozen
  }

  /** Rows of up to `znodes` more znodes; none when all were given out. */
  take(znodes: number): readonly Row[] {
    return Array.from(this.#frozen.take(znodes), entry => this.#rowOf(entry))
  }

  get isDone(): boolean {
    return this.#frozen.isDone
  }

  /** Complete when all rows were given out. */
  get acls(): readonly Acl[] {
    return Array.from(this.#lists.keys(), ({ entries }) => entries)
  }

  #rowOf([path, z]: FrozenEntry): Row {
    const { data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime, acl, aversion } = z
    const row = [path, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime]
    if (acl === openAcl && aversion === 0) return row
    const list = this.#lists.get(acl) ?? this.#lists.size
    this.#lists.set(acl, list)
    return [...row, list, aversion]
  }
}

/** The tree of these pages of rows, or a sentence on what is wrong with them. */
export function parseTree(lists: unknown, pages: Iterable<unknown>): Result<Tree, string> {
  const acls = parseLists(lists)
  if (acls === null) return err('its lists of permissions are malformed')
  const tree = new Tree()
  for (const rows of pages) {
    if (!Array.isArray(rows)) return err('its znodes are no rows')
    for (const row of rows) {
      const fault = loadZnode(tree, acls, row)
      if (fault !== null) return err(fault)
    }
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

/** Puts the znode of `value` into `tree`; what is wrong with it, or null. */
function loadZnode(tree: Tree, acls: readonly Acl[], value: unknown): string | null {
  if (!Array.isArray(value)) return 'a znode is no row'
  const row: Row = value
  const [text, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime] = row
  const list = row.length > 10 ? row[10] : 0
  const aversion = row.length > 10 ? row[11] : 0
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

const isVersion = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const isLifetime = (value: unknown): value is Lifetime =>
  Number.isSafeInteger(value) && (value as number) >= -1 - ttlMsMax

/**
 * The tree as rows and back. Lists of permissions stand apart, once each; a znode that has the open one, and never had
 * another, says nothing of it. What is derived (children, digests, the usage of quotas) is made anew.
 */
import { isCounter, noSession, slot } from '../base/ids.ts'
import { ttlMsMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { ifOk, listOf, where } from '../base/shape.ts'
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
  const acls = someLists(lists)
  if (acls === undefined) return err('its lists of permissions are malformed')
  const tree = new Tree()
  for (const rows of pages) {
    if (!Array.isArray(rows) || !rows.every(row => loadZnode(tree, acls, row)))
      return err('a znode is malformed')
  }
  if (givenPaths.some(path => tree.get(path) === undefined))
    return err('the root or a reserved znode is missing')
  findQuotas(tree)
  return ok(tree)
}

/** Lists of permissions as they stand in the tree: nothing in them is still to be written out. */
const someLists = where(
  listOf(
    ifOk(value => {
      const parsed = parseAcl(value)
      return parsed.ok ? resolveAcl(parsed.value, []) : parsed
    }),
  ),
  lists => lists.length > 0,
)

/** Puts the znode of `row` into `tree`; whether it is one, and can stand there. */
function loadZnode(tree: Tree, acls: readonly Acl[], row: unknown): boolean {
  if (!Array.isArray(row)) return false
  const [
    text,
    data,
    czxid,
    mzxid,
    pzxid,
    ctime,
    mtime,
    version,
    childCreates,
    lifetime,
    list = 0,
    aversion = 0,
  ] = row as Row
  const path = parsePath(text)
  if (!path.ok || tree.get(path.value) !== undefined || !(data instanceof Uint8Array)) return false
  if (!isCounter(czxid) || !isCounter(mzxid) || !isCounter(pzxid)) return false
  if (!isCounter(ctime) || !isCounter(mtime) || !isCounter(childCreates)) return false
  if (!isVersion(version) || !isVersion(aversion) || !isLifetime(lifetime)) return false
  const acl = isCounter(list) ? acls[list] : undefined
  const parent = path.value === rootPath ? null : tree.get(parentOf(path.value))
  if (acl === undefined || parent === undefined) return false
  if (parent !== null && ownerOf(parent.lifetime) !== noSession) return false
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
  tree.load(path.value, record, list === 0 ? null : acl)
  return true
}

const isVersion = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const isLifetime = (value: unknown): value is Lifetime =>
  Number.isSafeInteger(value) && (value as number) >= -1 - ttlMsMax

/**
 * The znodes by path, what is found besides by other keys (ephemerals, what sweeps look at, quotas, lists of
 * permissions), and the sum of all their digests. Keeps itself consistent; whether a change is allowed was checked
 * before. Changes after `begin` can be taken back as one.
 */
import { assert } from '../base/assert.ts'
import { noSlot, type Zxid } from '../base/ids.ts'
import type { Acl } from './acl.ts'
import { AclTable, openAcl, readOnlyEntries } from './acl-table.ts'
import { addDigest, subtractDigest } from './digest.ts'
import { Frozen } from './frozen.ts'
import { type Lifetime, lasting } from './lifetime.ts'
import { Lifetimes } from './lifetimes.ts'
import {
  configPath,
  nameOf,
  parentOf,
  quotaRootPath,
  reservedPath,
  rootPath,
  type ZnodePath,
} from './path.ts'
import { Quotas } from './quotas.ts'
import {
  childCount,
  digestContent,
  digestZnode,
  nextVersion,
  type Znode,
  type ZnodeRecord,
  znodeOf,
} from './znode.ts'

/** What takes one change back. */
type Undo =
  | { readonly type: 'create'; readonly path: ZnodePath; readonly parentPzxid: Zxid }
  | {
      readonly type: 'delete'
      readonly path: ZnodePath
      readonly znode: Znode
      readonly parentPzxid: Zxid
    }
  | {
      readonly type: 'set'
      readonly path: ZnodePath
      readonly data: Uint8Array
      readonly mzxid: Zxid
      readonly mtime: number
      readonly version: number
    }

/** The znodes that the ensemble has from the start. */
export const givenPaths: readonly ZnodePath[] = [rootPath, reservedPath, configPath, quotaRootPath]

export class Tree {
  /** Invariant: a znode stands after its parent, because a parent cannot go before its children do. */
  readonly #znodes = new Map<ZnodePath, Znode>()
  readonly #lifetimes = new Lifetimes()
  readonly #quotas = new Quotas()
  readonly #acls = new AclTable()
  #digest = 0
  /** Whoever looks at the tree as it was: told before a znode changes. */
  #frozen: Frozen | null = null
  /** Since `begin`, the last change last; null while changes are for good. */
  #undo: Undo[] | null = null

  /** The tree before the first transaction: its znodes are not counted as created, as in ZooKeeper. */
  static initial(): Tree {
    const tree = new Tree()
    for (const path of givenPaths) tree.load(path, unwritten(), path === configPath ? readOnlyEntries : null)
    return tree
  }

  get digest(): number {
    return this.#digest
  }

  get size(): number {
    return this.#znodes.size
  }

  /** Different lists of permissions in use, the open one apart. */
  get aclCount(): number {
    return this.#acls.size
  }

  get lifetimes(): Lifetimes {
    return this.#lifetimes
  }

  get quotas(): Quotas {
    return this.#quotas
  }

  get(path: ZnodePath): Readonly<Znode> | undefined {
    return this.#znodes.get(path)
  }

  /** Every znode with its path, parents before children, the same order on every replica. */
  entries(): Iterable<readonly [ZnodePath, Readonly<Znode>]> {
    return this.#znodes.entries()
  }

  /**
   * Adds a znode at `path`, which is free, below a parent that is there. `data` becomes the tree's own. `acl` null is
   * open to all.
   */
  create(
    path: ZnodePath,
    data: Uint8Array,
    lifetime: Lifetime,
    acl: Acl | null,
    zxid: Zxid,
    timeMs: number,
  ): Znode {
    const parent = this.#at(parentOf(path))
    this.#undo?.push({ type: 'create', path, parentPzxid: parent.pzxid })
    this.#frozen?.keep(parent)
    parent.childCreates++
    parent.pzxid = zxid
    this.#redigest(parent)
    const record = {
      data,
      czxid: zxid,
      mzxid: zxid,
      pzxid: zxid,
      ctime: timeMs,
      mtime: timeMs,
      version: 0,
      childCreates: 0,
      lifetime,
      aversion: 0,
    }
    const znode = znodeOf(path, record, acl === null ? openAcl : this.#acls.take(acl))
    this.#link(parent, path, znode)
    return znode
  }

  /** Puts `data`, which becomes the tree's own, in the place of what the znode at `path` holds. */
  set(path: ZnodePath, data: Uint8Array, zxid: Zxid, timeMs: number): Znode {
    const znode = this.#at(path)
    const { mzxid, mtime, version } = znode
    this.#undo?.push({ type: 'set', path, data: znode.data, mzxid, mtime, version })
    this.#frozen?.keep(znode)
    this.#write(path, znode, data)
    znode.mzxid = zxid
    znode.mtime = timeMs
    znode.version = nextVersion(version)
    this.#redigest(znode)
    return znode
  }

  /** Gives the znode at `path` another list. Not to be taken back. */
  setAcl(path: ZnodePath, acl: Acl): Znode {
    assert(this.#undo === null, 'a list of permissions is not set tentatively')
    const znode = this.#at(path)
    const list = this.#acls.take(acl)
    this.#frozen?.keep(znode)
    this.#acls.release(znode.acl)
    znode.acl = list
    znode.aversion = nextVersion(znode.aversion)
    this.#redigest(znode)
    return znode
  }

  /** Removes the znode at `path`, which has no children. */
  delete(path: ZnodePath, zxid: Zxid): void {
    const znode = this.#at(path)
    assert(childCount(znode) === 0, 'a znode goes after its children')
    const parent = this.#at(parentOf(path))
    this.#undo?.push({ type: 'delete', path, znode, parentPzxid: parent.pzxid })
    this.#frozen?.keep(parent)
    parent.pzxid = zxid
    this.#redigest(parent)
    this.#unlink(parent, path, znode)
  }

  /** The znodes as they are now, for whoever looks at them later; whoever did so before has to be done. */
  freeze(): Frozen {
    this.#frozen = new Frozen(this.#znodes)
    return this.#frozen
  }

  /** From here on changes may be taken back. */
  begin(): void {
    assert(this.#undo === null, 'one transaction at a time')
    this.#undo = []
  }

  /** The changes since `begin` are for good. */
  commit(): void {
    this.#undo = null
  }

  /** Takes the changes since `begin` back, as if they had never been: counts of children and sequence numbers included. */
  rollback(): void {
    const changes = this.#undo ?? []
    this.#undo = null
    for (const change of changes.reverse()) this.#takeBack(change)
  }

  /** Adds a znode as it was, counting nothing. Its parent, unless it is the root, was loaded before. */
  load(path: ZnodePath, record: Omit<ZnodeRecord, 'acl'>, acl: Acl | null): void {
    const parent = path === rootPath ? null : this.#at(parentOf(path))
    this.#link(parent, path, znodeOf(path, record, acl === null ? openAcl : this.#acls.take(acl)))
  }

  #takeBack(change: Undo): void {
    const { path } = change
    switch (change.type) {
      case 'create': {
        const parent = this.#at(parentOf(path))
        this.#unlink(parent, path, this.#at(path))
        parent.childCreates--
        parent.pzxid = change.parentPzxid
        this.#redigest(parent)
        return
      }
      case 'delete': {
        const { znode, parentPzxid } = change
        const parent = this.#at(parentOf(path))
        znode.acl = this.#acls.take(znode.acl.entries)
        this.#link(parent, path, znode)
        parent.pzxid = parentPzxid
        this.#redigest(parent)
        return
      }
      case 'set': {
        const znode = this.#at(path)
        this.#write(path, znode, change.data)
        znode.mzxid = change.mzxid
        znode.mtime = change.mtime
        znode.version = change.version
        this.#redigest(znode)
        return
      }
    }
  }

  #link(parent: Znode | null, path: ZnodePath, znode: Znode): void {
    this.#znodes.set(path, znode)
    this.#digest = addDigest(this.#digest, znode.digest)
    if (parent !== null) {
      parent.children ??= new Set()
      parent.children.add(nameOf(path))
    }
    if (znode.lifetime !== lasting) this.#lifetimes.add(path, znode.lifetime)
    this.#quotas.count(path, 1, znode.data.length)
  }

  #unlink(parent: Znode, path: ZnodePath, znode: Znode): void {
    this.#znodes.delete(path)
    this.#digest = subtractDigest(this.#digest, znode.digest)
    parent.children?.delete(nameOf(path))
    this.#lifetimes.remove(path, znode.lifetime)
    this.#quotas.count(path, -1, -znode.data.length)
    this.#acls.release(znode.acl)
  }

  #write(path: ZnodePath, znode: Znode, data: Uint8Array): void {
    this.#quotas.count(path, 0, data.length - znode.data.length)
    znode.data = data
    znode.contentDigest = digestContent(path, data)
  }

  #redigest(znode: Znode): void {
    const digest = digestZnode(znode)
    this.#digest = addDigest(subtractDigest(this.#digest, znode.digest), digest)
    znode.digest = digest
  }

  #at(path: ZnodePath): Znode {
    const znode = this.#znodes.get(path)
    assert(znode !== undefined, 'a change names a znode that is there')
    return znode
  }
}

const unwritten = (): Omit<ZnodeRecord, 'acl'> => ({
  data: new Uint8Array(0),
  czxid: noSlot,
  mzxid: noSlot,
  pzxid: noSlot,
  ctime: 0,
  mtime: 0,
  version: 0,
  childCreates: 0,
  lifetime: lasting,
  aversion: 0,
})

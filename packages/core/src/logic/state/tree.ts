/**
 * The znodes by path, the ephemerals by session, and the sum of all their digests. Keeps itself consistent (parent's
 * counters, children, digest); whether a change is allowed was checked before, by operate.ts.
 */
import { assert } from '../base/assert.ts'
import { noSession, noSlot, type SessionId, type Zxid } from '../base/ids.ts'
import { addDigest, subtractDigest } from './digest.ts'
import { nameOf, parentOf, reservedPath, rootPath, type ZnodePath } from './path.ts'
import {
  childCount,
  digestContent,
  digestZnode,
  nextVersion,
  type Znode,
  type ZnodeRecord,
  znodeOf,
} from './znode.ts'

const noPaths: readonly ZnodePath[] = []

export class Tree {
  /** Invariant: a znode stands after its parent, because a parent cannot go before its children do. */
  readonly #znodes = new Map<ZnodePath, Znode>()
  readonly #ephemerals = new Map<SessionId, Set<ZnodePath>>()
  #digest = 0

  /** The tree before the first transaction: `/` and `/zookeeper`, not counted as created, as in ZooKeeper. */
  static initial(): Tree {
    const tree = new Tree()
    tree.load(rootPath, unwritten())
    tree.load(reservedPath, unwritten())
    return tree
  }

  get digest(): number {
    return this.#digest
  }

  get size(): number {
    return this.#znodes.size
  }

  get(path: ZnodePath): Readonly<Znode> | undefined {
    return this.#znodes.get(path)
  }

  /** Every znode with its path, parents before children, the same order on every replica. */
  entries(): Iterable<readonly [ZnodePath, Readonly<Znode>]> {
    return this.#znodes.entries()
  }

  /** Paths of the ephemerals of `session`, sorted by code unit. */
  ephemeralsOf(session: SessionId): readonly ZnodePath[] {
    const paths = this.#ephemerals.get(session)
    return paths === undefined ? noPaths : [...paths].sort()
  }

  /** Sessions that own ephemerals. */
  owners(): Iterable<SessionId> {
    return this.#ephemerals.keys()
  }

  /** Adds a znode at `path`, which is free, below a parent that is there. `data` becomes the tree's own. */
  create(path: ZnodePath, data: Uint8Array, ephemeralOwner: SessionId, zxid: Zxid, timeMs: number): Znode {
    const parent = this.#at(parentOf(path))
    parent.childCreates++
    parent.pzxid = zxid
    this.#redigest(parent)
    return this.#insert(parent, path, {
      data,
      czxid: zxid,
      mzxid: zxid,
      pzxid: zxid,
      ctime: timeMs,
      mtime: timeMs,
      version: 0,
      childCreates: 0,
      ephemeralOwner,
    })
  }

  /** Puts `data`, which becomes the tree's own, in the place of what the znode at `path` holds. */
  set(path: ZnodePath, data: Uint8Array, zxid: Zxid, timeMs: number): Znode {
    const znode = this.#at(path)
    znode.data = data
    znode.mzxid = zxid
    znode.mtime = timeMs
    znode.version = nextVersion(znode.version)
    znode.contentDigest = digestContent(path, data)
    this.#redigest(znode)
    return znode
  }

  /** Removes the znode at `path`, which has no children. */
  delete(path: ZnodePath, zxid: Zxid): void {
    const znode = this.#at(path)
    assert(childCount(znode) === 0, 'a znode goes after its children')
    const parent = this.#at(parentOf(path))
    parent.children?.delete(nameOf(path))
    parent.pzxid = zxid
    this.#redigest(parent)
    this.#znodes.delete(path)
    this.#digest = subtractDigest(this.#digest, znode.digest)
    if (znode.ephemeralOwner === noSession) return
    const paths = this.#ephemerals.get(znode.ephemeralOwner)
    paths?.delete(path)
    if (paths?.size === 0) this.#ephemerals.delete(znode.ephemeralOwner)
  }

  /** Adds a znode as it was, counting nothing. Its parent, unless it is the root, was loaded before. */
  load(path: ZnodePath, record: ZnodeRecord): void {
    this.#insert(path === rootPath ? null : this.#at(parentOf(path)), path, record)
  }

  #insert(parent: Znode | null, path: ZnodePath, record: ZnodeRecord): Znode {
    const znode = znodeOf(path, record)
    this.#znodes.set(path, znode)
    this.#digest = addDigest(this.#digest, znode.digest)
    if (parent !== null) {
      parent.children ??= new Set()
      parent.children.add(nameOf(path))
    }
    if (record.ephemeralOwner !== noSession) {
      const paths = this.#ephemerals.get(record.ephemeralOwner)
      if (paths === undefined) this.#ephemerals.set(record.ephemeralOwner, new Set([path]))
      else paths.add(path)
    }
    return znode
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

const unwritten = (): ZnodeRecord => ({
  data: new Uint8Array(0),
  czxid: noSlot,
  mzxid: noSlot,
  pzxid: noSlot,
  ctime: 0,
  mtime: 0,
  version: 0,
  childCreates: 0,
  ephemeralOwner: noSession,
})

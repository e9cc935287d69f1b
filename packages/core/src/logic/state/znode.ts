/**
 * One znode as the tree keeps it, its stat as clients see it, and its share of the digest. Does not know its own path
 * or its parent: the tree does.
 */
import { hashBytes, hashString } from '../base/hash.ts'
import type { Zxid } from '../base/ids.ts'
import type { KeptAcl } from './acl-table.ts'
import { mixNumber } from './digest.ts'
import { type Lifetime, ownerOf } from './lifetime.ts'
import type { ZnodePath } from './path.ts'
import type { Stat } from './stat.ts'

/** What a snapshot says of a znode. The children follow from the paths. */
export interface ZnodeRecord {
  /** Owned by the tree and never written to: a set puts other bytes in their place. */
  data: Uint8Array
  readonly czxid: Zxid
  mzxid: Zxid
  pzxid: Zxid
  readonly ctime: number
  mtime: number
  /** Signed 32 bits. Invariant: never -1, which means any. */
  version: number
  /** Creates of direct children so far: the next sequence number. Invariant: never goes back. */
  childCreates: number
  readonly lifetime: Lifetime
  /** Kept once for all znodes that have it: the tree's table counts them. */
  acl: KeptAcl
  /** Changes of the list so far, signed 32 bits like `version`. */
  aversion: number
}

export interface Znode extends ZnodeRecord {
  /** Names of the direct children, in no order that anyone may rely on; null while there was never one. */
  children: Set<string> | null
  /** Of path and data, so that a change of the counters alone need not read them again. */
  contentDigest: number
  /** The share in the tree's digest. */
  digest: number
}

/** A znode of `record`, childless, at `path`, with the ACL `acl`. */
export function znodeOf(path: ZnodePath, record: Omit<ZnodeRecord, 'acl'>, acl: KeptAcl): Znode {
  const { data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime, aversion } = record
  const contentDigest = digestContent(path, data)
  const znode: Znode = {
    data,
    czxid,
    mzxid,
    pzxid,
    ctime,
    mtime,
    version,
    childCreates,
    lifetime,
    acl,
    aversion,
    children: null,
    contentDigest,
    digest: 0,
  }
  znode.digest = digestZnode(znode)
  return znode
}

export const childCount = (znode: Znode): number => (znode.children === null ? 0 : znode.children.size)

export function statOf(znode: Znode): Stat {
  const numChildren = childCount(znode)
  return {
    czxid: znode.czxid,
    mzxid: znode.mzxid,
    pzxid: znode.pzxid,
    ctime: znode.ctime,
    mtime: znode.mtime,
    version: znode.version,
    // Creates and deletes: the deletes are the creates whose child is no longer there.
    cversion: 2 * znode.childCreates - numChildren,
    aversion: znode.aversion,
    ephemeralOwner: ownerOf(znode.lifetime),
    dataLength: znode.data.length,
    numChildren,
  }
}

/** The version after `version`: 32 bits, leaving out -1. */
export function nextVersion(version: number): number {
  const next = (version + 1) | 0
  return next === -1 ? 0 : next
}

export const digestContent = (path: ZnodePath, data: Uint8Array): number =>
  mixNumber(hashString(path), hashBytes(data))

export function digestZnode(znode: Znode): number {
  let digest = mixNumber(znode.contentDigest, znode.czxid)
  digest = mixNumber(digest, znode.mzxid)
  digest = mixNumber(digest, znode.pzxid)
  digest = mixNumber(digest, znode.ctime)
  digest = mixNumber(digest, znode.mtime)
  digest = mixNumber(digest, znode.version)
  digest = mixNumber(digest, znode.childCreates)
  digest = mixNumber(digest, znode.lifetime)
  // Most znodes have the open list and never had another.
  const { aversion, acl } = znode
  return aversion === 0 && acl.digest === 0 ? digest : mixNumber(mixNumber(digest, aversion), acl.digest)
}

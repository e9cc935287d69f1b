/**
 * Answers queries from the tree, for one session: what its identities may read. Changes nothing, and never hears of
 * watches. Source: ZooKeeper's FinalRequestProcessor.
 */
import { asciiBytes } from '../base/ascii.ts'
import { noSession, type SessionId } from '../base/ids.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Identity, Permission } from './acl.ts'
import { allows } from './acl-table.ts'
import type { ZnodeView } from './contract.ts'
import { type Failure, failure } from './error.ts'
import { masked, userOf } from './parse-acl.ts'
import { childOf, isReserved, rootPath, type ZnodePath } from './path.ts'
import type { Query, QueryAnswer, SingleAnswer, SingleRead } from './query.ts'
import { limitedBy, statsName, usageText } from './quota.ts'
import type { Stat } from './stat.ts'
import type { Tree } from './tree.ts'
import { walk } from './walk.ts'
import { statOf, type Znode } from './znode.ts'

/** Who asks. */
export interface Reader {
  readonly session: SessionId
  readonly identities: readonly Identity[]
}

export const nobody: Reader = { session: noSession, identities: [] }

export function answerQuery(tree: Tree, query: Query, reader: Reader): Result<QueryAnswer, Failure> {
  switch (query.type) {
    case 'get':
    case 'children':
      return readOne(tree, query, reader)
    case 'exists': {
      const znode = tree.get(query.path)
      if (znode === undefined) return ok({ type: 'exists', stat: null })
      if (!allows(znode.acl, Permission.READ, reader.identities)) return noAuth(query.path)
      return ok({ type: 'exists', stat: shownStat(tree, query.path, znode) })
    }
    case 'getAcl':
      return readAcl(tree, query.path, reader)
    case 'ephemerals': {
      const paths = tree.lifetimes.ephemeralsOf(reader.session)
      return ok({ type: 'ephemerals', paths: paths.filter(path => path.startsWith(query.path)) })
    }
    case 'allChildrenNumber':
      return countBelow(tree, query.path, reader)
    case 'whoAmI':
      return ok({ type: 'whoAmI', identities: shownIdentities(reader.identities) })
    case 'multiRead':
      return ok({ type: 'multiRead', results: query.queries.map(each => readOne(tree, each, reader)) })
  }
}

function readOne(tree: Tree, { type, path }: SingleRead, reader: Reader): Result<SingleAnswer, Failure> {
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  if (!allows(znode.acl, Permission.READ, reader.identities)) return noAuth(path)
  const stat = shownStat(tree, path, znode)
  switch (type) {
    case 'get':
      return ok({ type, data: shownData(tree, path, znode), stat })
    case 'children':
      return ok({ type, children: znode.children === null ? [] : [...znode.children].sort(), stat })
  }
}

function readAcl(tree: Tree, path: ZnodePath, { identities }: Reader): Result<QueryAnswer, Failure> {
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  const { acl } = znode
  if (!allows(acl, Permission.READ | Permission.ADMIN, identities)) return noAuth(path)
  const entries = allows(acl, Permission.ADMIN, identities) ? acl.entries : masked(acl.entries)
  return ok({ type: 'getAcl', acl: entries, stat: shownStat(tree, path, znode) })
}

function countBelow(tree: Tree, path: ZnodePath, { identities }: Reader): Result<QueryAnswer, Failure> {
  const znode = tree.get(path)
  if (znode === undefined) return noNode(path)
  if (!allows(znode.acl, Permission.READ, identities)) return noAuth(path)
  if (path === rootPath) return ok({ type: 'allChildrenNumber', count: tree.size - 1 })
  let count = -1
  for (const _ of walk(tree, path)) count++
  return ok({ type: 'allChildrenNumber', count })
}

/**
 * What `reader` may read of the znode at `path`, if there is one, and of all below it: parents before children, these
 * sorted by code unit.
 */
export function* subtree(tree: Tree, path: ZnodePath, { identities }: Reader): Iterable<ZnodeView> {
  const ahead = [path]
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    const znode = tree.get(at)
    if (znode === undefined) continue
    if (allows(znode.acl, Permission.READ, identities))
      yield { path: at, data: shownData(tree, at, znode), stat: shownStat(tree, at, znode) }
    const names = [...(znode.children ?? [])].sort()
    for (let i = names.length - 1; i >= 0; i--) ahead.push(childOf(at, names[i] ?? ''))
  }
}

/** As whoAmI tells them: no hashes. */
function shownIdentities(identities: readonly Identity[]): readonly Identity[] {
  const shown: Identity[] = []
  for (const { scheme, id } of identities) {
    const name = scheme === 'digest' ? userOf(id) : id
    if (!shown.some(known => known.scheme === scheme && known.id === name)) shown.push({ scheme, id: name })
  }
  return shown
}

/** What a znode holds; for the usage of a quota, which is kept elsewhere, its text as of now. */
function shownData(tree: Tree, path: ZnodePath, { data }: Readonly<Znode>): Uint8Array {
  if (!isReserved(path)) return data
  const limited = limitedBy(path, statsName)
  const quota = limited === null ? undefined : tree.quotas.get(limited)
  return quota === undefined ? data : asciiBytes(usageText(quota))
}

function shownStat(tree: Tree, path: ZnodePath, znode: Readonly<Znode>): Stat {
  const stat = statOf(znode)
  return isReserved(path) ? { ...stat, dataLength: shownData(tree, path, znode).length } : stat
}

const noNode = (path: ZnodePath) => err(failure('NoNode', `there is no ${path}`))

const noAuth = (path: ZnodePath) => err(failure('NoAuth', `the ACL of ${path} does not allow it`))

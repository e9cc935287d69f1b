/**
 * The lists of permissions in use, each kept once: a znode holds a reference, as most znodes of an app have one of a few
 * lists. Owns when a list is forgotten; does not know which znode has which.
 * Source: ZooKeeper's ReferenceCountedACLCache.
 */
import { hashString } from '../base/hash.ts'
import { type Acl, type Identity, isAllowed, Permission } from './acl.ts'
import { utf8Bytes } from './path.ts'

/** One list with what is asked of it again and again. */
export interface KeptAcl {
  readonly entries: Acl
  /** What everybody may do by it. */
  readonly anyone: number
  /** Of its lines and their order; 0 of the open one. */
  readonly digest: number
  /** What it adds to a znode's size. */
  readonly bytes: number
  /** Znodes that have it. The open one is not counted. */
  znodes: number
}

/** Everything to everybody: what a create has that names no list. */
export const openAcl: KeptAcl = {
  entries: [{ scheme: 'world', id: 'anyone', perms: Permission.ALL }],
  anyone: Permission.ALL,
  digest: 0,
  bytes: 0,
  znodes: 0,
}

/** Everybody may read, nobody may change: the ensemble's own znodes. */
export const readOnlyEntries: Acl = [{ scheme: 'world', id: 'anyone', perms: Permission.READ }]

export class AclTable {
  readonly #lists = new Map<string, KeptAcl>()

  /** Lists kept, the open one apart. */
  get size(): number {
    return this.#lists.size
  }

  /** The list with these lines, for one znode more. */
  take(entries: Acl): KeptAcl {
    if (isOpen(entries)) return openAcl
    const key = keyOf(entries)
    const known = this.#lists.get(key) ?? keep(entries, key)
    known.znodes++
    this.#lists.set(key, known)
    return known
  }

  /** A znode that had `list` has it no more. */
  release(list: KeptAcl): void {
    if (list === openAcl) return
    list.znodes--
    if (list.znodes === 0) this.#lists.delete(keyOf(list.entries))
  }
}

/** Whether `list` gives one of `perms` to who has `identities`. */
export const allows = (list: KeptAcl, perms: number, identities: readonly Identity[]): boolean =>
  (list.anyone & perms) !== 0 || isAllowed(list.entries, perms, identities)

/** The list as a change tells it: undefined where everybody may read. */
export const toldOf = (list: KeptAcl): Acl | undefined =>
  (list.anyone & Permission.READ) !== 0 ? undefined : list.entries

/** Bytes that a list adds to a znode: its texts, and four for each line's permissions. */
export function aclBytes(entries: Acl): number {
  let bytes = 0
  for (const { scheme, id } of entries) bytes += utf8Bytes(scheme) + utf8Bytes(id) + 4
  return bytes
}

const isOpen = ([first, second]: Acl): boolean =>
  second === undefined && first?.scheme === 'world' && first.perms === Permission.ALL

const keyOf = (entries: Acl): string =>
  JSON.stringify(entries.map(({ scheme, id, perms }) => [scheme, id, perms]))

function keep(entries: Acl, key: string): KeptAcl {
  const world = entries.filter(({ scheme }) => scheme === 'world')
  const anyone = world.reduce((perms, entry) => perms | entry.perms, 0)
  return { entries, anyone, digest: hashString(key), bytes: aclBytes(entries), znodes: 0 }
}

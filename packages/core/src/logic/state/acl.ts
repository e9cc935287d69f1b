/**
 * Who may do what to a znode: permissions, lists of them, and the identities that a session has proven. Pure: what is
 * here says whether a list allows something; where lists are kept, and which operation needs which permission, is not
 * its business.
 * Source: ZooKeeper Programmer's Guide, "ZooKeeper access control using ACLs"; PrepRequestProcessor.fixupACL.
 */

/** The permissions as bits, as in ZooKeeper (ZooDefs.Perms). */
export const Permission = { READ: 1, WRITE: 2, CREATE: 4, DELETE: 8, ADMIN: 16, ALL: 31 } as const

/** What a session has shown itself to be, by `addAuth`. It keeps it until it ends. */
export interface Identity {
  /** `digest`: who knows a password; `key`: who holds a private key. */
  readonly scheme: 'digest' | 'key'
  /** `user:base64(sha1(user:password))`, or the public key in base64url. */
  readonly id: string
}

/** One line of a list: whoever is `scheme:id` has `perms`. */
export interface AclEntry {
  /** `world` (id `anyone`), `digest`, `key`; when written also `auth`, which becomes the writer's identities. */
  readonly scheme: string
  readonly id: string
  /** Bits of {@link Permission}. */
  readonly perms: number
}

/** A znode's list. Any line that matches suffices; the list is not inherited by children. */
export type Acl = readonly AclEntry[]

/** Whether `acl` gives one of `perms` to who has `identities`. No list gives everything to everybody. */
export function isAllowed(
  acl: Acl | undefined,
  perms: number,
  identities: readonly Identity[] | undefined,
): boolean {
  if (acl === undefined) return true
  for (const entry of acl) {
    if ((entry.perms & perms) === 0) continue
    if (entry.scheme === 'world') return true
    if (identities?.some(({ scheme, id }) => scheme === entry.scheme && id === entry.id)) return true
  }
  return false
}

/** Whether who has `identities` may read a znode with this list, and so hear of its changes. */
export const mayRead = (acl: Acl | undefined, identities: readonly Identity[] | undefined): boolean =>
  isAllowed(acl, Permission.READ, identities)

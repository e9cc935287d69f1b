/**
 * Lists of permissions on their way in: what they must look like, which lines count, and what `auth` stands for. Source:
 * ZooKeeper's PrepRequestProcessor.fixupACL and DigestAuthenticationProvider.isValid.
 */
import { aclEntriesMax, identityLengthMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Acl, type AclEntry, type Identity, Permission } from './acl.ts'
import { type Failure, failure } from './error.ts'

/**
 * A list as it comes in, or InvalidACL: too many lines, or one that is none. Whether its schemes are known is seen when
 * it is applied, in its place among the other checks.
 */
export function parseAcl(value: unknown): Result<Acl, Failure> {
  if (!Array.isArray(value)) return invalid('an ACL is a list')
  if (value.length > aclEntriesMax) return invalid(`an ACL has at most ${aclEntriesMax} lines`)
  const entries: AclEntry[] = []
  for (const each of value) {
    if (typeof each !== 'object' || each === null) return invalid('a line of an ACL is an object')
    const { scheme, id, perms } = each as { readonly [name in keyof AclEntry]?: unknown }
    if (!isShort(scheme) || !isShort(id))
      return invalid(`scheme and id are texts of at most ${identityLengthMax} characters`)
    if (!isPerms(perms)) return invalid('the permissions of a line are bits of 0 to 31')
    entries.push({ scheme, id, perms })
  }
  return ok(entries)
}

/** The list that a znode gets: each line once, `auth` written out. InvalidACL when it is empty or a line means nothing. */
export function resolveAcl(asked: Acl, identities: readonly Identity[]): Result<Acl, Failure> {
  const entries: AclEntry[] = []
  const add = (entry: AclEntry) => {
    if (!entries.some(known => isSame(known, entry))) entries.push(entry)
  }
  for (const entry of asked) {
    if (entry.scheme === 'auth') {
      if (identities.length === 0) return invalid('`auth` stands for identities, and the session has none')
      for (const { scheme, id } of identities) add({ scheme, id, perms: entry.perms })
    } else if (isKnown(entry.scheme, entry.id)) add(entry)
    else return invalid(`an ACL cannot name ${entry.scheme}:${entry.id}`)
  }
  if (entries.length === 0) return invalid('an ACL has at least one line')
  if (entries.length > aclEntriesMax) return invalid(`an ACL has at most ${aclEntriesMax} lines`)
  return ok(entries)
}

/** `scheme` and `id` as what a session can be, or null. */
export function identityOf(scheme: string, id: string): Identity | null {
  if (scheme !== 'digest' && scheme !== 'key') return null
  return isKnown(scheme, id) ? { scheme, id } : null
}

/** What others may see of a list: that a user is in it, not the hash of the password. */
export const masked = (entries: Acl): Acl =>
  entries.map(entry => (entry.scheme === 'digest' ? { ...entry, id: `${userOf(entry.id)}:x` } : entry))

/** Of a digest identity: whose it is. */
export const userOf = (id: string): string => id.slice(0, id.indexOf(':'))

/** Not what begins with a byte order mark: decoders take that off, so it would not come back from a snapshot as it was. */
const digestPattern = /^(?!\ufeff)[^:]*:[^:]+$/

/** 65 bytes, an uncompressed point of P-256, in base64url. */
const keyPattern = /^[0-9A-Za-z_-]{87}$/

function isKnown(scheme: string, id: string): boolean {
  switch (scheme) {
    case 'world':
      return id === 'anyone'
    case 'digest':
      return digestPattern.test(id)
    case 'key':
      return keyPattern.test(id)
    default:
      return false
  }
}

const isSame = (a: AclEntry, b: AclEntry): boolean =>
  a.scheme === b.scheme && a.id === b.id && a.perms === b.perms

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= identityLengthMax

const isPerms = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= Permission.ALL

const invalid = (message: string): Result<never, Failure> => err(failure('InvalidACL', message))

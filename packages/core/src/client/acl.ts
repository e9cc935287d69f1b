/** The lists of permissions that most apps need (ZooKeeper's ZooDefs.Ids). */
import { type Acl, Permission } from '../logic/state/acl.ts'

/** Everybody may do everything: what a create without a list gives. */
export const openAcl: Acl = [{ scheme: 'world', id: 'anyone', perms: Permission.ALL }]

/** Everybody may read, nobody may change. */
export const readAcl: Acl = [{ scheme: 'world', id: 'anyone', perms: Permission.READ }]

/** Everything to the identities that the session has when it writes this; InvalidACL where it has none. */
export const creatorAllAcl: Acl = [{ scheme: 'auth', id: '', perms: Permission.ALL }]

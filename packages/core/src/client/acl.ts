/** The lists of permissions that most apps need (ZooKeeper's ZooDefs.Ids), and the ids that others are written with. */
import { type Acl, Permission } from '../logic/state/acl.ts'
import { identities, load } from './on-demand.ts'

/** Everybody may do everything: what a create without a list gives. */
export const openAcl: Acl = [{ scheme: 'world', id: 'anyone', perms: Permission.ALL }]

/** Everybody may read, nobody may change. */
export const readAcl: Acl = [{ scheme: 'world', id: 'anyone', perms: Permission.READ }]

/** Everything to the identities that the session has when it writes this; InvalidACL where it has none. */
export const creatorAllAcl: Acl = [{ scheme: 'auth', id: '', perms: Permission.ALL }]

/**
 * The id under the scheme `digest` of who says `auth`, which is `user:password`: `user:base64(sha1(auth))`. For lists of
 * permissions that are written for others; `addAuth` makes it by itself. Rejects with a KeeperError NotLoaded.
 */
export const digestId = async (auth: string): Promise<string> => (await load(identities)).digestId(auth)

/**
 * The id under the scheme `key` of who holds the private key to `publicKey` (ECDSA, P-256, extractable): its point in
 * base64url. Rejects with a KeeperError: BadArguments for another kind of key, NotLoaded.
 */
export const keyId = async (publicKey: CryptoKey): Promise<string> =>
  (await load(identities)).keyId(publicKey)

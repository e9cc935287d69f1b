/**
 * What a session can show itself to be, made in the page: neither a password nor a private key leaves it. Needs
 * WebCrypto, which browsers give to secure contexts only.
 * Source: ZooKeeper's DigestAuthenticationProvider.generateDigest.
 */
import { base64Url } from '../logic/base/base64.ts'
import { KeeperError } from './error.ts'

const utf8 = new TextEncoder()

/**
 * The id under the scheme `digest` of who says `auth`, which is `user:password`: `user:base64(sha1(auth))`. For lists of
 * permissions that are written for others; `addAuth` makes it by itself.
 */
export async function digestId(auth: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-1', utf8.encode(auth))
  const [user = ''] = auth.split(':')
  return `${user}:${btoa(String.fromCharCode(...new Uint8Array(hash)))}`
}

/**
 * The id under the scheme `key` of who holds the private key to `publicKey` (ECDSA, P-256, extractable): its point in
 * base64url. Rejects with a KeeperError BadArguments for another kind of key.
 */
export async function keyId(publicKey: CryptoKey): Promise<string> {
  return base64Url(await rawKey(publicKey))
}

/** The point of a public key: 65 bytes. */
export async function rawKey(publicKey: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  const { name, namedCurve } = publicKey.algorithm as EcKeyAlgorithm
  if (publicKey.type !== 'public' || name !== 'ECDSA' || namedCurve !== 'P-256' || !publicKey.extractable)
    throw new KeeperError('BadArguments', 'the scheme key takes an extractable public key of ECDSA on P-256')
  return new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
}

/**
 * What a session can show itself to be, made in the page: neither a password nor a private key leaves it. Needs
 * WebCrypto, which browsers give to secure contexts only. Loaded on demand.
 * Source: ZooKeeper's DigestAuthenticationProvider.generateDigest.
 */
import { base64Url } from '../logic/base/base64.ts'
import type { SessionId } from '../logic/base/ids.ts'
import type { Operation } from '../logic/state/command.ts'
import { proofText } from '../logic/state/key-proof.ts'
import type { AdministrationParts } from './administration.ts'
import { bytesOf } from './bytes.ts'
import type { CallOptions } from './calls.ts'
import { KeeperError } from './error.ts'

const ecdsaWithSha256 = { name: 'ECDSA', hash: 'SHA-256' } as const

/** See `acl.ts`. */
export async function digestId(auth: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-1', new Uint8Array(bytesOf(auth)))
  const [user = ''] = auth.split(':')
  return `${user}:${btoa(String.fromCharCode(...new Uint8Array(hash)))}`
}

/** See `acl.ts`. */
export async function keyId(publicKey: CryptoKey): Promise<string> {
  return base64Url(await rawKey(publicKey))
}

/** What says that the session is this. Rejects with a KeeperError: AuthFailed, BadArguments, and those of what it asks. */
export async function identify(
  parts: AdministrationParts,
  scheme: string,
  auth: string | CryptoKeyPair,
  options: CallOptions,
): Promise<Operation> {
  const id = await idOf(parts, scheme, auth, options)
  if (id !== null) return { type: 'addAuth', scheme, id }
  throw new KeeperError('AuthFailed', `a session cannot be shown to be ${scheme}:...`)
}

async function idOf(
  parts: AdministrationParts,
  scheme: string,
  auth: string | CryptoKeyPair,
  options: CallOptions,
): Promise<string | null> {
  if (scheme === 'digest') return typeof auth === 'string' ? digestId(auth) : null
  if (scheme !== 'key' || typeof auth === 'string') return null
  const { session } = parts
  for (;;) {
    const { moves } = session
    const id = await prove(parts, auth, options)
    if (id !== null || session.moves === moves) return id
  }
}

/** Shows the worker that this page holds the private key; the id that the public one is. Null when it was not believed. */
async function prove(
  { session, ensemble, ask }: AdministrationParts,
  { publicKey, privateKey }: CryptoKeyPair,
  options: CallOptions,
): Promise<string | null> {
  const raw = await rawKey(publicKey)
  // A session that is not open yet is waited for, within the call's limit.
  await session.read(null, 'sequential', null, options)
  const challenge = await ask({ type: 'challenge' }, options)
  if (challenge.type !== 'challenge') return null
  const text = bytesOf(proofText(ensemble, session.id as SessionId, challenge.nonce))
  const signature = await crypto.subtle.sign(ecdsaWithSha256, privateKey, new Uint8Array(text))
  const proof = { session: session.id, publicKey: raw, signature: new Uint8Array(signature) }
  const answer = await ask({ type: 'prove', ...proof }, options)
  return answer.type === 'proven' && answer.proven ? base64Url(raw) : null
}

/** The point of a public key: 65 bytes. */
async function rawKey(publicKey: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  const { name, namedCurve } = publicKey.algorithm as EcKeyAlgorithm
  if (publicKey.type !== 'public' || name !== 'ECDSA' || namedCurve !== 'P-256' || !publicKey.extractable)
    throw new KeeperError('BadArguments', 'the scheme key takes an extractable public key of ECDSA on P-256')
  return new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
}

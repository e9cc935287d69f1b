/**
 * The key pair that a replica is: ECDSA over P-256, minted once with its identity. Its node id is derived from the public key,
 * so names prove themselves: whoever shows a key that hashes to the id, and a signature by it, is that node, and nobody needs a
 * directory. Signatures are as WebCrypto makes them (r and s, 64 bytes; SHA-256). Knows nothing of what is signed.
 */
import { type NodeId, nodeId } from '../logic/base/ids.ts'

export interface NodeKey {
  /** The point on the curve as it is written raw, uncompressed: `publicKeyBytes` bytes. */
  readonly publicKey: Uint8Array
  /** For signing. It cannot be read out, unless it was minted to be. */
  readonly privateKey: CryptoKey
}

export const publicKeyBytes = 65
export const signatureBytes = 64

/** 132 of the 256 bits of the hash, as 22 letters, digits, `_` and `-`: nobody finds another key with the same. */
const idLength = 22

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const

/** A new key. `isExtractable` only where it is to be kept in a file: browsers store it without anybody reading it. */
export async function mintNodeKey({ isExtractable = false } = {}): Promise<NodeKey> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, isExtractable, [
    'sign',
    'verify',
  ])
  return { publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)), privateKey }
}

/** The node that has this public key: the first 22 letters of base64url(SHA-256(`publicKey`)). */
export async function nodeIdOf(publicKey: Uint8Array): Promise<NodeId> {
  const hash = await crypto.subtle.digest('SHA-256', unshared(publicKey))
  return nodeId(base64url(new Uint8Array(hash)).slice(0, idLength))
}

/** The signature of `bytes` by `key`: `signatureBytes` bytes. */
export async function sign(key: NodeKey, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(signing, key.privateKey, unshared(bytes)))
}

/** Whether `signature` is that of `bytes` by `publicKey`. False, never an error, where any of them is no such thing. */
export async function verify(
  publicKey: Uint8Array,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', unshared(publicKey), algorithm, false, ['verify'])
    return await crypto.subtle.verify(signing, key, unshared(signature), unshared(bytes))
  } catch {
    return false
  }
}

/** The key in `value`, as it comes out of a store or over a port, or null when there is none. */
export function parseNodeKey(value: unknown): NodeKey | null {
  if (typeof value !== 'object' || value === null) return null
  const { publicKey, privateKey } = value as Partial<Record<string, unknown>>
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== publicKeyBytes) return null
  if (!(privateKey instanceof CryptoKey) || privateKey.type !== 'private') return null
  return privateKey.algorithm.name === algorithm.name && privateKey.usages.includes('sign')
    ? { publicKey, privateKey }
    : null
}

export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** Bits of the last letter that stand for nothing are zero: else several texts would be the same bytes. */
const canonical = /^([\w-]{4})*([\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/

/** The bytes that `text` stands for, or null where it is not written as `base64url` writes. */
export function bytesOfBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!canonical.test(text)) return null
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, letter => letter.charCodeAt(0))
}

/** Nothing here is in shared memory, which WebCrypto does not take. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

/**
 * The keys of one attempt by the relay. Each side makes a key pair that is used once (ECDH, P-256); what the two have in common, and
 * everything that both must believe about the attempt, gives one AES-GCM key for each direction (HKDF, SHA-256). Who changes a key
 * on its way, or brings one from another attempt, gets keys that open nothing. That the public keys are those of the peers is
 * for signaling to prove.
 */
import { base64url } from '@peerkeeper/core/transport'
import type { Peer } from '../../signaling/contract.ts'

/** What both sides know of the attempt; the keys are as signals bear them. */
export interface Transcript {
  readonly dialer: Peer
  readonly answerer: Peer
  readonly attempt: number
  readonly dialerKey: string
  readonly answererKey: string
}

export interface OwnKeys {
  /** The public key, as signals bear it. */
  readonly shown: string
  readonly privateKey: CryptoKey
}

/** For one connection and one side of it. Nonces are never used twice: each (stream, counter) is sealed once. */
export interface RelayKeys {
  seal(stream: number, counter: number, head: Bytes, plain: Bytes): Promise<Bytes>
  /** Undefined where it was not sealed so by the peer. */
  open(stream: number, counter: number, head: Bytes, sealed: Bytes): Promise<Bytes | undefined>
}

export type Bytes = Uint8Array<ArrayBuffer>

/** What sealing adds. */
export const tagBytes = 16

const curve = { name: 'ECDH', namedCurve: 'P-256' } as const

export async function makeOwnKeys(): Promise<OwnKeys> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
  const shown = base64url(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)))
  return { shown, privateKey }
}

/** Rejects when the peer's key is none. */
export async function agree(
  own: OwnKeys,
  transcript: Transcript,
  side: 'dialer' | 'answerer',
): Promise<RelayKeys> {
  const { dialer, answerer, attempt, dialerKey, answererKey } = transcript
  const shown = bytesOf(side === 'dialer' ? answererKey : dialerKey)
  const peerKey = await crypto.subtle.importKey('raw', shown, curve, false, [])
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: peerKey }, own.privateKey, 256)
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey'])
  const said = JSON.stringify([
    'peerkeeper relay 1',
    dialer.ensemble,
    [dialer.node, dialer.instance, dialerKey],
    [answerer.node, answerer.instance, answererKey],
    attempt,
  ])
  const salt = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(said))
  const keyOf = (sender: 'dialer' | 'answerer') =>
    crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(`from the ${sender}`) },
      material,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )
  const outward = await keyOf(side)
  const inward = await keyOf(side === 'dialer' ? 'answerer' : 'dialer')
  return {
    async seal(stream, counter, head, plain) {
      return new Uint8Array(await crypto.subtle.encrypt(cipher(stream, counter, head), outward, plain))
    },
    async open(stream, counter, head, sealed) {
      try {
        return new Uint8Array(await crypto.subtle.decrypt(cipher(stream, counter, head), inward, sealed))
      } catch {
        return undefined
      }
    },
  }
}

function cipher(stream: number, counter: number, head: Bytes): AesGcmParams {
  const iv = new Uint8Array(12)
  iv[0] = stream
  new DataView(iv.buffer).setFloat64(4, counter)
  return { name: 'AES-GCM', iv, additionalData: head }
}

function bytesOf(text: string): Bytes {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, char => char.charCodeAt(0))
}

/**
 * What a peer shows to prove who it is, as texts that every way of signaling carries unread: of its presence a public key and a
 * signature by it, of each signal a sequence number and a signature. Does not know who is believed.
 *
 *     proof of presence     base64url(public key, signature of [context, ensemble, node, instance])
 *     signed signal         sequence "." base64url(signature of [context, ensemble, from, to, sequence, text]) "." text
 */
import { base64url, bytesOfBase64url, publicKeyBytes, signatureBytes } from '@peerkeeper/core/transport'

/** A node, in the one place where it is reached. */
export interface Place {
  readonly node: string
  readonly instance: string
}

export interface PresenceProof {
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

export interface SignedText {
  readonly sequence: number
  readonly signature: Uint8Array
  readonly text: string
}

const encoder = new TextEncoder()

/** A signature of one kind of thing is good for no other, nor for that of a later version. */
const presenceContext = 'peerkeeper presence 1'
const signalContext = 'peerkeeper signal 1'

export const presenceBytes = (ensemble: string, { node, instance }: Place): Uint8Array =>
  encoder.encode(JSON.stringify([presenceContext, ensemble, node, instance]))

export const signalBytes = (
  ensemble: string,
  from: Place,
  to: Place,
  { sequence, text }: Omit<SignedText, 'signature'>,
): Uint8Array =>
  encoder.encode(
    JSON.stringify([signalContext, ensemble, from.node, from.instance, to.node, to.instance, sequence, text]),
  )

export function encodeProof({ publicKey, signature }: PresenceProof): string {
  const bytes = new Uint8Array(publicKeyBytes + signatureBytes)
  bytes.set(publicKey)
  bytes.set(signature, publicKeyBytes)
  return base64url(bytes)
}

export function parseProof(text: string): PresenceProof | undefined {
  const bytes = bytesOfBase64url(text)
  if (bytes?.length !== publicKeyBytes + signatureBytes) return undefined
  return { publicKey: bytes.slice(0, publicKeyBytes), signature: bytes.slice(publicKeyBytes) }
}

export const encodeSigned = ({ sequence, signature, text }: SignedText): string =>
  `${sequence}.${base64url(signature)}.${text}`

const signedPattern = /^([1-9][0-9]{0,15})\.([0-9A-Za-z_-]{86})\./

export function parseSigned(data: string): SignedText | undefined {
  const [head = '', digits, encoded = ''] = signedPattern.exec(data) ?? []
  const sequence = Number(digits)
  const signature = bytesOfBase64url(encoded)
  if (!Number.isSafeInteger(sequence) || signature?.length !== signatureBytes) return undefined
  return { sequence, signature, text: data.slice(head.length) }
}

/**
 * Frames that hosts exchange for themselves, past their replicas: what a replica knows of the network around it, and frames
 * of others that are passed on. On the wire they differ from envelopes by null in place of the ensemble.
 *
 *     author                         third                          receiver
 *       pass to receiver   ------->    passed from author   ------->
 *
 * What is passed is signed by its author as one: the third changes nothing in it. Owns the parser at the door. Does not know
 * what a signature is worth, or what was signed.
 */
import type { Codec } from '../base/codec.ts'
import type { NodeId } from '../base/ids.ts'
import { hintLinksMax, membersMax, passedFramesMax } from '../base/limits.ts'
import { aNodeId, aSlot, listOf, row, someBytes, where } from '../base/shape.ts'
import type { Hint } from '../topology/hint.ts'
import { wireVersion } from './version.ts'

/** What an author says, and its proof. */
export interface Signed {
  /** Frames in one piece, as `encodeFrames` makes it. */
  readonly body: Uint8Array
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

export type HostFrame =
  | ({ readonly type: 'hint' } & Hint)
  /** The sender's own, to be passed on to `to`. */
  | { readonly type: 'pass'; readonly to: NodeId; readonly signed: Signed }
  /** Those of `from`, passed on. */
  | { readonly type: 'passed'; readonly from: NodeId; readonly signed: Signed }

/** An uncompressed point of P-256, and a signature by it. */
const publicKeyBytes = 65
const signatureBytes = 64

export function encodeHostFrame(codec: Codec, frame: HostFrame): Uint8Array {
  switch (frame.type) {
    case 'hint':
      return codec.encode([wireVersion, null, 'hint', frame.through, frame.voters, frame.linked])
    case 'pass':
      return codec.encode([wireVersion, null, 'pass', frame.to, ...signedFields(frame.signed)])
    case 'passed':
      return codec.encode([wireVersion, null, 'passed', frame.from, ...signedFields(frame.signed)])
  }
}

const signedFields = ({ publicKey, signature, body }: Signed) => [publicKey, signature, body]

/** Whether decoded bytes are meant to be a frame of a host. */
export const isHostFrame = (decoded: readonly unknown[]): boolean => decoded[1] === null

const bytesOf = (length: number) => where(someBytes, bytes => bytes.length === length)

const signed = { publicKey: bytesOf(publicKeyBytes), signature: bytesOf(signatureBytes), body: someBytes }
const aHint = row<Hint>({
  through: aSlot,
  voters: listOf(aNodeId, membersMax),
  linked: listOf(aNodeId, hintLinksMax),
})
const aPassage = row({ node: aNodeId, ...signed })

/** The frame in what `isHostFrame` says is one, of this version; null when it is none. */
export function parseHostFrame([, , type, ...fields]: readonly unknown[]): HostFrame | null {
  if (type === 'hint') {
    const hint = aHint(fields)
    return hint === undefined ? null : { type, ...hint }
  }
  const passage = aPassage(fields)
  if (passage === undefined) return null
  const { node, ...signed } = passage
  if (type === 'pass') return { type, to: node, signed }
  return type === 'passed' ? { type, from: node, signed } : null
}

/** Frames in one piece, to be signed as one. */
export const encodeFrames = (codec: Codec, frames: readonly Uint8Array[]): Uint8Array => codec.encode(frames)

const someFrames = listOf(someBytes, passedFramesMax)

/** The frames in `body`; null when these are none. */
export const readFrames = (codec: Codec, body: Uint8Array): readonly Uint8Array[] | null =>
  someFrames(codec.decode(body)) ?? null

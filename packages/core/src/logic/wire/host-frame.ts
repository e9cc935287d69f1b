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
import { isCounter, isId, type NodeId, nodeId, slot } from '../base/ids.ts'
import { hintLinksMax, membersMax, passedFramesMax } from '../base/limits.ts'
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

/** The frame in what `isHostFrame` says is one, of this version; null when it is none. */
export function parseHostFrame(decoded: readonly unknown[]): HostFrame | null {
  const [, , type, ...fields] = decoded
  switch (type) {
    case 'hint':
      return parseHint(fields)
    case 'pass': {
      const signed = parseSigned(fields)
      return isId(fields[0]) && signed ? { type, to: nodeId(fields[0]), signed } : null
    }
    case 'passed': {
      const signed = parseSigned(fields)
      return isId(fields[0]) && signed ? { type, from: nodeId(fields[0]), signed } : null
    }
    default:
      return null
  }
}

function parseHint([through, voters, linked]: readonly unknown[]): HostFrame | null {
  if (!isCounter(through) || !areIds(voters, membersMax) || !areIds(linked, hintLinksMax)) return null
  return { type: 'hint', through: slot(through), voters: voters.map(nodeId), linked: linked.map(nodeId) }
}

function parseSigned([, publicKey, signature, body]: readonly unknown[]): Signed | null {
  return isBytes(publicKey) &&
    publicKey.length === publicKeyBytes &&
    isBytes(signature) &&
    signature.length === signatureBytes &&
    isBytes(body)
    ? { publicKey, signature, body }
    : null
}

/** Frames in one piece, to be signed as one. */
export const encodeFrames = (codec: Codec, frames: readonly Uint8Array[]): Uint8Array => codec.encode(frames)

/** The frames in `body`; null when these are none. */
export function readFrames(codec: Codec, body: Uint8Array): readonly Uint8Array[] | null {
  const decoded = codec.decode(body)
  return Array.isArray(decoded) && decoded.length <= passedFramesMax && decoded.every(isBytes)
    ? decoded
    : null
}

const areIds = (value: unknown, countMax: number): value is readonly string[] =>
  Array.isArray(value) && value.length <= countMax && value.every(isId)

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

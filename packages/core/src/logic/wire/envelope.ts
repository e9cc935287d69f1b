/**
 * What one frame between two replicas says: who, to whom, in which ensemble, under which protocol, and the messages. Owns
 * the parser at the door: what is not an envelope of this ensemble's engine never gets further.
 */
import type { Codec } from '../base/codec.ts'
import {
  type EnsembleId,
  ensembleId,
  isCounter,
  isId,
  type NodeId,
  nodeId,
  type SessionId,
  type Slot,
  sessionId,
  slot,
} from '../base/ids.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { AnyEngineKind, EngineName } from '../consensus/engine.ts'
import { type FeedMessage, parseFeedMessage } from '../feed/messages.ts'
import { type HostFrame, isHostFrame, parseHostFrame } from './host-frame.ts'
import { wireVersion } from './version.ts'

export type PeerMessage =
  /** Of the engine, for the engine. */
  | { readonly type: 'engine'; readonly message: unknown }
  /** Commands for the leader to stamp and propose, in this order. */
  | { readonly type: 'forward'; readonly commands: readonly Uint8Array[] }
  /** Sessions that were heard at the sender lately. */
  | { readonly type: 'touch'; readonly sessions: readonly SessionId[] }
  /** `node` is no member and asks to become an observer. */
  | { readonly type: 'join'; readonly node: NodeId }
  /** `node` is a member, asks to be taken out, and waits for it. */
  | { readonly type: 'leave'; readonly node: NodeId }
  /** The sender was taken out by `slot`, and waits until a quorum knows it. */
  | { readonly type: 'removed'; readonly slot: Slot }
  /** The sender has on disk that everything up to `slot` is chosen: the answer to that. */
  | { readonly type: 'removalKnown'; readonly slot: Slot }
  /** The sender goes away with the page that runs it, and these sessions do, too. The last thing said, where it can be. */
  | { readonly type: 'farewell'; readonly sessions: readonly SessionId[] }
  /** `node` said that to the sender: whoever goes away may have had no link with the doer. */
  | { readonly type: 'departed'; readonly node: NodeId; readonly sessions: readonly SessionId[] }
  /** The sender's digest after it applied `slot`. */
  | { readonly type: 'checkpoint'; readonly slot: Slot; readonly digest: number }
  | FeedMessage

export interface Envelope {
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  readonly from: NodeId
  readonly to: NodeId
  readonly messages: readonly PeerMessage[]
}

/** Why a frame was dropped. */
export type EnvelopeDefect = 'notAnEnvelope' | 'otherVersion' | 'otherEnsemble' | 'otherEngine' | 'notForMe'

/** Who reads, and what it expects. */
export interface Reader {
  readonly codec: Codec
  readonly self: NodeId
  readonly ensemble: EnsembleId
  readonly kind: AnyEngineKind
}

export function encodeEnvelope(codec: Codec, envelope: Envelope): Uint8Array {
  const { ensemble, engine, from, to, messages } = envelope
  return codec.encode([wireVersion, ensemble, engine, from, to, messages])
}

/** What a frame is: for the replica, or for its host. */
export type FrameContent =
  | { readonly for: 'replica'; readonly envelope: Envelope }
  | { readonly for: 'host'; readonly frame: HostFrame }

/** What is in `bytes`, or why it is dropped. Never throws. */
export function readFrame(reader: Reader, bytes: Uint8Array): Result<FrameContent, EnvelopeDefect> {
  const decoded: unknown = reader.codec.decode(bytes)
  if (!Array.isArray(decoded) || !isCounter(decoded[0])) return err('notAnEnvelope')
  if (decoded[0] !== wireVersion) return err('otherVersion')
  if (isHostFrame(decoded)) {
    const frame = parseHostFrame(decoded)
    return frame === null ? err('notAnEnvelope') : ok({ for: 'host', frame })
  }
  const envelope = parseEnvelope(reader, decoded)
  return envelope.ok ? ok({ for: 'replica', envelope: envelope.value }) : envelope
}

/** The envelope in `bytes`, or why it is dropped. Never throws. */
export function readEnvelope(reader: Reader, bytes: Uint8Array): Result<Envelope, EnvelopeDefect> {
  const content = readFrame(reader, bytes)
  if (!content.ok) return content
  return content.value.for === 'replica' ? ok(content.value.envelope) : err('notAnEnvelope')
}

function parseEnvelope(reader: Reader, decoded: readonly unknown[]): Result<Envelope, EnvelopeDefect> {
  const [, ensemble, engine, from, to, messages] = decoded
  if (!isId(ensemble) || !isId(from) || !isId(to) || !Array.isArray(messages)) return err('notAnEnvelope')
  if (ensemble !== reader.ensemble) return err('otherEnsemble')
  if (engine !== reader.kind.name) return err('otherEngine')
  if (to !== reader.self) return err('notForMe')
  const parsed: PeerMessage[] = []
  for (const each of messages) {
    const message = parsePeerMessage(reader.kind, each)
    if (message === null) return err('notAnEnvelope')
    parsed.push(message)
  }
  return ok({
    ensemble: ensembleId(ensemble),
    engine: reader.kind.name,
    from: nodeId(from),
    to: nodeId(to),
    messages: parsed,
  })
}

function parsePeerMessage(kind: AnyEngineKind, value: unknown): PeerMessage | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, message, commands, sessions, node, slot: at, digest } = value as { [key: string]: unknown }
  switch (type) {
    case 'engine': {
      const parsed = kind.parseMessage(message)
      return parsed === null ? null : { type, message: parsed }
    }
    case 'forward':
      return Array.isArray(commands) && commands.every(isBytes) ? { type, commands } : null
    case 'touch':
    case 'farewell':
      return Array.isArray(sessions) && sessions.every(isCounter)
        ? { type, sessions: sessions.map(sessionId) }
        : null
    case 'departed':
      return isId(node) && Array.isArray(sessions) && sessions.every(isCounter)
        ? { type, node: nodeId(node), sessions: sessions.map(sessionId) }
        : null
    case 'join':
    case 'leave':
      return isId(node) ? { type, node: nodeId(node) } : null
    case 'removed':
    case 'removalKnown':
      return isCounter(at) ? { type, slot: slot(at) } : null
    case 'checkpoint':
      return isCounter(at) && isCounter(digest) ? { type, slot: slot(at), digest } : null
    default:
      return parseFeedMessage(value, each => kind.parseMessage(each))
  }
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

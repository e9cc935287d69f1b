/**
 * How messages become frames: one for each receiver, on request through the encoding and the parser of the wire, so that
 * what the receiver gets is what would have been read from bytes. Does not know where frames go.
 */
import type { Codec } from '../logic/base/codec.ts'
import { type EnsembleId, ensembleId, type NodeId } from '../logic/base/ids.ts'
import type { AnyEngineKind } from '../logic/consensus/engine.ts'
import type { ToPeer } from '../logic/replica/step.ts'
import { encodeEnvelope, type PeerMessage, readEnvelope } from '../logic/wire/envelope.ts'
import type { Frame } from './network.ts'
import { Violation } from './violation.ts'

const ensemble: EnsembleId = ensembleId('simulated')

/** The messages of `sent` by receiver, in the order in which each receiver is first named. */
export function byReceiver(sent: readonly ToPeer[]): ReadonlyMap<NodeId, readonly PeerMessage[]> {
  const frames = new Map<NodeId, PeerMessage[]>()
  for (const { to, message } of sent) {
    const messages = frames.get(to)
    if (messages) messages.push(message)
    else frames.set(to, [message])
  }
  return frames
}

/**
 * Who is told what by `messages` to `to`: what is to be passed on is said to those whom it is for, and is not said anew by
 * who passes it on.
 */
export function asSaid(to: NodeId, messages: readonly PeerMessage[]): ReadonlyMap<NodeId, PeerMessage[]> {
  const said = new Map<NodeId, PeerMessage[]>([[to, []]])
  for (const message of messages) {
    if (message.type === 'relayed') continue
    const hearers = message.type === 'relay' ? message.to : [to]
    const each: PeerMessage =
      message.type === 'relay' ? { type: 'engine', message: message.message } : message
    for (const hearer of hearers) said.set(hearer, [...(said.get(hearer) ?? []), each])
  }
  return said
}

/** `frame` as its receiver reads it out of bytes. What a replica sends, a replica can read. */
export function throughBytes(codec: Codec, kind: AnyEngineKind, frame: Frame): Frame {
  const bytes = encodeEnvelope(codec, { ...frame, ensemble, engine: kind.name })
  const read = readEnvelope({ codec, self: frame.to, ensemble, kind }, bytes)
  if (!read.ok) throw new Violation('wire', `${frame.from} sent what ${frame.to} cannot read: ${read.error}`)
  return { from: read.value.from, to: read.value.to, messages: read.value.messages }
}

/**
 * Between messages and frames: what a step sends goes out as one frame for each peer, and what comes in is checked and
 * parsed. Counts what it drops. Does not know what a message means.
 */
import type { Codec } from '../../logic/base/codec.ts'
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { frameBytesMax } from '../../logic/base/limits.ts'
import type { AnyEngineKind } from '../../logic/consensus/engine.ts'
import type { ToPeer } from '../../logic/replica/step.ts'
import {
  type EnvelopeDefect,
  encodeEnvelope,
  type PeerMessage,
  readFrame,
} from '../../logic/wire/envelope.ts'
import type { HostFrame } from '../../logic/wire/host-frame.ts'
import type { Lane } from '../transport/contract.ts'

/** Frames over this size travel apart from heartbeats. */
const controlBytesMax = 16 * 1_024

export const laneOf = (bytes: Uint8Array): Lane => (bytes.length > controlBytesMax ? 'bulk' : 'control')

/** What goes as one is parted over this size; one message alone may be as large as a frame may. */
export const bulkBytesMax = 512 * 1_024

export type Defect =
  | EnvelopeDefect
  | 'forgedSender'
  | 'tooLarge'
  /** Passed on by a third, and not proven to be its author's. */
  | 'forgedAuthor'
  /** To be passed on to somebody with whom this replica has no link. */
  | 'noWay'
  /** To be passed on, to be checked, or to wait, beyond what peers may ask for. */
  | 'tooMuch'
  /** Unread: the connection had brought too much garbage before. */
  | 'ignored'

/** How many frames were dropped, by reason. */
export type Dropped = { readonly [reason in Defect]?: number }

export interface MailConfig {
  readonly codec: Codec
  readonly self: NodeId
  readonly ensemble: EnsembleId
  readonly kind: AnyEngineKind
}

export class Mail {
  readonly #config: MailConfig
  readonly #dropped: { [reason in Defect]?: number } = {}
  #garbage = 0

  constructor(config: MailConfig) {
    this.#config = config
  }

  get dropped(): Dropped {
    return { ...this.#dropped }
  }

  /** Frames so far that no replica of this ensemble would have sent. */
  get garbage(): number {
    return this.#garbage
  }

  /** Hands one frame for each receiver (a few, where it is a lot) to `post`, and returns the messages to this replica itself. */
  send(
    messages: readonly ToPeer[],
    post: (to: NodeId, lane: Lane, bytes: Uint8Array) => void,
  ): readonly PeerMessage[] {
    const byReceiver = new Map<NodeId, PeerMessage[]>()
    for (const { to, message } of messages) {
      const waiting = byReceiver.get(to)
      if (waiting) waiting.push(message)
      else byReceiver.set(to, [message])
    }
    const { self } = this.#config
    for (const [to, batch] of byReceiver) {
      if (to === self) continue
      for (const bytes of this.#frames(to, batch)) post(to, laneOf(bytes), bytes)
    }
    return byReceiver.get(self) ?? []
  }

  /** A frame that says nothing. */
  signOfLife(to: NodeId): Uint8Array {
    const { codec, self, ensemble, kind } = this.#config
    return encodeEnvelope(codec, { ensemble, engine: kind.name, from: self, to, messages: [] })
  }

  /** One frame; more where it would be larger than a frame should be. */
  #frames(to: NodeId, messages: readonly PeerMessage[]): readonly Uint8Array[] {
    const { codec, self, ensemble, kind } = this.#config
    const bytes = encodeEnvelope(codec, { ensemble, engine: kind.name, from: self, to, messages })
    if (bytes.length > bulkBytesMax && messages.length > 1) {
      const half = messages.length >> 1
      return [...this.#frames(to, messages.slice(0, half)), ...this.#frames(to, messages.slice(half))]
    }
    if (bytes.length <= frameBytesMax) return [bytes]
    this.drop('tooLarge')
    return []
  }

  /**
   * The messages of a frame of `peer`, whose connection or signature has proven that; none when it is dropped. What is for the
   * host goes to `forHost`; without one, as for what a third has passed on, it is dropped.
   */
  receive(
    peer: NodeId,
    bytes: Uint8Array,
    forHost: (frame: HostFrame) => void = () => this.drop('notAnEnvelope'),
  ): readonly PeerMessage[] {
    if (bytes.length > frameBytesMax) return this.#refuse('tooLarge')
    const content = readFrame(this.#config, bytes)
    if (!content.ok) return this.#refuse(content.error)
    if (content.value.for === 'host') {
      forHost(content.value.frame)
      return []
    }
    const { from, messages } = content.value.envelope
    return from === peer ? messages : this.#refuse('forgedSender')
  }

  #refuse(reason: Defect): readonly PeerMessage[] {
    this.#garbage += 1
    return this.drop(reason)
  }

  /** Counts a frame that is dropped. */
  drop(reason: Defect): readonly PeerMessage[] {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1
    return []
  }
}

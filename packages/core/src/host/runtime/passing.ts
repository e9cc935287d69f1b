/**
 * Frames that go by a third: one's own, signed and in order for each peer; those of others, checked and in order for each author;
 * and those that this replica passes on, within bounds. Signing takes its time: what gathers for a peer meanwhile is signed as
 * one. Does not know who the third is, or what is in a frame.
 */
import type { Codec } from '../../logic/base/codec.ts'
import type { NodeId } from '../../logic/base/ids.ts'
import {
  frameBytesMax,
  passedAuthorsMax,
  passedBurstTicks,
  passedBytesPerTick,
  passedFramesMax,
  passedFramesPerTick,
  passedWaitingBytesMax,
  passedWaitingMax,
} from '../../logic/base/limits.ts'
import { encodeFrames, readFrames, type Signed } from '../../logic/wire/host-frame.ts'
import type { Proofs } from '../proofs.ts'
import { bulkBytesMax, type Defect } from './mail.ts'

/** What was done so far, in pieces: several frames may share one. */
export interface PassingCounts {
  /** Own ones that were signed and handed to a third. */
  readonly sent: number
  /** Others' that were checked and taken. */
  readonly received: number
  /** Between others. */
  readonly passedOn: number
}

export interface PassingConfig {
  readonly codec: Codec
  readonly proofs: Proofs
  /** Brings what was signed to a third that passes it on to `to`. */
  send(to: NodeId, signed: Signed): void
  /** A frame that is proven to be by `author`. */
  receive(author: NodeId, frame: Uint8Array): void
  drop(reason: Defect): void
}

/** What waits for its turn. Invariant: there is an entry only while the turn of something is under way. */
class Line<T> {
  readonly waiting: T[] = []
  bytes = 0
}

interface Allowance {
  bytes: number
  frames: number
}

const full: Allowance = {
  bytes: passedBytesPerTick * passedBurstTicks,
  frames: passedFramesPerTick * passedBurstTicks,
}

/** Room in a frame beside what is signed: two ids, key and signature. */
const enclosingBytes = 1_024

/** A signature of something else is none of this. */
const context = new TextEncoder().encode('peerkeeper: frames that a third passes on\n')

export class Passing {
  readonly #config: PassingConfig
  readonly #outgoing = new Map<NodeId, Line<Uint8Array>>()
  readonly #incoming = new Map<NodeId, Line<Signed>>()
  /** Of neighbours that had something passed on lately. */
  readonly #allowances = new Map<NodeId, Allowance>()
  #counts: PassingCounts = { sent: 0, received: 0, passedOn: 0 }

  constructor(config: PassingConfig) {
    this.#config = config
  }

  get counts(): PassingCounts {
    return this.#counts
  }

  tick(): void {
    for (const [node, left] of this.#allowances) {
      left.bytes = Math.min(full.bytes, left.bytes + passedBytesPerTick)
      left.frames = Math.min(full.frames, left.frames + passedFramesPerTick)
      if (left.bytes === full.bytes && left.frames === full.frames) this.#allowances.delete(node)
    }
  }

  /** Signs and sends `frame`, after what was given for `to` before. */
  pass(to: NodeId, frame: Uint8Array): void {
    if (frame.length > frameBytesMax - enclosingBytes) return this.#config.drop('tooLarge')
    const line = this.#outgoing.get(to)
    if (line !== undefined) return this.#enter(line, frame, frame.length)
    const first = new Line<Uint8Array>()
    this.#outgoing.set(to, first)
    this.#enter(first, frame, frame.length)
    void this.#sendAll(to, first)
  }

  /** Takes what was passed on for this replica as by `author`, after what came before. */
  receive(author: NodeId, signed: Signed): void {
    const line = this.#incoming.get(author)
    if (line !== undefined) return this.#enter(line, signed, signed.body.length)
    if (this.#incoming.size >= passedAuthorsMax) return this.#config.drop('tooMuch')
    const first = new Line<Signed>()
    this.#incoming.set(author, first)
    this.#enter(first, signed, signed.body.length)
    void this.#checkAll(author, first)
  }

  /** Whether a neighbour may have this passed on now; then it is counted as done. */
  allows(author: NodeId, { body }: Signed): boolean {
    const left = this.#allowances.get(author) ?? { ...full }
    this.#allowances.set(author, left)
    if (left.frames < 1 || left.bytes < body.length) return false
    left.frames -= 1
    left.bytes -= body.length
    this.#count('passedOn')
    return true
  }

  #enter<T>(line: Line<T>, item: T, bytes: number): void {
    if (line.waiting.length >= passedWaitingMax || line.bytes + bytes > passedWaitingBytesMax)
      return this.#config.drop('tooMuch')
    line.waiting.push(item)
    line.bytes += bytes
  }

  async #sendAll(to: NodeId, line: Line<Uint8Array>): Promise<void> {
    const { codec, proofs } = this.#config
    // What else this task sends is signed with the first.
    await null
    while (line.waiting.length > 0) {
      const body = encodeFrames(codec, takeSome(line))
      const signature = await proofs.sign(signedBytes(body))
      this.#count('sent')
      this.#config.send(to, { body, publicKey: proofs.publicKey, signature })
    }
    this.#outgoing.delete(to)
  }

  async #checkAll(author: NodeId, line: Line<Signed>): Promise<void> {
    const { proofs, codec } = this.#config
    for (let next = line.waiting.shift(); next !== undefined; next = line.waiting.shift()) {
      const { body, publicKey, signature } = next
      line.bytes -= body.length
      const isProven = await proofs.isBy(author, publicKey, signedBytes(body), signature)
      const frames = isProven ? readFrames(codec, body) : null
      if (frames === null) this.#config.drop('forgedAuthor')
      else this.#count('received')
      for (const frame of frames ?? []) this.#config.receive(author, frame)
    }
    this.#incoming.delete(author)
  }

  #count(what: keyof PassingCounts): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + 1 }
  }
}

/** The next frames that go as one: as many as a piece may hold, and one at least. */
function takeSome(line: Line<Uint8Array>): readonly Uint8Array[] {
  let bytes = 0
  let count = 0
  for (const { length } of line.waiting) {
    if (count > 0 && (bytes + length > bulkBytesMax || count === passedFramesMax)) break
    bytes += length
    count++
  }
  line.bytes -= bytes
  return line.waiting.splice(0, count)
}

function signedBytes(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(context.length + body.length)
  bytes.set(context)
  bytes.set(body, context.length)
  return bytes
}

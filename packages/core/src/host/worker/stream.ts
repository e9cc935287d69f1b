/**
 * The worker's end of a page's stream: parses what comes in, sends out what the page is told, in order. One page.
 */

import type { Codec } from '../../logic/base/codec.ts'
import type { EnsembleId } from '../../logic/base/ids.ts'
import type { Result } from '../../logic/base/result.ts'
import type { Decided } from '../../logic/consensus/engine.ts'
import type { ClientEvent, ClientRequest } from '../../logic/replica/event.ts'
import type { Failure } from '../../logic/state/error.ts'
import type { Query, QueryAnswer } from '../../logic/state/query.ts'
import type { StopReason } from '../runtime/runtime.ts'
import type { Timers } from '../time/clock.ts'
import { describe } from './decisions.ts'
import { KeyProofs } from './key-proofs.ts'
import { parseQuestion, parseRequest } from './parse-request.ts'
import type {
  Answer,
  FromReplica,
  MissingQuorum,
  OpenError,
  Question,
  ReplicaStatus,
  StreamPort,
} from './protocol.ts'

/** Decisions that are told at once; a replica that recovers has more, and tells only of the last. */
const decisionsMax = 200

/** Who is missing is looked at no more often. */
const missingDelayMs = 250

/** Changes of the status are gathered this long: it is for people. */
const statusDelayMs = 50

export interface StreamConfig {
  readonly port: StreamPort
  readonly codec: Codec
  readonly timers: Timers
  onRequest(request: ClientRequest): void
  /** The page left. Called at most once. */
  onLeft(): void
  status(): ReplicaStatus | null
  missingQuorum(): MissingQuorum | null
  query(query: Query): Result<QueryAnswer, Failure>
  /** Does `action` when the replica is known to be in its place still: now, a little later, or never. */
  whenSure(action: () => void): void
  fork(ensemble: EnsembleId): Promise<Result<EnsembleId, OpenError>>
}

export class Stream {
  readonly #config: StreamConfig
  readonly #proofs = new KeyProofs()
  #observing = { status: false, decisions: false }
  #lastStatus = ''
  #cancelStatus: (() => void) | null = null
  #lastMissing = ''
  #cancelMissing: (() => void) | null = null

  constructor(config: StreamConfig) {
    this.#config = config
    config.port.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data)
  }

  tell(events: readonly ClientEvent[]): void {
    this.#post({ type: 'events', events })
  }

  meetForeign(ensemble: EnsembleId): void {
    this.#post({ type: 'foreign', ensemble })
  }

  /** After a step: tells what the page asked to observe. */
  stepped(decided: readonly Decided[]): void {
    if (this.#observing.decisions && decided.length > 0) {
      const decisions = decided.slice(-decisionsMax).map(each => describe(this.#config.codec, each))
      this.#post({ type: 'decisions', decisions })
    }
    const { timers } = this.#config
    if (this.#observing.status) this.#cancelStatus ??= timers.after(statusDelayMs, () => this.#tellStatus())
    this.#cancelMissing ??= timers.after(missingDelayMs, () => this.#tellMissing())
  }

  stopped(reason: StopReason): void {
    this.#clearTimers()
    this.#post({ type: 'stopped', reason })
  }

  /** Tells the status where it differs from what was told last. */
  #tellStatus(): void {
    this.#cancelStatus = null
    const status = this.#config.status()
    if (status === null) return
    const peers = status.peers.map(({ node, matchedThrough }) => [node, matchedThrough])
    const text = JSON.stringify({ ...status, peers })
    if (text === this.#lastStatus) return
    this.#lastStatus = text
    this.#post({ type: 'status', status })
  }

  /** Tells who is missing where no quorum is in reach, and where that differs from what was told last. */
  #tellMissing(): void {
    this.#cancelMissing = null
    const missing = this.#config.missingQuorum()
    const text = JSON.stringify(missing)
    if (text === this.#lastMissing) return
    this.#lastMissing = text
    if (missing !== null) this.#post({ type: 'missing', missing })
  }

  #receive(data: unknown): void {
    if (typeof data !== 'object' || data === null) return
    const { type, requests, id, question, status, decisions } = data as { [key: string]: unknown }
    switch (type) {
      case 'requests':
        if (!Array.isArray(requests)) return
        for (const each of requests) {
          const request = parseRequest(each)
          if (request !== null) this.#config.onRequest(this.#proofs.admit(request))
        }
        return
      case 'probe':
        if (typeof id === 'number') this.#post({ type: 'pong', id })
        return
      case 'ask': {
        const asked = parseQuestion(question)
        if (typeof id === 'number' && asked !== null)
          this.#config.whenSure(() => void this.#answer(id, asked))
        return
      }
      case 'observe':
        this.#observing = { status: status === true, decisions: decisions === true }
        this.#lastStatus = ''
        if (status === true) this.#tellStatus()
        return
      case 'leave':
        return this.#leave()
      default:
        return
    }
  }

  async #answer(id: number, question: Question): Promise<void> {
    this.#post({ type: 'answer', id, answer: await this.#answerOf(question) })
  }

  async #answerOf(question: Question): Promise<Answer> {
    switch (question.type) {
      case 'status':
        return { type: 'status', status: this.#config.status() }
      case 'query':
        return { type: 'query', result: this.#config.query(question.query) }
      case 'fork':
        return { type: 'forked', result: await this.#config.fork(question.ensemble) }
      case 'challenge':
        return { type: 'challenge', nonce: this.#proofs.challenge() }
      case 'prove': {
        const ensemble = this.#config.status()?.ensemble
        const proven = ensemble !== undefined && (await this.#proofs.prove({ ensemble, ...question }))
        return { type: 'proven', proven }
      }
    }
  }

  #clearTimers(): void {
    this.#cancelStatus?.()
    this.#cancelMissing?.()
  }

  #leave(): void {
    this.#clearTimers()
    this.#config.port.onmessage = null
    this.#config.port.close()
    this.#config.onLeft()
  }

  #post(message: FromReplica): void {
    this.#config.port.postMessage(message)
  }
}

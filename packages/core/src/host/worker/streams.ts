/**
 * The pages that one replica serves: numbers them as clients, hands each what it is told, in order. Does not know what
 * is asked or told.
 */

import type { Codec } from '../../logic/base/codec.ts'
import type { EnsembleId } from '../../logic/base/ids.ts'
import { foreignEnsemblesMax } from '../../logic/base/limits.ts'
import type { Result } from '../../logic/base/result.ts'
import type { Decided } from '../../logic/consensus/engine.ts'
import type { ClientEvent, ClientId, ReplicaEvent } from '../../logic/replica/event.ts'
import type { ToClient } from '../../logic/replica/step.ts'
import type { Failure } from '../../logic/state/error.ts'
import type { Query, QueryAnswer } from '../../logic/state/query.ts'
import type { StopReason } from '../runtime/runtime.ts'
import type { Timers } from '../time/clock.ts'
import type { MissingQuorum, OpenError, ReplicaStatus, StreamPort } from './protocol.ts'
import { Stream } from './stream.ts'

export interface StreamsConfig {
  readonly codec: Codec
  readonly timers: Timers
  status(): ReplicaStatus | null
  missingQuorum(): MissingQuorum | null
  query(query: Query): Result<QueryAnswer, Failure>
  /** Does `action` when the replica is known to be in its place still: now, a little later, or never. */
  whenSure(action: () => void): void
  fork(ensemble: EnsembleId): Promise<Result<EnsembleId, OpenError>>
  push(event: ReplicaEvent): void
}

export class Streams {
  readonly #config: StreamsConfig
  readonly #streams = new Map<ClientId, Stream>()
  /** Never given twice: what is still on its way to one that left finds nobody. */
  #lastClient: ClientId = 0
  /** Other ensembles in the room: told once to each page, also to one that comes later. */
  readonly #foreign = new Set<EnsembleId>()

  constructor(config: StreamsConfig) {
    this.#config = config
  }

  /** Pages that are served. */
  get size(): number {
    return this.#streams.size
  }

  /** Serves the page at the other end of `port` until it leaves. */
  add(port: StreamPort): void {
    const { codec, timers, status, missingQuorum, query, fork, whenSure, push } = this.#config
    const client = ++this.#lastClient
    const onLeft = () => {
      this.#streams.delete(client)
      push({ type: 'clientGone', client })
    }
    const stream = new Stream({
      port,
      codec,
      timers,
      status,
      missingQuorum,
      query,
      whenSure,
      fork,
      onRequest: request => push({ type: 'client', client, request }),
      onLeft,
    })
    this.#streams.set(client, stream)
    for (const ensemble of this.#foreign) stream.meetForeign(ensemble)
  }

  meetForeign(ensemble: EnsembleId): void {
    if (this.#foreign.has(ensemble) || this.#foreign.size >= foreignEnsemblesMax) return
    this.#foreign.add(ensemble)
    for (const stream of this.#streams.values()) stream.meetForeign(ensemble)
  }

  tell(told: readonly ToClient[]): void {
    const byClient = new Map<ClientId, ClientEvent[]>()
    for (const { client, event } of told) {
      const events = byClient.get(client)
      if (events) events.push(event)
      else byClient.set(client, [event])
    }
    for (const [client, events] of byClient) this.#streams.get(client)?.tell(events)
  }

  stepped(decided: readonly Decided[]): void {
    for (const stream of this.#streams.values()) stream.stepped(decided)
  }

  stopped(reason: StopReason): void {
    for (const stream of this.#streams.values()) stream.stopped(reason)
  }
}

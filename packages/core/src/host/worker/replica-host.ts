/**
 * Puts one replica together and runs it: identity, storage, engine, state, transports, ticks. What the service does for
 * a page and tests do without one. Decides nothing.
 */

import type { Codec } from '../../logic/base/codec.ts'
import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { seededRandom } from '../../logic/base/random.ts'
import type { Result } from '../../logic/base/result.ts'
import type { AnyEngineKind, Decided } from '../../logic/consensus/engine.ts'
import type { ClientId, ReplicaEvent } from '../../logic/replica/event.ts'
import { Replica } from '../../logic/replica/replica.ts'
import type { ToClient } from '../../logic/replica/step.ts'
import { surrender } from '../../logic/replica/surrender.ts'
import type { Failure } from '../../logic/state/error.ts'
import { createMachine } from '../../logic/state/machine.ts'
import type { Query, QueryAnswer } from '../../logic/state/query.ts'
import { History, type HistoryBounds } from '../../logic/watch/history.ts'
import { createWatchTable } from '../../logic/watch/watch-table.ts'
import type { NodeKey } from '../identity-key.ts'
import { type Proofs, proofsBy } from '../proofs.ts'
import { Mail } from '../runtime/mail.ts'
import { Runtime, type StopReason } from '../runtime/runtime.ts'
import { startTicker } from '../runtime/ticker.ts'
import type { Opened, Storage } from '../storage/contract.ts'
import { type Clock, ownClock } from '../time/clock.ts'
import type { Transport } from '../transport/contract.ts'
import { Goodbye } from './goodbye.ts'
import type { MissingQuorum, ReplicaStatus } from './protocol.ts'

export interface ReplicaHostConfig {
  /** The engine that is named in `opened`. */
  readonly kind: AnyEngineKind
  /** Open: what it gave back is in `opened`. Closed when the replica ends. */
  readonly storage: Storage
  readonly opened: Opened
  /** The replica's, which its node is derived from. */
  readonly key: NodeKey
  /** By `key`, where nothing is said. */
  readonly proofs?: Proofs | undefined
  readonly transports: readonly Transport[]
  readonly codec: Codec
  /** This worker's own, unless a test brings one. */
  readonly clock?: Clock | undefined
  /** Seeds what is random in logic: election timeouts. */
  readonly seed: number
  /** Asked at each new connection to `peer`: to call `died` at the first hint that it did. */
  watchPeer(peer: NodeId, died: () => void): void
  /** How many changes are kept for watches that resume; as `limits.ts` says where nothing is said. */
  readonly history?: HistoryBounds | undefined
  /** A replica of that ensemble is in the room. More than once where several transports meet it. */
  foreign(ensemble: EnsembleId): void
  deliver(events: readonly ToClient[]): void
  stepped(decided: readonly Decided[]): void
  /** Once; the storage is closed by then. */
  stopped(reason: StopReason): void
}

export interface ReplicaHost {
  push(event: ReplicaEvent): void
  /** Does `action` when the replica is known to be in its place still: now, a little later, or never. */
  whenSure(action: () => void): void
  status(): ReplicaStatus
  /** Null while a quorum is in reach, and while nobody is known to be missing. */
  missingQuorum(): MissingQuorum | null
  /** What the replica holds now, as anybody may read it. */
  query(query: Query): Result<QueryAnswer, Failure>
  /** All that it holds, as a snapshot; see logic/replica/surrender.ts. To be asked for when it is closed. */
  surrender(): Uint8Array
  /**
   * Has the ensemble take this replica out, so that nobody waits for its vote. Resolves when those who stay know that, when it
   * cannot be, or when it takes longer than half a second; six seconds where they can decide nothing without it. Never rejects.
   */
  leave(): Promise<void>
  /** Resolves when the storage is closed. Idempotent. */
  close(): Promise<void>
}

/** The page that runs the worker: the first client that it serves. */
const hostingPage: ClientId = 1

const isOfHostingPage = ({ client, event }: ToClient): boolean =>
  client === hostingPage && (event.type === 'opened' || event.type === 'ended')

/** Starts the replica. Throws InvariantError when what was stored cannot be; then nothing runs. */
export function startReplica(config: ReplicaHostConfig): ReplicaHost {
  const { kind, storage, opened, codec, transports, clock = ownClock } = config
  const { node: self, ensemble, engine: name, founders } = opened.identity
  const random = seededRandom(config.seed)
  const machine = createMachine(codec)
  const engine = kind.create({ self, founders, random, recovered: opened.recovered })
  const replica = new Replica({
    self,
    engine,
    machine,
    watches: createWatchTable(),
    history: new History(config.history),
    codec,
  })
  let closed: Promise<void> | null = null
  const runtime = new Runtime({
    replica,
    storage,
    transports,
    codec,
    proofs: config.proofs ?? proofsBy(config.key),
    mail: new Mail({ codec, self, ensemble, kind }),
    now: () => clock.now(),
    steadyMs: () => clock.steadyMs(),
    deliver: events => {
      config.deliver(events)
      if (events.some(isOfHostingPage)) runtime.setLastWords(replica.farewell(hostingPage))
    },
    stepped: decided => {
      goodbye.stepped()
      config.stepped(decided)
    },
    stopped: reason => {
      stopTicker()
      goodbye.stopped()
      closed = storage.close().finally(() => config.stopped(reason))
    },
  })
  const goodbye = new Goodbye({
    self,
    timers: clock,
    status: () => replica.status(),
    connected: () => runtime.connected,
    hasLeft: () => replica.hasLeft,
    leave: () => runtime.push({ type: 'leave' }),
  })
  runtime.setLastWords(replica.farewell(hostingPage))
  const stopTicker = startTicker(clock, () => runtime.push({ type: 'tick' }))
  for (const transport of transports) {
    transport.start({ node: self, key: config.key, ensemble }, event => {
      if (event.type === 'foreign') return config.foreign(event.ensemble)
      runtime.onTransport(transport, event)
      if (event.type === 'up')
        config.watchPeer(event.peer, () => runtime.push({ type: 'suspect', peer: event.peer }))
    })
    transport.want(runtime.wanted)
  }
  const onLost = () => runtime.fail(storage.lost.reason)
  if (storage.lost.aborted) onLost()
  else storage.lost.addEventListener('abort', onLost, { once: true })
  return {
    push: event => runtime.push(event),
    whenSure: action => runtime.whenSure(action),
    missingQuorum: () => {
      const { proposer, membership } = replica.status()
      if (proposer !== null) return null
      const { voters } = membership
      const [first, ...others] = runtime.missing(voters).toSorted((a, b) => a.since - b.since)
      return first === undefined ? null : { voters, missing: [first, ...others] }
    },
    query: query => machine.query(query),
    surrender: () => surrender({ replica, engine, machine }),
    status: () => ({
      ...replica.status(),
      node: self,
      ensemble,
      engine: name,
      incarnation: opened.incarnation,
      appliedThrough: machine.appliedThrough,
      leadership: machine.leadership,
      digest: machine.digest(),
      missing: runtime.missing(replica.status().membership.voters),
      connected: runtime.connected,
      linked: runtime.linked,
      passed: runtime.passed,
      sent: runtime.sent,
      dropped: runtime.dropped,
    }),
    leave: async () => {
      if (closed === null) await goodbye.say()
    },
    close: async () => {
      runtime.close()
      await closed
    },
  }
}

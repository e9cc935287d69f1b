/**
 * What comlink exposes of a replica's worker: opening, attaching, status, closing. Wires identity, storage and transports
 * to one replica and the pages' streams to it. Where these come from can be replaced by whoever runs it elsewhere.
 */

import type { EnsembleId, NodeId } from '../../logic/base/ids.ts'
import { err, ok, type Result } from '../../logic/base/result.ts'
import type { AnyEngineKind, EngineName } from '../../logic/consensus/engine.ts'
import { engineNames } from '../../logic/consensus/engine-names.ts'
import { failure } from '../../logic/state/error.ts'
import type { HistoryBounds } from '../../logic/watch/history.ts'
import { createCodec } from '../codec.ts'
import type { Proofs } from '../proofs.ts'
import type { Storage } from '../storage/contract.ts'
import type { Clock } from '../time/clock.ts'
import { firstOf } from '../time/signals.ts'
import type { Transport } from '../transport/contract.ts'
import { replaceBy } from './ask-arbiter.ts'
import { deleteReplica } from './delete-replica.ts'
import { deleteRoom } from './delete-room.ts'
import { Ending } from './ending.ts'
import type { ForkOptions } from './fork.ts'
import type { Claim, ClaimOptions } from './identity.ts'
import { IdentityError } from './identity-error.ts'
import { keepLobby } from './lobby.ts'
import { openError } from './open-error.ts'
import { portArbiter } from './port-arbiter.ts'
import type { OpenError, Opening, OpenOptions, ReplicaService, StreamPort } from './protocol.ts'
import { type ReplicaHost, startReplica } from './replica-host.ts'
import { Streams } from './streams.ts'

/** How long another tab may take to found or claim before opening gives up. */
const claimTimeoutMs = 20_000

/** What a replica takes from the place it runs in. */
export interface ServiceParts {
  /** The engine of that name; null where this place has another one only. */
  engine(name: EngineName): AnyEngineKind | null
  claim(options: ClaimOptions): Promise<Claim>
  storage(kind: OpenOptions['storage'], claim: Claim): Storage
  /** Makes a new ensemble, in this place, of what a replica held. Rejects with an error that has a code. */
  fork(options: PlaceOfFork): Promise<EnsembleId>
  readonly clock: Clock
  /** The ways to the other replicas: over ports to the page, and as the options say. */
  transports(ports: readonly MessagePort[], options: OpenOptions): readonly Transport[]
  /** Calls `died` at the first hint that the replica `node` of this place did; once, until `signal` is aborted. */
  watchPeer(
    peer: { readonly room: string; readonly node: NodeId; readonly signal: AbortSignal },
    died: () => void,
  ): void
  /** How a replica proves what it says; by its key where nothing is said. */
  readonly proofs?: Proofs | undefined
  /** Seeds what is random in logic. */
  seed(): number
  readonly history?: HistoryBounds | undefined
  /** The replica runs from now on. */
  started(host: ReplicaHost): void
}

export type PlaceOfFork = Omit<ForkOptions, 'codec' | 'storage'> & { readonly kind: OpenOptions['storage'] }

export function createService(parts: ServiceParts): ReplicaService {
  const codec = createCodec()
  const { clock } = parts
  const ended = new AbortController()
  let opening: Promise<Result<Opening, OpenError>> | null = null
  let claim: Claim | null = null
  let host: ReplicaHost | null = null
  let closeLobby: () => void = () => undefined
  const streams = new Streams({
    codec,
    timers: clock,
    status: () => host?.status() ?? null,
    missingQuorum: () => host?.missingQuorum() ?? null,
    query: query => host?.query(query) ?? err(failure('NoNode', 'no replica runs')),
    whenSure: action => host?.whenSure(action),
    push: event => host?.push(event),
    fork: ensemble => fork(ensemble),
  })
  let fork: (ensemble: EnsembleId) => Promise<Result<EnsembleId, OpenError>> = async () => err(notRunning)

  const open = async (
    options: OpenOptions,
    port: StreamPort,
    ports: readonly MessagePort[],
    arbiterPort: MessagePort | null,
  ): Promise<Opening> => {
    const { room, engine, founding, storage: kind, replicas } = options
    if (!engineNames.includes(engine))
      throw new IdentityError('Mismatch', `there is no engine ${engine}: ${engineNames.join(', ')}`)
    const engineOf = parts.engine(engine)
    if (engineOf === null) throw new IdentityError('Mismatch', `this worker has no engine ${engine}`)
    const arbiter = arbiterPort === null ? undefined : portArbiter(arbiterPort)
    const signal = firstOf(AbortSignal.timeout(claimTimeoutMs), ended.signal)
    const claimed = await parts.claim({
      room,
      engine,
      founding,
      signal,
      ephemeral: kind === 'memory',
      replicas,
      arbiter,
    })
    claim = claimed
    const { identity } = claimed
    const storage = parts.storage(kind, claimed)
    const opened = await storage.open(identity)
    if (!claimed.stored) await claimed.markStored()
    const watched = new Set<string>()
    const started = startReplica({
      kind: engineOf,
      storage,
      opened,
      key: claimed.key,
      proofs: parts.proofs,
      codec,
      clock,
      transports: parts.transports(ports, options),
      seed: parts.seed(),
      history: parts.history,
      watchPeer: (node, died) => {
        if (watched.has(node)) return
        watched.add(node)
        parts.watchPeer({ room, node, signal: ended.signal }, () => {
          watched.delete(node)
          died()
        })
      },
      foreign: met => streams.meetForeign(met),
      deliver: events => streams.tell(events),
      stepped: decided => streams.stepped(decided),
      stopped: reason => ending.stopped(reason),
    })
    const ending = new Ending(clock, reason => {
      closeLobby()
      ended.abort()
      claimed.release()
      streams.stopped(reason)
    })
    fork = async ensemble => {
      if (ensemble !== identity.ensemble) return err(otherEnsemble(identity.ensemble))
      const signal = AbortSignal.timeout(claimTimeoutMs)
      const replace = arbiter && replaceBy(arbiter, room, signal)
      return ending.fork(() =>
        parts.fork({ room, kind, engine: engineOf, old: identity, signal, stop, replace }),
      )
    }
    const stop = async () => {
      await started.close()
      // Nothing is answered from it any more.
      host = null
      return started.surrender()
    }
    host = started
    streams.add(port)
    parts.started(started)
    claimed.lost.addEventListener('abort', () => void started.close())
    const { node, ensemble } = identity
    const opening = { node, ensemble, engine, incarnation: opened.incarnation, lock: claimed.lock }
    if (replicas === 'per-device')
      closeLobby = keepLobby({
        room,
        opening,
        serve: seat => streams.add(seat),
        whenSure: action => started.whenSure(action),
      })
    return opening
  }

  return {
    open: (options, stream, transports, arbiter) => {
      opening ??= open(options, stream, transports, arbiter).then(ok, (error: unknown) => {
        claim?.release()
        return err(openError(error))
      })
      return opening
    },
    attach: async stream => {
      const opened = await opening
      if (opened === null) return err({ code: 'Failed', message: 'no replica was opened here' })
      if (opened.ok) streams.add(stream)
      return opened
    },
    deleteRoom: room => deleteRoom(room).then(ok, error => err(openError(error))),
    deleteReplica: (room, node) => deleteReplica(room, node).then(ok, error => err(openError(error))),
    close: async how => {
      if (host === null) ended.abort()
      await opening
      // Other tabs of the profile go on with this replica: one of them hosts it next.
      if (how === 'leave' && streams.size <= 1) await host?.leave()
      ended.abort()
      await host?.close()
    },
  }
}

const notRunning: OpenError = { code: 'Failed', message: 'no replica runs here' }

const otherEnsemble = (own: EnsembleId): OpenError => ({
  code: 'Forked',
  message: `this replica takes part in ensemble ${own}`,
})

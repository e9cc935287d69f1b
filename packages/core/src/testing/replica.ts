/**
 * One replica of an ensemble in this process: the worker's own service over memory, reached by the other replicas over
 * BroadcastChannel, and by any number of clients as if each had the worker for itself; or in a place of another kind. Its
 * disk outlives it.
 */

import { createCodec } from '../host/codec.ts'
import type { NodeKey } from '../host/identity-key.ts'
import type { Proofs } from '../host/proofs.ts'
import type { Identity, Storage } from '../host/storage/contract.ts'
import { createMemoryDisk, createMemoryStorage, type MemoryDisk } from '../host/storage/memory.ts'
import { type Clock, ownClock } from '../host/time/clock.ts'
import { broadcastTransport } from '../host/transport/broadcast.ts'
import type { Transport } from '../host/transport/contract.ts'
import { beginningOf, fill } from '../host/worker/fork.ts'
import { workerOf } from '../host/worker/in-process-worker.ts'
import { type MintedNode, mintNode } from '../host/worker/names.ts'
import type {
  Opening,
  OpenOptions,
  ReplicaService,
  ReplicaStatus,
  StreamPort,
} from '../host/worker/protocol.ts'
import type { ReplicaHost } from '../host/worker/replica-host.ts'
import { createService, type PlaceOfFork } from '../host/worker/service.ts'
import { type EnsembleId, ensembleId, type NodeId } from '../logic/base/ids.ts'
import type { Result } from '../logic/base/result.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import { engineKind } from '../logic/consensus/engines.ts'
import type { ReplicaEvent } from '../logic/replica/event.ts'
import type { Failure } from '../logic/state/error.ts'
import type { Query, QueryAnswer } from '../logic/state/query.ts'
import type { HistoryBounds } from '../logic/watch/history.ts'

export interface ReplicaOptions {
  /** Who it is, and what proves it. */
  readonly self: MintedNode
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  /** Where the replicas find each other; the ensemble's own where nothing is said. */
  readonly room?: string
  /** The members that the ensemble begins with; a replica that is none of them joins. */
  readonly founders: readonly NodeId[]
  /** Seeds the replica's randomness. */
  readonly seed: number
  readonly history?: HistoryBounds | undefined
  /** Asked at each start; this process under real time where nothing is said. */
  readonly place?: () => ReplicaPlace
}

/** What a replica runs on from one start to its end. */
export interface ReplicaPlace {
  readonly clock: Clock
  storage(disk: MemoryDisk): Storage
  readonly transports: readonly Transport[]
  /** By the replica's key where nothing is said. */
  readonly proofs?: Proofs
  /** One that nobody has. */
  randomId(): string
  /** A replica that nobody is yet. */
  mint(): Promise<MintedNode>
}

const realPlace = (room: string): ReplicaPlace => ({
  clock: ownClock,
  storage: disk => createMemoryStorage(disk),
  transports: [broadcastTransport({ room })],
  randomId: () => crypto.randomUUID(),
  mint: mintNode,
})

/** The end of a stream at which nobody listens. */
const nobody: StreamPort = { postMessage: () => undefined, onmessage: null, close: () => undefined }

const codec = createCodec()

interface Running {
  readonly service: ReplicaService
  readonly host: ReplicaHost
}

export class InProcessReplica {
  readonly #options: ReplicaOptions
  readonly #room: string
  #identity: Identity
  #key: NodeKey
  #disk = createMemoryDisk()
  readonly #placeOf: () => ReplicaPlace
  #running: Running | null = null

  constructor(options: ReplicaOptions) {
    this.#options = options
    const { self, ensemble, engine, founders, room = ensemble, place = () => realPlace(room) } = options
    this.#room = room
    this.#placeOf = place
    this.#key = self.key
    this.#identity = { node: self.node, ensemble, engine, founders }
  }

  /** After a fork it is another. */
  get node(): NodeId {
    return this.#identity.node
  }

  get ensemble(): EnsembleId {
    return this.#identity.ensemble
  }

  get engine(): EngineName {
    return this.#identity.engine
  }

  /** Opens the storage and runs, with what an earlier life left there. */
  async start(): Promise<void> {
    const { seed, history } = this.#options
    const { node, ensemble, engine } = this.#identity
    const place = this.#placeOf()
    let host: ReplicaHost | null = null
    const service = createService({
      engine: engineKind,
      claim: async () => ({
        identity: this.#identity,
        key: this.#key,
        databaseName: node,
        stored: false,
        markStored: () => Promise.resolve(),
        lock: node,
        release: () => undefined,
        lost: new AbortController().signal,
      }),
      storage: () => place.storage(this.#disk),
      fork: options => this.#fork(options, place),
      clock: place.clock,
      transports: () => place.transports,
      watchPeer: () => undefined,
      proofs: place.proofs,
      seed: () => seed,
      history,
      started: started => {
        host = started
      },
    })
    const options: OpenOptions = {
      room: this.#room,
      engine,
      founding: { join: ensemble },
      broadcast: true,
      storage: 'memory',
      replicas: 'per-tab',
    }
    const opened = await service.open(options, nobody, [], null)
    if (!opened.ok || host === null) throw new Error(opened.ok ? 'not started' : opened.error.message)
    this.#running = { service, host }
  }

  /** Null while it does not run. */
  get status(): ReplicaStatus | null {
    return this.#running?.host.status() ?? null
  }

  /** A worker for one client, which it may open, close and terminate: the replica goes on. */
  worker(): Worker {
    const service = this.#running?.service
    if (service === undefined) throw new Error(`replica ${this.node} does not run`)
    return workerOf(service)
  }

  /** Serves the page at the other end of `stream`, as one of several. */
  async attach(stream: StreamPort): Promise<Opening> {
    const attached = await this.#running?.service.attach(stream)
    if (attached?.ok !== true) throw new Error(`replica ${this.node} does not run`)
    return attached.value
  }

  /** What it holds, as anybody may read it. Null while it does not run. */
  query(query: Query): Result<QueryAnswer, Failure> | null {
    return this.#running?.host.query(query) ?? null
  }

  /** Puts an event before the replica that no client and no peer sends. */
  push(event: ReplicaEvent): void {
    this.#running?.host.push(event)
  }

  /** Ends it as its worker would: by itself, or taken out of the ensemble first. */
  async close(how: 'leave' | 'stop' = 'stop'): Promise<void> {
    const running = this.#running
    this.#running = null
    await running?.service.close(how)
  }

  /** Has itself taken out, whoever else has a seat at it, and ends. */
  async leave(): Promise<void> {
    await this.#running?.host.leave()
    await this.close()
  }

  /** What ran is gone with its process; nothing of it is ended in order. */
  crash(): void {
    this.#running = null
  }

  /** Its disk is lost, while it does not run: what starts next is a new member, which asks to be taken in. */
  wipe({ node, key }: MintedNode): void {
    this.#disk = createMemoryDisk()
    this.#key = key
    this.#identity = { ...this.#identity, node, founders: [] }
  }

  /** Leaves what is to be started next: the replica of a new ensemble, on a disk of its own. */
  async #fork({ stop }: PlaceOfFork, place: ReplicaPlace): Promise<EnsembleId> {
    const bytes = await stop()
    this.#running = null
    const { node, key } = await place.mint()
    const next = {
      ...this.#identity,
      node,
      ensemble: ensembleId(`test-${place.randomId()}`),
      founders: [],
    }
    const disk = createMemoryDisk()
    await fill(
      createMemoryStorage(disk),
      next,
      beginningOf(engineKind(this.#identity.engine), codec, next, bytes),
    )
    this.#disk = disk
    this.#identity = next
    this.#key = key
    return next.ensemble
  }
}

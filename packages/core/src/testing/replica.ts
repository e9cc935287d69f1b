/**
 * One replica of an ensemble in this process: the worker's own service over memory, reached by the other replicas over
 * BroadcastChannel, and by any number of clients as if each had the worker for itself. Its disk outlives it.
 */
import { expose } from 'comlink'
import { createMemoryDisk, createMemoryStorage } from '../host/storage/memory.ts'
import type { OpenOptions, ReplicaService, ReplicaStatus } from '../host/worker/protocol.ts'
import type { ReplicaHost } from '../host/worker/replica-host.ts'
import { createService } from '../host/worker/service.ts'
import type { EnsembleId, NodeId } from '../logic/base/ids.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import type { ReplicaEvent } from '../logic/replica/event.ts'
import type { HistoryBounds } from '../logic/watch/history.ts'
import { InProcessWorker } from './in-process-worker.ts'

export interface ReplicaOptions {
  readonly node: NodeId
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  /** The members that the ensemble begins with; a replica that is none of them joins. */
  readonly founders: readonly NodeId[]
  /** Seeds the replica's randomness. */
  readonly seed: number
  readonly history?: HistoryBounds | undefined
}

interface Running {
  readonly service: ReplicaService
  readonly host: ReplicaHost
}

export class InProcessReplica {
  readonly #options: ReplicaOptions
  readonly #disk = createMemoryDisk()
  #running: Running | null = null

  constructor(options: ReplicaOptions) {
    this.#options = options
  }

  get node(): NodeId {
    return this.#options.node
  }

  /** Opens the storage and runs, with what an earlier life left there. */
  async start(): Promise<void> {
    const { node, ensemble, engine, founders, seed, history } = this.#options
    let host: ReplicaHost | null = null
    const service = createService({
      claim: async () => ({
        identity: { node, ensemble, engine, founders },
        databaseName: node,
        stored: false,
        markStored: () => Promise.resolve(),
        lock: node,
        release: () => undefined,
        lost: new AbortController().signal,
      }),
      storage: () => createMemoryStorage(this.#disk),
      seed: () => seed,
      history,
      started: started => {
        host = started
      },
    })
    const options: OpenOptions = {
      room: ensemble,
      engine,
      founding: { join: ensemble },
      broadcast: true,
      storage: 'memory',
      replicas: 'per-tab',
    }
    const { port1, port2 } = new MessageChannel()
    const opened = await service.open(options, port2, [])
    port1.close()
    if (!opened.ok || host === null) throw new Error(opened.ok ? 'not started' : opened.error.message)
    this.#running = { service, host }
  }

  /** Null while it does not run. */
  get status(): ReplicaStatus | null {
    return this.#running?.host.status() ?? null
  }

  /** A worker for one client, which it may open, close and terminate: the replica goes on. */
  worker(): Worker {
    const { port1, port2 } = new MessageChannel()
    const service = this.#running?.service
    if (service === undefined) throw new Error(`replica ${this.node} does not run`)
    const ofOneClient: ReplicaService = {
      open: (_options, stream) => service.attach(stream),
      attach: service.attach,
      deleteReplica: service.deleteReplica,
      close: () => Promise.resolve(),
    }
    expose(ofOneClient, port2)
    return new InProcessWorker(port1) as unknown as Worker
  }

  /** Serves the page at the other end of `stream`, as one of several. */
  async attach(stream: MessagePort): Promise<void> {
    const attached = await this.#running?.service.attach(stream)
    if (attached?.ok !== true) throw new Error(`replica ${this.node} does not run`)
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
}

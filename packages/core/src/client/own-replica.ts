/**
 * The replica in this page's own worker: starting it, and ending it in order. Does not know sessions, nor whether other tabs
 * have a seat at it.
 */
import { type Endpoint, releaseProxy, transfer, wrap } from 'comlink'
import type { FoundingArbiter } from '../host/arbiter.ts'
import type { PageTransport } from '../host/transport/port-protocol.ts'
import type { Opening, OpenOptions, ReplicaService, StreamPort } from '../host/worker/protocol.ts'
import { type CallOptions, Calls } from './calls.ts'
import { defaultWorker } from './default-worker.ts'
import { KeeperError } from './error.ts'
import { openFailed } from './open-failed.ts'
import { serveArbiter } from './serve-arbiter.ts'
import { onWorkerGone, startWorker } from './start-worker.ts'

/** How long a goodbye may take; then the worker is ended in any case. Milliseconds. */
const goodbyeMs = 7_000

export interface OwnReplicaOptions {
  readonly asked: OpenOptions
  /** Of an app that makes it itself. */
  readonly worker?: (() => Worker) | undefined
  readonly transports: readonly PageTransport[]
  readonly arbiter?: FoundingArbiter | undefined
  /** Of opening; milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** The worker died by itself. Once. */
  died(error: KeeperError): void
}

export interface OwnReplica {
  readonly opening: Opening
  readonly port: StreamPort
  /** Ends the replica, then the worker. Never rejects; at most 7 seconds, where others have no quorum without it, commonly far less. Idempotent. */
  close(how: 'leave' | 'stop'): Promise<void>
  /** The page is going away: peers are told the replica's last words by its transports. */
  pageHides(): void
  /** Ends the worker at once. Idempotent. */
  terminate(): void
}

/** Starts the worker and opens its replica. Rejects with a KeeperError: OpenFailed, Timeout, Aborted, WorkerDied. */
export async function openOwnReplica(options: OwnReplicaOptions): Promise<OwnReplica> {
  const {
    asked,
    transports,
    arbiter,
    timeoutMs,
    signal,
    worker: make = () => defaultWorker(asked.engine),
  } = options
  const worker = startOrClose(transports, () => startWorker(make, error => died(error)))
  const service = wrap<ReplicaService>(worker as Endpoint)
  const steps = new Calls<'open'>(timeoutMs, () => undefined)
  const over = new AbortController()
  const terminate = () => {
    if (over.signal.aborted) return
    over.abort()
    for (const transport of transports) transport.close()
    service[releaseProxy]()
    worker.terminate()
  }
  const died = (error: KeeperError) => {
    if (over.signal.aborted) return
    steps.rejectAll(error)
    options.died(error)
  }
  const close = async (how: 'leave' | 'stop') => {
    if (over.signal.aborted) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, goodbyeMs)
      over.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([service.close(how), late]).catch(() => undefined)
    clearTimeout(timer)
    terminate()
  }

  const { port1: port, port2: workerPort } = new MessageChannel()
  try {
    const ports = transports.map(transport => {
      const { port1, port2 } = new MessageChannel()
      transport.attach(port1)
      return port2
    })
    const asker = arbiter === undefined ? null : serveArbiter(arbiter, over.signal)
    const transferred = asker === null ? null : transfer(asker, [asker])
    const limits: CallOptions = signal === undefined ? {} : { signal }
    const waiting = steps.wait<Opening>('open', 'connect', limits)
    service.open(asked, transfer(workerPort, [workerPort]), transfer(ports, [...ports]), transferred).then(
      result => {
        if (result.ok) steps.resolve('open', result.value)
        else steps.reject('open', openFailed(result.error))
      },
      (error: unknown) => steps.reject('open', openFailed(error)),
    )
    const opening = await waiting
    onWorkerGone(opening.lock, over.signal, () => died(new KeeperError('WorkerDied', 'the worker is gone')))
    let closing: Promise<void> | null = null
    const closeOnce = (how: 'leave' | 'stop') => {
      closing ??= close(how)
      return closing
    }
    const pageHides = () => {
      for (const transport of transports) transport.farewell()
    }
    return { opening, port, close: closeOnce, pageHides, terminate }
  } catch (error) {
    terminate()
    throw error
  }
}

/** Transports are made for one replica: they end with it also where its worker was never made. */
function startOrClose(transports: readonly PageTransport[], start: () => Worker): Worker {
  try {
    return start()
  } catch (error) {
    for (const transport of transports) transport.close()
    throw error
  }
}

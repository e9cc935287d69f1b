/**
 * Opens a keeper: starts the worker, lets it claim a replica's identity, opens a session. Owns the order in which things
 * begin and end; the rest of the client never sees the worker.
 */
import { type Endpoint, releaseProxy, transfer, wrap } from 'comlink'
import type { PageTransport } from '../host/transport/port-protocol.ts'
import type { Opening, Question, ReplicaService, ReplicaStatus } from '../host/worker/protocol.ts'
import { type EnsembleId, ensembleId, isId } from '../logic/base/ids.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import { type CallOptions, Calls } from './calls.ts'
import { defaultWorker } from './default-worker.ts'
import { KeeperError, keeperError } from './error.ts'
import { Keeper } from './keeper.ts'
import { Link } from './link.ts'
import { Session } from './session.ts'
import { onPageHide, onWorkerGone } from './vigil.ts'
import { Watches } from './watches.ts'

export interface ConnectOptions {
  /** The app's name for the tree. One browser profile holds one ensemble under it. */
  readonly room: string
  /** Join this ensemble (from an invite), never found one. Without it this profile's first tab founds. */
  readonly ensemble?: string
  readonly engine?: EngineName
  /** How to reach other devices, and other tabs; without any, the tabs of this profile over BroadcastChannel. */
  readonly transports?: readonly PageTransport[]
  /** Also BroadcastChannel, straight from worker to worker. Default: only where there are no `transports`. */
  readonly broadcast?: boolean
  /** Where the replica lives; memory is for tests. */
  readonly storage?: 'indexeddb' | 'memory'
  /** Makes the worker, where the app's bundler wants to see it made: `() => new Worker(...)` of '@peerkeeper/core/worker'. */
  readonly worker?: () => Worker
  /** Without a sign of life for this long the session expires. Milliseconds, clamped to 4,000 .. 40,000. */
  readonly sessionTimeoutMs?: number
  /** For every call that does not say its own; and for connecting itself. Milliseconds. */
  readonly timeoutMs?: number
  /**
   * When `connect` resolves: with a session (default), which takes a quorum; or as soon as the replica runs, in state
   * `connecting`, so that an app can show who is missing. Calls wait for the session within their own limits.
   */
  readonly waitFor?: 'session' | 'replica'
  /** Gives up connecting. */
  readonly signal?: AbortSignal
}

/** How long each of the two parts of a goodbye may take: the session, then the replica. */
const goodbyeMs = 1_000

/**
 * Opens or founds the ensemble of `room` and a session in it.
 * Rejects with a KeeperError: OpenFailed, Timeout (no quorum in time), Aborted, WorkerDied, ReplicaStopped, LimitExceeded
 * (as many sessions as there may be).
 */
export async function connect(options: ConnectOptions): Promise<Keeper> {
  const { timeoutMs = 15_000, signal, sessionTimeoutMs = 10_000, transports = [] } = options
  const { waitFor = 'session' } = options
  if (!isId(options.room)) throw new KeeperError('BadArguments', 'a room is 1 to 64 letters, digits, _ or -')
  if (options.ensemble !== undefined && !isId(options.ensemble))
    throw new KeeperError('BadArguments', 'an ensemble id is 1 to 64 letters, digits, _ or -')
  if (signal?.aborted) throw new KeeperError('Aborted', 'its signal was aborted before the call')
  const worker = (options.worker ?? defaultWorker)()
  const service = wrap<ReplicaService>(worker as Endpoint)
  const steps = new Calls<string>(timeoutMs, () => undefined)
  const over = new AbortController()
  const { port1: pagePort, port2: workerPort } = new MessageChannel()

  let keeper: Keeper | null = null
  let session: Session | null = null
  let reachable = false
  const fail = (error: KeeperError) => {
    steps.rejectAll(error)
    session?.end(error)
    keeper?.enter(error.code === 'SessionExpired' ? 'expired' : 'closed')
  }
  const link = new Link(pagePort, {
    event: event => {
      if (event.type === 'quorum') {
        reachable = event.reachable
        if (session?.id) keeper?.enter(reachable ? 'connected' : 'suspended')
      } else if (event.type === 'ended') {
        if (event.reason === 'expired') fail(new KeeperError('SessionExpired', 'the session expired'))
      } else if (event.type === 'refused') fail(keeperError(event.error, null))
      else session?.receive(event)
    },
    status: status => keeper?.emit('status', status),
    decisions: decisions => keeper?.emit('decisions', decisions),
    stopped: (code, message) => {
      fail(new KeeperError(code, message))
      keeper?.enter('closed')
      tearDown()
    },
  })
  const tearDown = () => {
    if (over.signal.aborted) return
    over.abort()
    link.close()
    for (const transport of transports) transport.close()
    service[releaseProxy]()
    worker.terminate()
  }
  worker.addEventListener('error', event => link.died(`the worker failed: ${event.message}`))

  try {
    const opening = await open()
    onWorkerGone(opening.lock, over.signal, () => link.died('the worker is gone'))
    const watches = new Watches()
    const asked = new Session(link, watches, sessionTimeoutMs, timeoutMs)
    const opened = new Keeper({ ...partsOf(opening, asked), watches, close: once(close) })
    session = asked
    keeper = opened
    onPageHide(leave, over.signal)
    void asked.opened.then(() => {
      opened.enter(reachable ? 'connected' : 'suspended')
      steps.resolve('session', undefined)
    })
    if (waitFor === 'replica') return opened
    await steps.wait('session', 'connect', callOf(signal))
    return opened
  } catch (error) {
    tearDown()
    throw error
  }

  async function open(): Promise<Opening> {
    const ports = transports.map(transport => {
      const { port1, port2 } = new MessageChannel()
      transport.attach(port1)
      return port2
    })
    const founding = options.ensemble === undefined ? 'found-or-join' : { join: ensembleId(options.ensemble) }
    const asked = {
      room: options.room,
      engine: options.engine ?? 'multi-paxos',
      founding,
      broadcast: options.broadcast ?? transports.length === 0,
      storage: options.storage ?? 'indexeddb',
    } as const
    const waiting = steps.wait<Opening>('open', 'connect', callOf(signal))
    service.open(asked, transfer(workerPort, [workerPort]), transfer(ports, [...ports])).then(
      result => {
        if (result.ok) steps.resolve('open', result.value)
        else
          steps.reject('open', new KeeperError('OpenFailed', `${result.error.code}: ${result.error.message}`))
      },
      (error: unknown) => steps.reject('open', new KeeperError('OpenFailed', String(error))),
    )
    return waiting
  }

  function partsOf({ node, ensemble }: { node: Opening['node']; ensemble: EnsembleId }, of: Session) {
    return {
      session: of,
      node,
      ensemble,
      ask: (question: Question, options: CallOptions) => link.ask(question, options),
      observe: (status: boolean, decisions: boolean) => link.observe(status, decisions),
      status,
    }
  }

  /** Null when the replica has stopped, or stops before it answers. */
  function status(): Promise<ReplicaStatus | null> {
    if (over.signal.aborted) return Promise.resolve(null)
    return new Promise(resolve => {
      const stopped = () => resolve(null)
      over.signal.addEventListener('abort', stopped, { once: true })
      void service
        .status()
        .then(resolve, stopped)
        .finally(() => over.signal.removeEventListener('abort', stopped))
    })
  }

  /** Says goodbye in order: the session with its ephemerals, then the replica; then ends the worker in any case. */
  async function close(): Promise<void> {
    const closing = new KeeperError('Closed', 'the keeper was closed')
    const timeLimit = { timeoutMs: goodbyeMs }
    await session?.write({ type: 'closeSession' }, timeLimit).catch(() => undefined)
    fail(closing)
    if (over.signal.aborted) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const stoppedOrLate = new Promise<void>(resolve => {
      timer = setTimeout(resolve, goodbyeMs)
      over.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([service.close('leave'), stoppedOrLate]).catch(() => undefined)
    clearTimeout(timer)
    tearDown()
  }

  /** The page goes away: asks for what may still get out. */
  function leave(event: PageTransitionEvent): void {
    if (event.persisted) return
    session?.write({ type: 'closeSession' }).catch(() => undefined)
    for (const transport of transports) transport.close()
  }
}

const callOf = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  return () => {
    running ??= action()
    return running
  }
}

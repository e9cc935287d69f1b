/**
 * Opens a keeper: finds or starts a replica, opens a session at it. Owns the order in which things begin and end; the rest
 * of the client never sees the worker.
 */
import type { FoundingArbiter } from '../host/arbiter.ts'
import type { PageTransport } from '../host/transport/port-protocol.ts'

import type {
  MissingQuorum,
  Opening,
  OpenOptions,
  Question,
  ReplicaStatus,
  Replicas,
} from '../host/worker/protocol.ts'
import { type EnsembleId, ensembleId, isId, type SessionId } from '../logic/base/ids.ts'

import type { EngineName } from '../logic/consensus/engine.ts'
import { type CallOptions, Calls } from './calls.ts'
import { defaultWorker } from './default-worker.ts'
import { KeeperError, keeperError } from './error.ts'
import { fork } from './fork.ts'
import { Keeper } from './keeper.ts'
import { type Ending, Link } from './link.ts'
import { askToPersist } from './persistence.ts'
import { type Place, reachOwn, reachShared } from './reach.ts'
import { Session } from './session.ts'
import { onPageHide } from './vigil.ts'
import { Watches } from './watches.ts'

export interface ConnectOptions {
  /** The app's name for the tree. One browser profile holds one ensemble under it. */
  readonly room: string
  /** Join this ensemble (from an invite), never found one. Without it this profile founds, or asks `arbiter` who does. */
  readonly ensemble?: string
  /**
   * With `ensemble`, where this profile takes part in another one: that one's id, which is given up. Its replicas here are
   * deleted, and what no other member has of it is lost: on a person's word only. They must not run (InUse). Has no effect
   * where the profile is in `ensemble` already.
   */
  readonly abandon?: string
  /**
   * Decides, where devices share no lock, which of them founds the room: asked when this profile opens the room for the
   * first time without an invitation, and by a fork. OpenFailed with the reason `ArbiterUnreachable` when it does not
   * answer: nothing is founded then, and the next attempt asks the same. A profile that is a member opens without it.
   */
  readonly arbiter?: FoundingArbiter
  readonly engine?: EngineName
  /**
   * `per-device` (default): one replica for the browser profile, hosted by one of its tabs; the others have a seat at it,
   * and one of them hosts it when that tab closes, crashes or freezes: sessions, ephemerals and watches go on. `per-tab`:
   * each tab is a replica, as in tests and apps for one device; the default where nothing is stored.
   */
  readonly replicas?: Replicas
  /**
   * Makes the ways to other devices (and, per tab, to other tabs): `() => [webrtc({ signaling })]`. Called each time that
   * this tab comes to host a replica, in a page that hosts none not at all. Without it, the tabs of this profile over
   * BroadcastChannel.
   */
  readonly transports?: () => readonly PageTransport[]
  /** Also BroadcastChannel, straight from worker to worker. Default: only where there are no `transports`. */
  readonly broadcast?: boolean
  /** Where the replica lives; memory is for tests, and per tab: what a host keeps there would go with its tab. */
  readonly storage?: 'indexeddb' | 'memory'
  /**
   * Whether to ask the browser not to delete what is stored when it runs short of space. Default: yes, unless it does not
   * already. It may ask its user (Firefox does); nothing waits for the answer, which the keeper tells as `persisted`.
   */
  readonly persist?: boolean
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
  /**
   * Where no quorum is in reach for two seconds and there is no session yet, `connect` resolves all the same, in state
   * `readOnly` (ZooKeeper's option of this name). The session is opened when a quorum comes.
   */
  readonly canBeReadOnly?: boolean
  /** Gives up connecting. */
  readonly signal?: AbortSignal
}

/** How long the session's part of a goodbye may take; the replica's has a second of its own. */
const goodbyeMs = 1_000

/** Pages that host one after another before the first one's session is over: far fewer. */
const departedMax = 64

/** Longer than an election among replicas that are there. */
const readOnlyAfterMs = 2_000

/**
 * Opens or founds the ensemble of `room` and a session in it.
 * Rejects with a KeeperError: OpenFailed, Timeout (no quorum in time), Aborted, WorkerDied, ReplicaStopped, LimitExceeded
 * (as many sessions as there may be).
 */
export async function connect(options: ConnectOptions): Promise<Keeper> {
  const {
    timeoutMs = 15_000,
    signal,
    sessionTimeoutMs = 10_000,
    waitFor = 'session',
    persist = true,
  } = options
  const asked = openOptions(options)
  if (signal?.aborted) throw new KeeperError('Aborted', 'its signal was aborted before the call')
  const steps = new Calls<string>(timeoutMs, () => undefined)
  const over = new AbortController()
  let tellForked: (ensemble: EnsembleId) => void = () => undefined
  const forked = new Promise<EnsembleId>(resolve => {
    tellForked = resolve
  })
  let keeper: Keeper | null = null
  let session: Session | null = null
  let reachable = false
  let missing: MissingQuorum | null = null
  const foreign: EnsembleId[] = []

  const fail = (error: KeeperError) => {
    steps.rejectAll(error)
    session?.end(error)
    keeper?.enter(error.code === 'SessionExpired' ? 'expired' : 'closed')
  }
  const end = (error: KeeperError) => {
    if (over.signal.aborted) return
    fail(error)
    keeper?.enter('closed')
    tearDown()
  }
  /** A fork, by whomever: every session here is gone, and what goes on is another ensemble. */
  const giveUpFor = (ensemble: EnsembleId, message: string) => {
    tellForked(ensemble)
    end(new KeeperError(keeper === null ? 'ReplicaStopped' : 'SessionExpired', message))
    keeper?.emit('forked', ensemble)
  }
  const tearDown = () => {
    over.abort()
    clearTimeout(readOnlyTimer)
    link.close()
    reach.abandon()
  }
  const link = new Link(null, {
    event: event => {
      if (event.type === 'quorum') {
        reachable = event.reachable
        if (reachable) {
          missing = null
          keeper?.tellMissing(null)
        }
        if (session?.isServed) enter(reachable)
        else if (!reachable) readOnlySoon()
      } else if (event.type === 'ended') {
        if (event.reason === 'expired') fail(new KeeperError('SessionExpired', 'the session expired'))
      } else if (event.type === 'refused') fail(keeperError(event.error, null))
      else session?.receive(event)
    },
    status: status => keeper?.emit('status', status),
    decisions: decisions => keeper?.emit('decisions', decisions),
    missing: told => {
      missing = told
      keeper?.tellMissing(told)
    },
    foreign: ensemble => {
      if (keeper === null) foreign.push(ensemble)
      else keeper.meetForeign(ensemble)
    },
    lost: ending => {
      if (ending.code === 'Forked') return giveUpFor(ending.ensemble, ending.message)
      if (!reach.lost(ending)) return end(endedBy(ending))
      session?.suspend()
      enter(false)
    },
  })
  const enter = (isReachable: boolean) => {
    reachable = isReachable
    if (session?.id) keeper?.enter(reachable ? 'connected' : 'suspended')
  }
  let readOnlyTimer: ReturnType<typeof setTimeout> | undefined
  const readOnlySoon = () => {
    if (!options.canBeReadOnly || keeper === null || session?.id || readOnlyTimer !== undefined) return
    readOnlyTimer = setTimeout(() => {
      readOnlyTimer = undefined
      if (reachable || session?.id || over.signal.aborted) return
      keeper?.enter('readOnly')
      steps.resolve('session', undefined)
    }, readOnlyAfterMs)
  }
  /** Of this profile's pages. Told at each place, which may not have heard it, or not from them. */
  const departed: SessionId[] = []
  const tellDeparted = (sessions: readonly SessionId[]) => {
    if (sessions.length > 0) link.request({ type: 'departed', sessions })
  }
  const placed = ({ opening, port }: Place) => {
    if (session !== null) void session.resume(port).then(isServed => isServed && enter(reachable))
    else link.switchTo(port)
    tellDeparted(departed)
    steps.resolve('place', opening)
  }
  const { transports = () => [], worker = defaultWorker, arbiter } = options
  const reachOptions = {
    asked,
    worker,
    transports,
    arbiter,
    timeoutMs,
    signal,
    placed,
    departed: (session: SessionId) => {
      departed.push(session)
      if (departed.length > departedMax) departed.shift()
      tellDeparted([session])
    },
    failed: end,
  }
  const reach = asked.replicas === 'per-device' ? reachShared(reachOptions) : reachOwn(reachOptions)
  const waiting = steps.wait<Opening>('place', 'connect', callOf(signal))

  try {
    const { node, ensemble } = await waiting
    const watches = new Watches()
    const opening = new Session(link, watches, sessionTimeoutMs, timeoutMs)
    const opened = new Keeper({
      session: opening,
      watches,
      node,
      ensemble,
      ask: (question: Question, limits: CallOptions) => link.ask(question, limits),
      observe: (status: boolean, decisions: boolean) => link.observe(status, decisions),
      status,
      close: once(close),
      fork: limits => fork(link, ensemble, forked, limits),
    })
    session = opening
    keeper = opened
    opened.tellMissing(missing)
    for (const each of foreign) opened.meetForeign(each)
    if (asked.storage === 'indexeddb' && persist)
      void askToPersist().then(isPersisted => isPersisted === null || opened.tellPersisted(isPersisted))
    onPageHide(
      [
        () => reach.pageHides(opening.id),
        () => void opening.write({ type: 'closeSession' }).catch(() => undefined),
      ],
      over.signal,
    )
    void opening.opened.then(() => {
      opened.enter(reachable ? 'connected' : 'suspended')
      steps.resolve('session', undefined)
    })
    if (waitFor === 'replica') return opened
    await steps.wait('session', 'connect', callOf(signal))
    return opened
  } catch (error) {
    tearDown()
    if (missing !== null) throw withMissing(error, missing)
    throw keeper === null || reachable ? error : withNobody(error, options.room, keeper.ensemble)
  }

  /** Null when the replica has stopped, or stops before it answers. */
  async function status(): Promise<ReplicaStatus | null> {
    if (over.signal.aborted) return null
    const answer = await link.ask({ type: 'status' }).catch(() => null)
    return answer?.type === 'status' ? answer.status : null
  }

  /** Says goodbye in order: the session with its ephemerals, then the replica; then ends everything in any case. */
  async function close(): Promise<void> {
    await session?.write({ type: 'closeSession' }, { timeoutMs: goodbyeMs }).catch(() => undefined)
    fail(new KeeperError('Closed', 'the keeper was closed'))
    if (over.signal.aborted) return
    await reach.close()
    tearDown()
  }
}

/** What is asked of the replica, or a KeeperError BadArguments. */
function openOptions(options: ConnectOptions): OpenOptions {
  const { room, ensemble, abandon, transports, storage = 'indexeddb' } = options
  const replicas = options.replicas ?? (storage === 'memory' ? 'per-tab' : 'per-device')
  if (!isId(room)) throw new KeeperError('BadArguments', 'a room is 1 to 64 letters, digits, _ or -')
  if (ensemble !== undefined && !isId(ensemble))
    throw new KeeperError('BadArguments', 'an ensemble id is 1 to 64 letters, digits, _ or -')
  if (abandon !== undefined && (!isId(abandon) || ensemble === undefined || abandon === ensemble))
    throw new KeeperError('BadArguments', 'an ensemble is abandoned for another one: give ensemble, too')
  if (options.arbiter !== undefined && storage === 'memory')
    throw new KeeperError(
      'BadArguments',
      'an arbiter remembers who founded; what is kept in memory would be gone before',
    )
  if (replicas === 'per-device' && storage === 'memory')
    throw new KeeperError(
      'BadArguments',
      'one replica for the device is kept in IndexedDB: in memory it would go with the tab that hosts it',
    )
  if (transports !== undefined && typeof transports !== 'function')
    throw new KeeperError('BadArguments', 'transports is a function that makes them: a tab may host twice')
  return {
    room,
    engine: options.engine ?? 'multi-paxos',
    founding: ensemble === undefined ? 'found-or-join' : joining(ensemble, abandon),
    broadcast: options.broadcast ?? transports === undefined,
    storage,
    replicas,
  }
}

/** A time limit that passed before a member was heard of: a new one does not know whom it waits for. */
function withNobody(error: unknown, room: string, ensemble: EnsembleId): unknown {
  if (!(error instanceof KeeperError) || error.code !== 'Timeout') return error
  return new KeeperError(
    'Timeout',
    `${error.message}: no voter of ensemble ${ensemble} is in reach. Where none of them will be again, deleteRoom('${room}') ` +
      "forgets it; or connect({ waitFor: 'replica' }) and fork() put a new one in its place, also at an arbiter",
  )
}

/** A time limit that passed, with those who were waited for. */
function withMissing(error: unknown, { voters, missing }: MissingQuorum): unknown {
  if (!(error instanceof KeeperError) || error.code !== 'Timeout') return error
  const gone = missing.map(({ node, since }) => `${node} since ${new Date(since).toISOString()}`)
  const message = `${error.message}: ${missing.length} of ${voters.length} voters are missing (${gone.join(', ')})`
  return new KeeperError('Timeout', message)
}

const endedBy = (ending: Exclude<Ending, { code: 'Forked' }>): KeeperError =>
  new KeeperError(
    ending.code,
    ending.message,
    null,
    null,
    ending.code === 'ReplicaStopped' ? ending.reason : null,
  )

const joining = (ensemble: string, abandon: string | undefined) => ({
  join: ensembleId(ensemble),
  abandon: abandon === undefined ? undefined : ensembleId(abandon),
})

const callOf = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  return () => {
    running ??= action()
    return running
  }
}

/**
 * Opens a keeper: finds or starts a replica, opens a session at it. Owns the order in which things begin and end; the rest
 * of the client never sees the worker.
 */
import type { MissingQuorum, Opening, Question } from '../host/worker/protocol.ts'
import type { EnsembleId } from '../logic/base/ids.ts'
import { type CallOptions, Calls } from './calls.ts'
import { aborted, KeeperError, keeperError } from './error.ts'
import { Keeper } from './keeper.ts'
import { type Ending, Link, type LinkEvents } from './link.ts'
import type { ConnectOptions } from './options.ts'
import type { Place } from './reach.ts'
import { Session } from './session.ts'
import { ownSurroundings, type Surroundings } from './surroundings.ts'
import { Watches } from './watches.ts'

/** How long the session's part of a goodbye may take; the replica's has its own. */
const goodbyeMs = 1_000

/** Longer than an election among replicas that are there. */
const readOnlyAfterMs = 2_000

/**
 * Opens or founds the ensemble of `room` and a session in it.
 * Rejects with a KeeperError: OpenFailed, NotLoaded, Timeout (no quorum in time), Aborted, WorkerDied, ReplicaStopped,
 * LimitExceeded (as many sessions as there may be).
 */
export const connect = (options: ConnectOptions): Promise<Keeper> => connectIn(ownSurroundings, options)

/** As {@link connect}, in a page that may be another than this one. */
export async function connectIn(surroundings: Surroundings, options: ConnectOptions): Promise<Keeper> {
  const { clock } = surroundings
  const {
    timeoutMs = 15_000,
    signal,
    sessionTimeoutMs = 10_000,
    waitFor = 'session',
    persist = true,
  } = options
  if (signal?.aborted) throw aborted('connect', signal)
  const way = await surroundings.wayToReplica({ timeoutMs, signal })
  const asked = way.openOptions(options)
  const steps = new Calls<string>(timeoutMs, () => undefined, clock)
  const over = new AbortController()
  let tellForked: (ensemble: EnsembleId) => void = () => undefined
  const forked = new Promise<EnsembleId>(resolve => {
    tellForked = resolve
  })
  let keeper: Keeper | null = null
  let session: Session | null = null
  let reachable = false
  let missing: MissingQuorum | null = null
  const foreign = new Set<EnsembleId>()
  let closing: Promise<void> | null = null

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
  const giveUpFor = ({ ensemble, message }: Extract<Ending, { code: 'Forked' }>) => {
    tellForked(ensemble)
    end(new KeeperError(keeper === null ? 'ReplicaStopped' : 'SessionExpired', `Forked: ${message}`))
    keeper?.emit('forked', ensemble)
  }
  const tearDown = () => {
    over.abort()
    cancelReadOnly?.()
    link.close()
    reach.abandon()
  }
  const events: LinkEvents = {
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
      if (!foreign.has(ensemble)) tellForeign(ensemble)
      foreign.add(ensemble)
    },
    lost: ending => {
      if (ending.code === 'Forked') return giveUpFor(ending)
      if (!reach.lost(ending)) return end(way.endedBy(ending))
      session?.suspend()
      enter(false)
    },
  }
  const link = new Link(null, events, clock)
  const enter = (isReachable: boolean) => {
    reachable = isReachable
    if (session?.id) keeper?.enter(reachable ? 'connected' : 'suspended')
  }
  const tellForeign = (ensemble: EnsembleId) =>
    keeper?.tellFact('foreign', way.foreignTold(ensemble, keeper.ensemble))
  let cancelReadOnly: (() => void) | null = null
  const readOnlySoon = () => {
    if (!options.canBeReadOnly || keeper === null || session?.id || cancelReadOnly !== null) return
    cancelReadOnly = clock.after(readOnlyAfterMs, () => {
      cancelReadOnly = null
      if (reachable || session?.id || over.signal.aborted) return
      keeper?.enter('readOnly')
      steps.resolve('session', undefined)
    })
  }
  const placed = ({ opening, port }: Place) => {
    if (session !== null) void session.resume(port).then(isServed => isServed && enter(reachable))
    else link.switchTo(port)
    steps.resolve('place', opening)
  }
  const { transports = () => [], arbiter } = options
  const reach = way.reach({
    asked,
    worker: options.worker,
    transports,
    arbiter,
    timeoutMs,
    signal,
    placed,
    departed: sessions => link.request({ type: 'departed', sessions }),
    failed: end,
  })
  const waiting = steps.wait<Opening>('place', 'connect', { signal })

  try {
    const { node, ensemble } = await waiting
    const watches = new Watches()
    const opening = new Session(link, watches, sessionTimeoutMs, timeoutMs, surroundings)
    const opened = new Keeper({
      clock,
      session: opening,
      watches,
      watch: way.watchesOf(opening, watches),
      node,
      ensemble,
      ask: (question: Question, limits: CallOptions) => link.ask(question, limits),
      observe: (status: boolean, decisions: boolean) => link.observe(status, decisions),
      status: async limits => (over.signal.aborted ? null : way.statusOf(link, limits)),
      close: () => {
        closing ??= close()
        return closing
      },
      fork: limits => way.fork(link, ensemble, forked, limits, clock),
    })
    session = opening
    keeper = opened
    opened.tellMissing(missing)
    foreign.forEach(tellForeign)
    if (asked.storage === 'indexeddb' && persist)
      void way
        .askToPersist()
        .then(isPersisted => isPersisted === null || opened.tellFact('persisted', isPersisted))
    way.onPageHide(
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
    await steps.wait('session', 'connect', { signal })
    return opened
  } catch (error) {
    tearDown()
    throw way.explained(error, missing, keeper === null || reachable ? null : keeper.ensemble, options.room)
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

/**
 * Attends to a keeper from the opening of its replica to the end: what the replica says becomes the keeper's state and events,
 * and the session goes on wherever the replica is next. Does not know how a replica is found.
 */
import type { Opening, OpenOptions, StreamPort } from '../host/worker/protocol.ts'
import type { EnsembleId, SessionId } from '../logic/base/ids.ts'
import type { ClientEvent } from '../logic/replica/event.ts'
import { KeeperError, keeperError } from './error.ts'
import { Keeper } from './keeper.ts'
import { type Ending, Link } from './link.ts'
import type { ConnectOptions } from './options.ts'
import type { Reach } from './reach.ts'
import { Session } from './session.ts'
import type { Surroundings, WayToReplica } from './surroundings.ts'
import { Watches } from './watches.ts'

/** How long the session's part of a goodbye may take; the replica's has its own. */
const goodbyeMs = 1_000

/** Longer than an election among replicas that are there. */
const readOnlyAfterMs = 2_000

export interface AttendParts {
  readonly surroundings: Surroundings
  readonly way: WayToReplica
  readonly reach: Reach
  readonly options: ConnectOptions
  readonly asked: OpenOptions
  /** For every call that does not say its own; milliseconds. */
  readonly timeoutMs: number
  readonly opening: Opening
  readonly port: StreamPort
  /** There is a session; or none yet, and the keeper reads what the replica holds, as the app said it may. */
  ready(): void
  /** The session is over, or all of it. */
  failed(error: KeeperError): void
}

export interface Attendance {
  readonly keeper: Keeper
  /** Of the replica: whether it has a quorum. */
  readonly isReachable: boolean
  /** The replica is at `port` from now on. */
  goOnAt(port: StreamPort): void
  /** The replica is to know that the pages of these sessions went away. */
  tellDeparted(sessions: readonly SessionId[]): void
  /** There is no replica any more. Idempotent. */
  end(error: KeeperError): void
  /** Leaves all of it as it is. Idempotent. */
  tearDown(): void
}

/** Begins with a session that is being opened at `port`. */
export function attend(parts: AttendParts): Attendance {
  const { surroundings, way, reach, options, asked, timeoutMs, opening, port, ready, failed } = parts
  const { clock } = surroundings
  const { ensemble } = opening
  const over = new AbortController()
  const foreign = new Set<EnsembleId>()
  let isReachable = false
  let closing: Promise<void> | null = null
  let cancelReadOnly: (() => void) | null = null
  let tellForked: (ensemble: EnsembleId) => void = () => undefined
  const forked = new Promise<EnsembleId>(resolve => {
    tellForked = resolve
  })

  const link = new Link(
    port,
    {
      event: receive,
      status: status => keeper.emit('status', status),
      decisions: decisions => keeper.emit('decisions', decisions),
      missing: missing => keeper.tellMissing(missing),
      foreign: other => {
        if (!foreign.has(other)) keeper.tellFact('foreign', way.foreignTold(other, ensemble))
        foreign.add(other)
      },
      lost,
    },
    clock,
  )
  const watches = new Watches()
  const session = new Session(link, watches, options.sessionTimeoutMs ?? 10_000, timeoutMs, surroundings)
  const watch = way.watchesOf(session, watches)
  const keeper = new Keeper({
    clock,
    session,
    watches,
    watch,
    typed: way.typedBy(watch),
    node: opening.node,
    ensemble,
    ask: (question, limits) => link.ask(question, limits),
    observe: (status, decisions) => link.observe(status, decisions),
    status: async limits => (over.signal.aborted ? null : way.statusOf(link, limits)),
    close: () => {
      closing ??= close()
      return closing
    },
    fork: limits => way.fork(link, ensemble, forked, limits, clock),
  })
  void session.opened.then(() => {
    enter()
    ready()
  })
  if (asked.storage === 'indexeddb' && options.persist !== false)
    void way
      .askToPersist()
      .then(isPersisted => isPersisted === null || keeper.tellFact('persisted', isPersisted))
  way.onPageHide(
    [
      () => reach.pageHides(session.id),
      () => void session.write({ type: 'closeSession' }).catch(() => undefined),
    ],
    over.signal,
  )
  return {
    keeper,
    get isReachable() {
      return isReachable
    },
    goOnAt: next => void session.resume(next).then(isServed => isServed && enter()),
    tellDeparted: sessions => link.request({ type: 'departed', sessions }),
    end,
    tearDown,
  }

  function receive(event: ClientEvent): void {
    if (event.type === 'quorum') {
      isReachable = event.reachable
      if (isReachable) keeper.tellMissing(null)
      if (session.isServed) enter()
      else if (!isReachable) readOnlySoon()
    } else if (event.type === 'ended') {
      if (event.reason === 'expired') fail(new KeeperError('SessionExpired', 'the session expired'))
    } else if (event.type === 'refused') fail(keeperError(event.error, null))
    else session.receive(event)
  }

  function lost(ending: Ending): void {
    if (ending.code === 'Forked') return giveUpFor(ending)
    if (!reach.lost(ending)) return end(way.endedBy(ending))
    session.suspend()
    isReachable = false
    enter()
  }

  function enter(): void {
    if (session.id) keeper.enter(isReachable ? 'connected' : 'suspended')
  }

  function readOnlySoon(): void {
    if (!options.canBeReadOnly || session.id || cancelReadOnly !== null) return
    cancelReadOnly = clock.after(readOnlyAfterMs, () => {
      cancelReadOnly = null
      if (isReachable || session.id || over.signal.aborted) return
      keeper.enter('readOnly')
      ready()
    })
  }

  /** A fork, by whomever: every session here is gone, and what goes on is another ensemble. */
  function giveUpFor({ ensemble: next, message }: Extract<Ending, { code: 'Forked' }>): void {
    tellForked(next)
    end(new KeeperError('SessionExpired', `Forked: ${message}`))
    keeper.emit('forked', next)
  }

  function fail(error: KeeperError): void {
    failed(error)
    session.end(error)
    keeper.enter(error.code === 'SessionExpired' ? 'expired' : 'closed')
  }

  function end(error: KeeperError): void {
    if (over.signal.aborted) return
    fail(error)
    keeper.enter('closed')
    tearDown()
  }

  function tearDown(): void {
    over.abort()
    cancelReadOnly?.()
    link.close()
    reach.abandon()
  }

  /** Says goodbye in order: the session with its ephemerals, then the replica; then ends everything in any case. */
  async function close(): Promise<void> {
    await session.write({ type: 'closeSession' }, { timeoutMs: goodbyeMs }).catch(() => undefined)
    fail(new KeeperError('Closed', 'the keeper was closed'))
    if (over.signal.aborted) return
    await reach.close()
    tearDown()
  }
}

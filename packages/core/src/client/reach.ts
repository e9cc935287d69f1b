/**
 * Where a keeper reaches its replica: in this page's own worker, or at whichever tab of the profile hosts it, which may
 * change. Says where, again and again; does not know what is said there. Loaded on demand.
 */

import type { FoundingArbiter } from '../host/arbiter.ts'
import { firstOf } from '../host/time/signals.ts'
import type { PageTransport } from '../host/transport/port-protocol.ts'
import type { OpenError, Opening, OpenOptions, StreamPort } from '../host/worker/protocol.ts'
import type { SessionId } from '../logic/base/ids.ts'
import type { KeeperError } from './error.ts'
import type { Ending } from './link.ts'
import { openFailed } from './open-failed.ts'
import { type OwnReplica, openOwnReplica } from './own-replica.ts'
import { Seat, type SeatOptions } from './seat.ts'

export interface Place {
  readonly opening: Opening
  readonly port: StreamPort
}

export interface ReachOptions {
  readonly asked: OpenOptions
  /** Of an app that makes it itself. */
  readonly worker?: (() => Worker) | undefined
  /** New ones for each replica that is started here. */
  readonly transports: () => readonly PageTransport[]
  readonly arbiter?: FoundingArbiter | undefined
  /** Of opening a replica; milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** The replica is reached there from now on, and nowhere else. */
  placed(place: Place): void
  /** Pages of this profile went away with these sessions: the replica is to be told, each time that it is another place. */
  departed(sessions: readonly SessionId[]): void
  /** It is not reached, and will not be. */
  failed(error: KeeperError): void
}

export interface Reach {
  /** The replica is not heard any more where it was reached. False when that is the end; else another place will come. */
  lost(ending: Ending): boolean
  /** The page is going away with its session, and may not come back. */
  pageHides(session: SessionId): void
  /** Gives the replica up in order: at most 2.5 seconds, never rejects. */
  close(): Promise<void>
  /** Gives it up at once. */
  abandon(): void
}

/** Begins to look for the replica; what comes of it `options` are told. Throws a KeeperError where there are no Web Locks. */
export const reach = (options: ReachOptions): Reach =>
  options.asked.replicas === 'per-device' ? reachShared(options) : reachOwn(options)

/** The replica of this page alone. */
function reachOwn(options: ReachOptions): Reach {
  const ended = new AbortController()
  let own: OwnReplica | null = null
  const opening = openOwnReplica({
    ...options,
    transports: options.transports(),
    died: error => options.failed(error),
  }).then(
    opened => {
      own = opened
      if (ended.signal.aborted) opened.terminate()
      else options.placed(opened)
    },
    (error: unknown) => options.failed(openFailed(error)),
  )
  return {
    lost: () => false,
    pageHides: () => own?.pageHides(),
    close: async () => {
      ended.abort()
      await opening
      await own?.close('leave')
    },
    abandon: () => {
      ended.abort()
      own?.terminate()
    },
  }
}

/** Pages that host one after another before the first one's session is over: far fewer. */
const departedMax = 64

/** Ends of a replica that the one after it need not come to, too. */
export const goesOn = ({ code }: Ending): boolean =>
  code === 'WorkerDied' || code === 'Closed' || code === 'StorageFenced'

/** What a storage says that another holds on to; not that it is damaged or full. */
const passing: readonly string[] = ['StorageFailed', 'Timeout']

/** The replica of this browser profile, hosted here or by another tab. */
function reachShared(options: ReachOptions): Reach {
  const { room, engine, founding } = options.asked
  let own: OwnReplica | null = null
  let isClosing = false
  /** Told at each place, which may not have heard it, or not from them. */
  const departed: SessionId[] = []
  /** A session may go on, and nobody waits for `connect` any more. */
  let wasPlaced = false
  const seat = takeSeat({
    room,
    engine,
    ensemble: founding === 'found-or-join' ? null : founding.join,
    host: async end => {
      const opened = await openOwnReplica({
        ...options,
        transports: options.transports(),
        signal: firstOf(end, options.signal),
        died: () => seat.lost(),
      })
      own = opened
      const over = () => {
        if (own === opened) own = null
        opened.terminate()
      }
      if (end.aborted) over()
      else end.addEventListener('abort', over, { once: true })
      return opened
    },
    seated: (opening, port) => {
      wasPlaced = true
      options.placed({ opening, port })
      if (departed.length > 0) options.departed(departed)
    },
    departed: session => {
      departed.push(session)
      if (departed.length > departedMax) departed.shift()
      options.departed([session])
    },
    mayPass: error => wasPlaced && passing.includes(openFailed(error).reason ?? openFailed(error).code),
    failed: error => options.failed(openFailed(error)),
    refused: error => options.failed(openFailed(stillRuns(error, founding))),
  })
  return {
    lost: ending => {
      if (isClosing) return false
      // What stopped this tab's own replica stops the next one too, unless it was closed or its place taken.
      if (own !== null && !goesOn(ending)) return false
      seat.lost()
      return true
    },
    pageHides: session => {
      seat.farewell(session)
      own?.pageHides()
    },
    close: async () => {
      isClosing = true
      await own?.close('leave')
      seat.close()
    },
    abandon: () => seat.close(),
  }
}

function takeSeat(options: SeatOptions): Seat {
  try {
    return new Seat(options)
  } catch (error) {
    throw openFailed(error)
  }
}

/** Who would give up what a tab of this profile still runs is told to close that first. */
const stillRuns = (error: OpenError, founding: OpenOptions['founding']): OpenError =>
  error.code === 'ForeignEnsemble' && founding !== 'found-or-join' && founding.abandon !== undefined
    ? { code: 'InUse', message: `${error.message}: close its tabs first` }
    : error

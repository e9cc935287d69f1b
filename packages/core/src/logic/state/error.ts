/**
 * The operating errors of the tree and of sessions: values, part of the replicated answer, the same on every replica.
 * Names are ZooKeeper's (KeeperException.Code). What can go wrong on the way here (no quorum, a dead worker) is the
 * client's business and stands in client/error.ts.
 */
export type StateErrorCode =
  /** A malformed path, an unknown mode, the root or a reserved path where it may not stand. */
  | 'BadArguments'
  /** The znode (for create: its parent) does not exist. */
  | 'NoNode'
  | 'NodeExists'
  /** The expected version is not the actual one. */
  | 'BadVersion'
  /** Delete of a znode that has children. */
  | 'NotEmpty'
  /** Ephemeral znodes have no children. */
  | 'NoChildrenForEphemerals'
  /** No such watch is set. */
  | 'NoWatcher'
  /** A bound of the library: watches of a session. The message says which. */
  | 'LimitExceeded'
  /** Data and path exceed 1,048,575 bytes. */
  | 'DataTooLarge'
  /** A parent's sequence counter stands at 2^31 - 1. */
  | 'SequenceExhausted'
  /** The session does not exist any more: closed, expired, or never opened here. */
  | 'SessionExpired'
  /** More writes of one session without an acknowledged answer than are remembered. */
  | 'TooManyRequests'

/** An operating error as it crosses the log, the worker's door and the wire: plain data. */
export interface Failure {
  readonly code: StateErrorCode
  /** For people: what was asked and what stood in the way. */
  readonly message: string
}

export const failure = (code: StateErrorCode, message: string): Failure => ({ code, message })

/** Every code, for parsers: a record, so that the types miss none. */
const stateErrorCodes: Readonly<Record<StateErrorCode, true>> = {
  BadArguments: true,
  NoNode: true,
  NodeExists: true,
  BadVersion: true,
  NoWatcher: true,
  LimitExceeded: true,
  NotEmpty: true,
  NoChildrenForEphemerals: true,
  DataTooLarge: true,
  SequenceExhausted: true,
  SessionExpired: true,
  TooManyRequests: true,
}

export const isStateErrorCode = (value: unknown): value is StateErrorCode =>
  typeof value === 'string' && Object.hasOwn(stateErrorCodes, value)

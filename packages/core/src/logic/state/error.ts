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
  /** The znode's ACL (for create and delete: its parent's) does not give the permission to any identity of the session. */
  | 'NoAuth'
  /** An ACL without lines, with too many, or with one that names nobody: unknown scheme, malformed id, `auth` without identities. */
  | 'InvalidACL'
  /** The identity is of no scheme that a session can have, is malformed, or was not proven. */
  | 'AuthFailed'
  /** The hard limit of a quota at or above the znode would be passed. */
  | 'QuotaExceeded'
  /** In the results of a multi that failed: an operation after the one that failed, which was not tried. */
  | 'RuntimeInconsistency'
  /** A bound of the library: children of a znode, watches and identities of a session, sessions of the ensemble. The message says which. */
  | 'LimitExceeded'
  /** Data, path and ACL exceed 1,048,575 bytes. */
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
  /** Of a multi: what each of its operations came to. */
  readonly results?: readonly ResultCode[]
}

/** What became of one operation of a multi that failed: `Ok` before the culprit, `RuntimeInconsistency` after it. */
export type ResultCode = 'Ok' | StateErrorCode

export const failure = (code: StateErrorCode, message: string): Failure => ({ code, message })

/** Every code, for parsers: a record, so that the types miss none. */
const stateErrorCodes: Readonly<Record<StateErrorCode, true>> = {
  BadArguments: true,
  NoNode: true,
  NodeExists: true,
  BadVersion: true,
  NoWatcher: true,
  NotEmpty: true,
  NoChildrenForEphemerals: true,
  NoAuth: true,
  InvalidACL: true,
  AuthFailed: true,
  QuotaExceeded: true,
  RuntimeInconsistency: true,
  LimitExceeded: true,
  DataTooLarge: true,
  SequenceExhausted: true,
  SessionExpired: true,
  TooManyRequests: true,
}

export const isStateErrorCode = (value: unknown): value is StateErrorCode =>
  typeof value === 'string' && Object.hasOwn(stateErrorCodes, value)

/** The results of a multi of `count` operations of which the one at `culprit` failed with `code`. */
export const resultsOf = (count: number, culprit: number, code: StateErrorCode): readonly ResultCode[] =>
  Array.from({ length: count }, (_, index) =>
    index < culprit ? 'Ok' : index === culprit ? code : 'RuntimeInconsistency',
  )

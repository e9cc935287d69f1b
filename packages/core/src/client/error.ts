/** The one error that the client's doors throw. */
import type { Failure, ResultCode, StateErrorCode } from '../logic/state/error.ts'
import type { KeeperErrorReason } from './open-failed.ts'

export type KeeperErrorCode =
  | StateErrorCode
  /** The call's own time limit passed. A write may still be carried out, in its order. */
  | 'Timeout'
  /** The call's signal was aborted. A write may still be carried out, in its order. */
  | 'Aborted'
  /** The keeper was closed by its app. */
  | 'Closed'
  /** Of a recipe's hold: no quorum is in reach, so it may be lost, or may not. What ends the work, never an answer of the tree. */
  | 'Suspended'
  /** Of a recipe's hold: the znode by which it was held is gone. Somebody deleted it, or it went with its session. */
  | 'Lost'
  /** The data of the znode are no value of the codec's. `cause` is what it threw. */
  | 'DecodeFailed'
  /** The worker does not answer any more: it was terminated, or its tab frozen for long. */
  | 'WorkerDied'
  /** The replica stopped for good: its storage failed, or an invariant broke. The message says which. */
  | 'ReplicaStopped'
  /** No fork was made: the ensemble was given up for another before, or the new one could not be written. The message says which. */
  | 'ForkFailed'
  /** The replica could not be opened: its storage is corrupt, foreign or full. The message says what to do. */
  | 'OpenFailed'
  /** A part of this package that is loaded on demand is not to be had: offline, or gone with a newer version of the app. Nothing was asked. */
  | 'NotLoaded'

/** Every failure of a keeper, with a code to switch on: `error.code === 'NoNode'`. */
export class KeeperError<Code extends KeeperErrorCode = KeeperErrorCode> extends Error {
  override readonly name = 'KeeperError'
  readonly code: Code
  /** The znode it is about, where it is about one. */
  readonly path: string | null
  /** Of a multi: what each operation came to. `Ok` before the culprit, `RuntimeInconsistency` after it; none was carried out. */
  readonly results: readonly ResultCode[] | null
  /** Of OpenFailed and ReplicaStopped: why, for programs. The message says what to do. */
  readonly reason: KeeperErrorReason | null

  constructor(
    code: Code,
    message: string,
    path: string | null = null,
    results: readonly ResultCode[] | null = null,
    reason: KeeperErrorReason | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.path = path
    this.results = results
    this.reason = reason
  }
}

/**
 * Whether `error` is a keeper's, and has one of these codes where any are given: `isKeeperError(error, 'NoNode')`. Knows
 * those of another copy of this package, too.
 */
export const isKeeperError = <Code extends KeeperErrorCode = KeeperErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is KeeperError<Code> =>
  error instanceof Error &&
  error.name === 'KeeperError' &&
  'code' in error &&
  (codes.length === 0 || codes.some(code => code === error.code))

/** `what` was given up by its signal. */
export const aborted = (what: string, signal: AbortSignal | undefined): KeeperError =>
  new KeeperError('Aborted', `${what}: given up by its signal`, null, null, null, { cause: signal?.reason })

/** A failure of the state, about the znode at `path`, as the client's doors throw it. */
export const keeperError = ({ code, message, results }: Failure, path: string | null): KeeperError =>
  new KeeperError(code, message, path, results ?? null)

/** Why a replica's identity could not be had, as a code for programs and a sentence for people. */

export type IdentityErrorCode =
  /** This profile takes part in another ensemble of the room than the one to be joined. */
  | 'ForeignEnsemble'
  /** The room was founded with another engine. */
  | 'Mismatch'
  /** The replica is running in another tab. */
  | 'InUse'
  /** The ensemble was given up for another, by a fork; the message names that one. */
  | 'Forked'
  /** The wait was ended from outside: another tab kept the room busy. */
  | 'Aborted'
  /** The browser has no Web Locks, as in a page that is not served securely. */
  | 'Unsupported'
  /** The registry could not be read or written, or makes no sense. */
  | 'Failed'

export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly code: IdentityErrorCode
  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function identityErrorOf(cause: unknown, room: string, signal: AbortSignal): IdentityError {
  if (cause instanceof IdentityError) return cause
  if (signal.aborted)
    return new IdentityError('Aborted', `room ${room} was kept busy by another tab for too long`, { cause })
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new IdentityError('Failed', `no identity in room ${room}: ${reason}`, { cause })
}

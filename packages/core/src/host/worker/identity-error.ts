/** Why a replica's identity could not be had, as a code for programs and a sentence for people. */

import { StorageError } from '../storage/contract.ts'

export type IdentityErrorCode =
  /** This profile takes part in another ensemble of the room than the one to be joined. */
  | 'ForeignEnsemble'
  /** The room was founded with another engine, or this profile opened it with another number of replicas. */
  | 'Mismatch'
  /** The replica is running in another tab. */
  | 'InUse'
  /** The ensemble was given up for another, by a fork; the message names that one. */
  | 'Forked'
  /** The wait was ended from outside: another tab kept the room busy. */
  | 'Aborted'
  /** Nobody has founded the room as far as this profile knows, and the arbiter who would say so does not answer. */
  | 'ArbiterUnreachable'
  /** What the profile knows of the room makes no sense. */
  | 'RegistryCorrupt'
  /** The browser gives no more room to store what the profile knows. */
  | 'StorageQuotaExceeded'
  /** The browser has no Web Locks, as in a page that is not served securely. */
  | 'Unsupported'
  /** The registry could not be read or written. */
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
  if (cause instanceof StorageError && cause.code === 'Corrupt')
    return new IdentityError(
      'RegistryCorrupt',
      `${cause.message}: deleteRoom('${room}') deletes all that this browser holds of the room; then connect begins anew`,
      { cause },
    )
  if (cause instanceof StorageError && cause.code === 'QuotaExceeded')
    return new IdentityError('StorageQuotaExceeded', cause.message, { cause })
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new IdentityError('Failed', `no identity in room ${room}: ${reason}`, { cause })
}

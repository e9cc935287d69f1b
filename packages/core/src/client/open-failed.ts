/** A replica that did not open, as the client's doors throw it: with why, for programs. Does not know what was tried. */
import type { OpenError } from '../host/worker/protocol.ts'
import { KeeperError } from './error.ts'

/** Why a replica did not open, or stopped. */
const reasons = [
  'StorageQuotaExceeded',
  'StorageCorrupt',
  'StorageMissing',
  'StorageMismatch',
  'StorageFenced',
  'StorageFailed',
  'InUse',
  'ForeignEnsemble',
  'Mismatch',
  'Forked',
  'ArbiterUnreachable',
  'RegistryCorrupt',
  'Unsupported',
  'WorkerNotLoaded',
  'Closed',
  'Aborted',
  'InvariantBroken',
  'Failed',
] as const

export type KeeperErrorReason = (typeof reasons)[number]

/** A failure to open, as the worker told of it: an OpenError; or whatever kept it from being told. */
export function openFailed(cause: unknown): KeeperError {
  if (cause instanceof KeeperError) return cause
  const { code, message } = Object(cause) as Partial<OpenError>
  if (typeof code !== 'string') return new KeeperError('OpenFailed', String(cause))
  const reason = reasons.find(each => each === code) ?? 'Failed'
  return new KeeperError('OpenFailed', `${code}: ${message}`, null, null, reason)
}

/** What goes wrong with a file, as the storage's errors. */
import { StorageError } from '../../host/storage/contract.ts'
import { isCode } from '../files/is-code.ts'

const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** What a failed attempt to `doing` means to the storage: `QuotaExceeded` or `Failed`, with the cause kept. */
export function fileErrorOf(cause: unknown, doing: string): StorageError {
  if (cause instanceof StorageError) return cause
  if (noRoom.some(code => isCode(cause, code)))
    return new StorageError('QuotaExceeded', `no room left to ${doing}`, { cause })
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('Failed', `could not ${doing}: ${reason}`, { cause })
}

/** What went wrong in the worker, as a page is told of it. */
import { StorageError } from '../storage/contract.ts'
import type { OpenError } from './protocol.ts'

export function openError(error: unknown): OpenError {
  if (!(error instanceof Error)) return { code: 'Failed', message: String(error) }
  if (error instanceof StorageError) return { code: `Storage${error.code}`, message: error.message }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, message: error.message }
}

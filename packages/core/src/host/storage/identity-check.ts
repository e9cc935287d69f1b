/** Whether a storage belongs to the replica that opens it. */
import type { Identity } from './contract.ts'
import type { StoredIdentity } from './rows.ts'

/** A sentence that says how `stored` differs from `wanted` in ensemble, engine or node; null when it does not. */
export function identityMismatch(stored: StoredIdentity | Identity, wanted: Identity): string | null {
  if (stored.ensemble !== wanted.ensemble)
    return `this storage belongs to ensemble ${stored.ensemble}, not to ${wanted.ensemble}`
  if (stored.engine !== wanted.engine)
    return `this storage was written by engine ${stored.engine}, not by ${wanted.engine}`
  if (stored.node !== wanted.node)
    return `this storage belongs to replica ${stored.node}, not to ${wanted.node}`
  return null
}

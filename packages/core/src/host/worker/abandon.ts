/**
 * Giving an ensemble up, on a person's word: what this profile holds of it is named as discarded by the same write of the
 * registry that puts another ensemble in its place. Called under the founding lock only. Does not know which one comes next.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { RoomRecord } from '../storage/registry.ts'
import { IdentityError } from './identity-error.ts'
import { isAnyHeld } from './locks.ts'

/**
 * The replicas to be discarded with the ensemble of `record`. Under the founding lock none of them can be claimed before
 * they are forgotten. Rejects with an IdentityError `InUse` while a tab runs one.
 */
export async function abandonEnsemble(
  { room, locks }: { readonly room: string; readonly locks: LockManager },
  { ensemble, nodes, discarded = [] }: RoomRecord,
): Promise<readonly NodeId[]> {
  if (await isAnyHeld(locks, room))
    throw new IdentityError(
      'InUse',
      `a tab of this browser still takes part in ensemble ${ensemble} of room ${room}: close it first`,
    )
  return [...discarded, ...nodes.map(({ node }) => node)]
}

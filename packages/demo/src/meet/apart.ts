/** Whether a page should be told that only new codes bring its replica back to the others. Pure. */
import type { KeeperState } from '@peerkeeper/core'
import type { StatusLike } from '../ensemble/facts.ts'

/** Nothing can be decided, nobody of the ensemble is connected, and there is no server to find anybody by. */
export function isApart(state: KeeperState, status: StatusLike | null, hasServer: boolean): boolean {
  if (hasServer || status === null || status.connected.length > 0) return false
  if (state !== 'connecting' && state !== 'suspended' && state !== 'readOnly') return false
  const { voters } = status.membership
  return voters.length !== 1 || voters[0] !== status.node
}

/** Asking the worker how its replica is, wherever that is hosted. */
import type { ReplicaStatus } from '../host/worker/protocol.ts'
import type { CallOptions } from './calls.ts'
import { isKeeperError } from './error.ts'
import type { Link } from './link.ts'

/** Null when the replica stops before it answers, or does not answer in time. Rejects with a KeeperError Aborted. */
export async function statusOf(link: Pick<Link, 'ask'>, limits: CallOptions): Promise<ReplicaStatus | null> {
  const answer = await link.ask({ type: 'status' }, limits).catch((error: unknown) => {
    if (isKeeperError(error, 'Aborted')) throw error
    return null
  })
  return answer?.type === 'status' ? answer.status : null
}

/** The way out of a storage that cannot be read any more, on a person's word. */
import { type Endpoint, releaseProxy, wrap } from 'comlink'
import type { OpenError, ReplicaService } from '../host/worker/protocol.ts'
import { isId, nodeId } from '../logic/base/ids.ts'
import type { Result } from '../logic/base/result.ts'
import { Calls } from './calls.ts'
import { defaultWorker } from './default-worker.ts'
import { KeeperError } from './error.ts'

/**
 * Deletes what this browser profile holds of replica `node`, which no tab may be running; the next tab that connects
 * becomes a new member and is sent everything by the others. The lost one stays a voter until it is removed.
 * Rejects with a KeeperError: BadArguments, OpenFailed, Timeout (milliseconds).
 */
export async function deleteReplica(
  room: string,
  node: string,
  {
    worker: make = defaultWorker,
    timeoutMs = 15_000,
  }: { readonly worker?: () => Worker; readonly timeoutMs?: number } = {},
): Promise<void> {
  if (!isId(room) || !isId(node)) throw new KeeperError('BadArguments', 'no such room or replica id')
  const worker = make()
  const service = wrap<ReplicaService>(worker as Endpoint)
  const calls = new Calls<'delete'>(timeoutMs, () => undefined)
  try {
    const answer = calls.wait<Result<void, OpenError>>('delete', 'deleteReplica')
    service.deleteReplica(room, nodeId(node)).then(
      result => calls.resolve('delete', result),
      (error: unknown) => calls.reject('delete', new KeeperError('OpenFailed', String(error))),
    )
    const result = await answer
    if (!result.ok) throw new KeeperError('OpenFailed', `${result.error.code}: ${result.error.message}`)
  } finally {
    service[releaseProxy]()
    worker.terminate()
  }
}

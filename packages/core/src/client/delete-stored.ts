/** Deleting what this browser profile holds of a room. A worker is made for it, and ended. Loaded on demand. */
import { type Endpoint, type Remote, releaseProxy, wrap } from 'comlink'
import type { OpenError, ReplicaService } from '../host/worker/protocol.ts'
import { isId, nodeId } from '../logic/base/ids.ts'
import type { Result } from '../logic/base/result.ts'
import { Calls } from './calls.ts'
import { defaultWorker } from './default-worker.ts'
import type { DeleteOptions } from './delete.ts'
import { KeeperError } from './error.ts'
import { openFailed } from './open-failed.ts'
import { startWorker } from './start-worker.ts'

/** Where nothing else is said. Milliseconds. */
const deleteMs = 15_000

/** See `delete.ts`. */
export async function deleteReplica(room: string, node: string, options?: DeleteOptions): Promise<void> {
  if (!isId(room) || !isId(node)) throw new KeeperError('BadArguments', 'no such room or replica id')
  await askWorker('deleteReplica', options, service => service.deleteReplica(room, nodeId(node)))
}

/** See `delete.ts`. */
export async function deleteRoom(room: string, options?: DeleteOptions): Promise<void> {
  if (!isId(room)) throw new KeeperError('BadArguments', 'a room is 1 to 64 letters, digits, _ or -')
  await askWorker('deleteRoom', options, service => service.deleteRoom(room))
}

/** What is deleted is opened by no engine. */
const anyWorker = () => defaultWorker('multi-paxos')

async function askWorker(
  what: string,
  { worker: make = anyWorker, ...limits }: DeleteOptions = {},
  ask: (service: Remote<ReplicaService>) => Promise<Result<void, OpenError>>,
): Promise<void> {
  const calls = new Calls<'done'>(deleteMs, () => undefined)
  const worker = startWorker(make, error => calls.rejectAll(error))
  const service = wrap<ReplicaService>(worker as Endpoint)
  try {
    const answer = calls.wait<Result<void, OpenError>>('done', what, limits)
    ask(service).then(
      result => calls.resolve('done', result),
      (error: unknown) => calls.reject('done', openFailed(error)),
    )
    const result = await answer
    if (!result.ok) throw openFailed(result.error)
  } finally {
    service[releaseProxy]()
    worker.terminate()
  }
}

/** The ways out of a storage that cannot be read any more, on a person's word. A worker is made for it, and ended. */
import { type Endpoint, type Remote, releaseProxy, wrap } from 'comlink'
import type { OpenError, ReplicaService } from '../host/worker/protocol.ts'
import { isId, nodeId } from '../logic/base/ids.ts'
import type { Result } from '../logic/base/result.ts'
import { type CallOptions, Calls } from './calls.ts'
import { defaultWorker } from './default-worker.ts'
import { KeeperError, openFailed } from './error.ts'
import { startWorker } from './start-worker.ts'

/** Where nothing else is said. Milliseconds. */
const deleteMs = 15_000

export interface DeleteOptions extends CallOptions {
  /** Makes the worker; see {@link ConnectOptions}. */
  readonly worker?: () => Worker
}

/**
 * Deletes what this browser profile holds of replica `node`, which no tab may be running; the next tab that connects
 * becomes a new member and is sent everything by the others. The lost one stays a voter until it is removed. Where it was
 * the only one of its ensemble its state is lost, and {@link deleteRoom} lets the room begin anew.
 * Rejects with a KeeperError: BadArguments, OpenFailed (its `reason` is `InUse` while a tab runs it), Timeout.
 */
export async function deleteReplica(room: string, node: string, options: DeleteOptions = {}): Promise<void> {
  if (!isId(room) || !isId(node)) throw new KeeperError('BadArguments', 'no such room or replica id')
  await askWorker('deleteReplica', options, service => service.deleteReplica(room, nodeId(node)))
}

/**
 * Deletes all that this browser profile holds of `room`: its replicas and which ensemble it was in, also where none of it
 * can be read. What no other member has is lost. The next `connect` founds, joins or asks as if for the first time.
 * Rejects with a KeeperError: BadArguments, OpenFailed (its `reason` is `InUse` while a tab has the room open), Timeout.
 */
export async function deleteRoom(room: string, options: DeleteOptions = {}): Promise<void> {
  if (!isId(room)) throw new KeeperError('BadArguments', 'a room is 1 to 64 letters, digits, _ or -')
  await askWorker('deleteRoom', options, service => service.deleteRoom(room))
}

/** What is deleted is opened by no engine. */
const anyWorker = () => defaultWorker('multi-paxos')

async function askWorker(
  what: string,
  { worker: make = anyWorker, ...limits }: DeleteOptions,
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

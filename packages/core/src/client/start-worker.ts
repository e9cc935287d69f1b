/** Makes the replica's worker, and says what to do where that does not succeed. Does not know what it is for. */
import { KeeperError } from './error.ts'

/** Calls `died` when the worker ends by itself: with what to do, where it never began. */
export function startWorker(make: () => Worker, died: (error: KeeperError) => void): Worker {
  const worker = made(make)
  // A script that is not there, or is no script, is told of by an event without a message.
  worker.addEventListener('error', ({ message }: Partial<ErrorEvent>) =>
    died(message ? new KeeperError('WorkerDied', `the worker failed: ${message}`) : notLoaded('its script')),
  )
  return worker
}

function made(make: () => Worker): Worker {
  try {
    return make()
  } catch (cause) {
    throw notLoaded(String(cause))
  }
}

const notLoaded = (what: string) =>
  new KeeperError(
    'OpenFailed',
    `the worker was not loaded (${what}). Where the bundler does not find it by itself, give it a file of one line, import ` +
      "'@peerkeeper/core/worker', and connect({ worker: () => new Worker(new URL('./that-file.js', import.meta.url), " +
      "{ type: 'module' }) }). Without workers, as in tests, inProcessWorker of '@peerkeeper/core/testing' is one",
    null,
    null,
    'WorkerNotLoaded',
  )

/**
 * Makes the replica's worker, says what to do where that does not succeed, and hears of its end. Does not know what it is
 * for.
 */
import { KeeperError } from './error.ts'

/** A replica that stops lets go of its lock, too, and its last words may be slower than that: they have this long to come. */
const lastWordsMs = 500

/** What a browser has and others may not. */
const page: { readonly navigator?: { readonly locks?: LockManager } } = globalThis

/** Calls `died` when the worker ends by itself: with what to do, where it never began. */
export function startWorker(make: () => Worker, died: (error: KeeperError) => void): Worker {
  const worker = made(make)
  // A script that is not there, or is no script, is told of by an event without a message.
  worker.addEventListener('error', ({ message }: Partial<ErrorEvent>) =>
    died(message ? new KeeperError('WorkerDied', `the worker failed: ${message}`) : notLoaded('its script')),
  )
  return worker
}

/**
 * Calls `gone` soon after the holder of `lock` let go of it, unless `signal` is aborted by then: at once, beside the
 * link's probes.
 */
export function onWorkerGone(lock: string, signal: AbortSignal, gone: () => void): void {
  const released = () => {
    setTimeout(() => {
      if (!signal.aborted) gone()
    }, lastWordsMs)
  }
  page.navigator?.locks?.request(lock, { mode: 'shared', signal }, released).catch(() => undefined)
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

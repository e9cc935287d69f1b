/** Notices at once that a worker is gone, by the Web Lock that it holds while it lives. A hint beside the link's probes. */

/** A replica that stops lets go of its lock, too, and its last words may be slower than that: they have this long to come. */
const lastWordsMs = 500

/** Calls `gone` soon after the holder of `lock` let go of it, unless `signal` is aborted by then. */
export function onWorkerGone(lock: string, signal: AbortSignal, gone: () => void): void {
  const released = () => {
    setTimeout(() => {
      if (!signal.aborted) gone()
    }, lastWordsMs)
  }
  navigator.locks.request(lock, { mode: 'shared', signal }, released).catch(() => undefined)
}

/** Notices at once that a worker is gone, by the Web Lock that it holds while it lives. A hint beside the link's probes. */

/** Calls `gone` when the holder of `lock` let go of it, until `signal` is aborted. */
export function onWorkerGone(lock: string, signal: AbortSignal, gone: () => void): void {
  navigator.locks
    .request(lock, { mode: 'shared', signal }, () => {
      if (!signal.aborted) gone()
    })
    .catch(() => undefined)
}

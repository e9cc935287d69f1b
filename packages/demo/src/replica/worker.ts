/**
 * The demo's replica: the library's worker, which can be made to stop as the worker of a frozen tab does. Nothing runs in it
 * meanwhile, its locks and connections stay, and what it is sent waits.
 */
import '@peerkeeper/core/worker'

addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const { type, forMs } = Object(data) as { readonly type?: unknown; readonly forMs?: unknown }
  if (type !== 'freeze' || typeof forMs !== 'number') return
  postMessage({ type: 'freezing' })
  stop(forMs)
})

/** A memory that is never shared needs no isolated page, and waiting on it no processor. */
function stop(forMs: number): void {
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  Atomics.wait(new Int32Array(buffer), 0, 0, forMs)
}

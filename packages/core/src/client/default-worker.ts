/** The worker as bundlers find it: the URL stands in one expression with `new Worker`. */
export const defaultWorker = (): Worker =>
  new Worker(new URL('../host/worker/worker.js', import.meta.url), { type: 'module' })

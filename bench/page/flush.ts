/** Runs the flush worker from the page. */
import type { LoadResult } from '../shared/load.mjs'
import type { FlushAnswer, FlushRequest } from './flush-worker.ts'

export type FlushOptions = Omit<FlushRequest, 'database'>

export function flushes(options: FlushOptions): Promise<LoadResult> {
  const worker = new Worker(new URL('./flush-worker.ts', import.meta.url), { type: 'module' })
  const measured = new Promise<LoadResult>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FlushAnswer>) =>
      'result' in data ? resolve(data.result) : reject(new Error(data.error))
    worker.onerror = event => reject(new Error(event.message))
  })
  const request: FlushRequest = { database: `floor-${crypto.randomUUID()}`, ...options }
  worker.postMessage(request)
  return measured.finally(() => worker.terminate())
}

/** The worker that this page made for its replica, and how to freeze it while the page goes on. */
import { freezeAnswerMs } from '../limits.ts'

export interface ReplicaWorker {
  /** For `connect({ worker })`. */
  make(): Worker
  /** Stops the replica for so long. Resolves as soon as it is about to; false where none runs in this page. */
  freeze(forMs: number): Promise<boolean>
}

export function createReplicaWorker(): ReplicaWorker {
  let worker: Worker | null = null
  return {
    make() {
      worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
      return worker
    },
    freeze(forMs) {
      const asked = worker
      if (asked === null) return Promise.resolve(false)
      return new Promise(resolve => {
        const over = AbortSignal.timeout(freezeAnswerMs)
        over.addEventListener('abort', () => resolve(false))
        const hear = ({ data }: MessageEvent<unknown>) => {
          if (Object(data).type === 'freezing') resolve(true)
        }
        asked.addEventListener('message', hear, { signal: over })
        asked.postMessage({ type: 'freeze', forMs })
      })
    },
  }
}

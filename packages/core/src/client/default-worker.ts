/**
 * The worker of each engine, as bundlers find it: the URL stands in one expression with `new Worker`. A page downloads the one
 * that it makes.
 */
import type { EngineName } from '../logic/consensus/engine.ts'

export function defaultWorker(engine: EngineName): Worker {
  switch (engine) {
    case 'multi-paxos':
      return new Worker(new URL('../host/worker/only/multi-paxos.js', import.meta.url), { type: 'module' })
    case 'raft':
      return new Worker(new URL('../host/worker/only/raft.js', import.meta.url), { type: 'module' })
    case 'zab':
      return new Worker(new URL('../host/worker/only/zab.js', import.meta.url), { type: 'module' })
    case 'paxos':
      return new Worker(new URL('../host/worker/only/paxos.js', import.meta.url), { type: 'module' })
  }
}

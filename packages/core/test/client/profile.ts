/** A browser profile in this process: tabs that share locks and IndexedDB, each with a worker that runs the whole service. */
import { expose } from 'comlink'
import { vi } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import type { Keeper } from '../../src/client/keeper.ts'
import type { ConnectOptions } from '../../src/client/options.ts'
import { browserParts } from '../../src/host/worker/browser-parts.ts'
import { InProcessWorker } from '../../src/host/worker/in-process-worker.ts'
import { createService } from '../../src/host/worker/service.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { FakeLocks } from '../host/fake-locks.ts'

export interface FakeStorageManager {
  persisted(): Promise<boolean>
  persist(): Promise<boolean>
}

let profiles = 0

/** The browser of this test file from now on: its `navigator`. Undone by `vi.unstubAllGlobals`. */
export function openProfile(storage?: FakeStorageManager) {
  const room = `profile-${process.pid}-${++profiles}`
  const locks = new FakeLocks()
  vi.stubGlobal('navigator', { locks: locks.manager, storage })
  const keepers: Keeper[] = []
  const workers: Worker[] = []
  const open = async (options: Partial<ConnectOptions> = {}): Promise<Keeper> => {
    const keeper = await connect({ room, worker, ...options })
    keepers.push(keeper)
    return keeper
  }
  function worker(): Worker {
    const { port1, port2 } = new MessageChannel()
    const service = createService(browserParts(engineKind))
    expose(service, port2)
    const made = new InProcessWorker(port1)
    const terminate = made.terminate.bind(made)
    made.terminate = () => {
      void service.close('stop')
      terminate()
    }
    workers.push(made as unknown as Worker)
    return made as unknown as Worker
  }
  const close = async () => {
    await Promise.all(keepers.map(keeper => keeper.close()))
    for (const each of workers) each.terminate()
    vi.unstubAllGlobals()
  }
  return { room, locks, open, worker, workers, close }
}

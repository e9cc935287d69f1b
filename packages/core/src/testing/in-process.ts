/**
 * The replica's worker without a worker: the whole service in this process over memory, for tests of apps and for places that
 * have no Worker, such as Node. Knows who founded a room in this process, and nothing of Web Locks or IndexedDB.
 */

import { expose } from 'comlink'
import { createMemoryStorage } from '../host/storage/memory.ts'
import { ownClock } from '../host/time/clock.ts'
import { broadcastTransport } from '../host/transport/broadcast.ts'
import { portTransport } from '../host/transport/port.ts'
import type { Claim, ClaimOptions } from '../host/worker/identity.ts'
import { IdentityError } from '../host/worker/identity-error.ts'
import { InProcessWorker } from '../host/worker/in-process-worker.ts'
import { mintId, mintNode, replicaDatabaseName } from '../host/worker/names.ts'
import { createService } from '../host/worker/service.ts'
import { type EnsembleId, ensembleId } from '../logic/base/ids.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import { engineKind } from '../logic/consensus/engines.ts'

/** A room of this process, as long as any replica of it runs. */
interface Room {
  readonly ensemble: EnsembleId
  readonly engine: EngineName
  replicas: number
}

const rooms = new Map<string, Room>()

/**
 * For `connect({ room, storage: 'memory', worker: inProcessWorker })`. The keepers of one room in this process are one
 * ensemble, which is gone with the last of them.
 */
export function inProcessWorker(): Worker {
  const { port1, port2 } = new MessageChannel()
  const service = createService({
    engine: engineKind,
    claim,
    storage: () => createMemoryStorage(),
    fork: () => Promise.reject(unsupported('a replica in memory is not forked')),
    clock: ownClock,
    transports: (ports, { broadcast, room }) => [
      ...ports.map(each => portTransport(each)),
      ...(broadcast ? [broadcastTransport({ room })] : []),
    ],
    watchPeer: () => undefined,
    seed: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
    started: () => undefined,
  })
  expose(service, port2)
  const worker = new InProcessWorker(port1)
  const terminate = worker.terminate.bind(worker)
  worker.terminate = () => {
    void service.close('stop').finally(() => port2.close())
    terminate()
  }
  return worker as unknown as Worker
}

/** A replica that nobody was before, in the room's ensemble: its founder where nobody is there. */
async function claim({ room, engine, founding, ephemeral = false }: ClaimOptions): Promise<Claim> {
  if (!ephemeral)
    throw unsupported("inProcessWorker keeps a replica in memory: connect({ storage: 'memory' })")
  const { node, key } = await mintNode()
  const known = rooms.get(room)
  const ensemble = founding === 'found-or-join' ? (known?.ensemble ?? ensembleId(mintId())) : founding.join
  if (known !== undefined && (known.ensemble !== ensemble || known.engine !== engine))
    throw new IdentityError(
      'Mismatch',
      `room ${room} of this process is another ensemble, or has another engine`,
    )
  const isFounder = known === undefined && founding === 'found-or-join'
  const entered = known ?? { ensemble, engine, replicas: 0 }
  entered.replicas++
  rooms.set(room, entered)
  let isHeld = true
  return {
    identity: { node, ensemble, engine, founders: isFounder ? [node] : [] },
    key,
    databaseName: replicaDatabaseName(room, node),
    stored: false,
    markStored: () => Promise.resolve(),
    lock: node,
    release: () => {
      if (isHeld && --entered.replicas === 0) rooms.delete(room)
      isHeld = false
    },
    lost: new AbortController().signal,
  }
}

const unsupported = (message: string) => new IdentityError('Unsupported', message)

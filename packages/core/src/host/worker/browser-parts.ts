/** What a replica takes from a page's worker: its browser profile's identities, its IndexedDB, its ways to other tabs. */
import type { AnyEngineKind, EngineName } from '../../logic/consensus/engine.ts'
import { createCodec } from '../codec.ts'
import { createIndexedDbStorage } from '../storage/indexeddb.ts'
import { createMemoryStorage } from '../storage/memory.ts'
import { ownClock } from '../time/clock.ts'
import { broadcastTransport } from '../transport/broadcast.ts'
import { portTransport } from '../transport/port.ts'
import { forkReplica } from './fork.ts'
import { claimIdentity, watchPeerLock } from './identity.ts'
import { IdentityError } from './identity-error.ts'
import type { ServiceParts } from './service.ts'

/** Of a worker that has these engines. */
export function browserParts(engine: (name: EngineName) => AnyEngineKind | null): ServiceParts {
  return {
    engine,
    claim: claimIdentity,
    storage: (kind, { databaseName: name, stored: mustExist }) =>
      kind === 'memory'
        ? createMemoryStorage()
        : createIndexedDbStorage({ name, codec: createCodec(), mustExist }),
    fork: async ({ kind, ...options }) => {
      if (kind === 'memory')
        throw new IdentityError(
          'Unsupported',
          'a replica in memory is not forked: its successor would be gone',
        )
      return forkReplica({
        ...options,
        codec: createCodec(),
        storage: name => createIndexedDbStorage({ name, codec: createCodec() }),
      })
    },
    clock: ownClock,
    transports: (ports, { broadcast, room }) => [
      ...ports.map(each => portTransport(each)),
      ...(broadcast ? [broadcastTransport({ room })] : []),
    ],
    watchPeer: watchPeerLock,
    seed: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
    started: () => undefined,
  }
}

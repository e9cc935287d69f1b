/**
 * What comlink exposes of a replica's worker: opening, status, closing. Wires identity, storage and transports to one
 * replica and one page's stream to it.
 */
import { err, ok, type Result } from '../../logic/base/result.ts'
import { engineNames } from '../../logic/consensus/engines.ts'
import type { ToClient } from '../../logic/replica/step.ts'
import { createCodec } from '../codec.ts'
import type { Storage } from '../storage/contract.ts'
import { createIndexedDbStorage } from '../storage/indexeddb.ts'
import { createMemoryStorage } from '../storage/memory.ts'
import { broadcastTransport } from '../transport/broadcast.ts'
import { portTransport } from '../transport/port.ts'
import { deleteReplica } from './delete-replica.ts'
import { type Claim, claimIdentity, watchPeerLock } from './identity.ts'
import { IdentityError } from './identity-error.ts'
import type { OpenError, Opening, OpenOptions, ReplicaService } from './protocol.ts'
import { type ReplicaHost, startReplica } from './replica-host.ts'
import { Stream } from './stream.ts'

/** How long another tab may take to found or claim before opening gives up. */
const claimTimeoutMs = 20_000

/** The page of this worker is its only client. */
const pageClient = 1

export function createService(): ReplicaService {
  const codec = createCodec()
  const ended = new AbortController()
  let opening: Promise<Result<Opening, OpenError>> | null = null
  let claim: Claim | null = null
  let host: ReplicaHost | null = null

  const open = async (
    { room, engine, founding, broadcast, storage: kind }: OpenOptions,
    port: MessagePort,
    ports: readonly MessagePort[],
  ): Promise<Opening> => {
    if (!engineNames.includes(engine))
      throw new IdentityError('Mismatch', `there is no engine ${engine}: ${engineNames.join(', ')}`)
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(claimTimeoutMs)])
    const claimed = await claimIdentity({ room, engine, founding, signal, ephemeral: kind === 'memory' })
    claim = claimed
    const { identity, databaseName: name, stored: mustExist } = claimed
    const storage: Storage =
      kind === 'memory' ? createMemoryStorage() : createIndexedDbStorage({ name, codec, mustExist })
    const opened = await storage.open(identity)
    if (!mustExist) await claimed.markStored()
    const stream = new Stream({
      port,
      codec,
      status: () => host?.status() ?? null,
      onRequest: request => host?.push({ type: 'client', client: pageClient, request }),
    })
    const watched = new Set<string>()
    const started = startReplica({
      storage,
      opened,
      codec,
      transports: [...ports.map(portTransport), ...(broadcast ? [broadcastTransport({ room })] : [])],
      seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
      watchPeer: (node, died) => {
        if (watched.has(node)) return
        watched.add(node)
        watchPeerLock({ room, node, signal: ended.signal }, () => {
          watched.delete(node)
          died()
        })
      },
      deliver: events => stream.tell(events.map(({ event }: ToClient) => event)),
      stepped: decided => stream.stepped(decided),
      stopped: reason => {
        ended.abort()
        claimed.release()
        stream.stopped(reason)
      },
    })
    host = started
    claimed.lost.addEventListener('abort', () => void started.close())
    const { node, ensemble } = identity
    return { node, ensemble, engine, incarnation: opened.incarnation, lock: claimed.lock }
  }

  return {
    open: (options, stream, transports) => {
      opening ??= open(options, stream, transports).then(ok, (error: unknown) => {
        claim?.release()
        return err(openError(error))
      })
      return opening
    },
    deleteReplica: (room, node) => deleteReplica(room, node).then(ok, error => err(openError(error))),
    status: async () => host?.status() ?? null,
    close: async () => {
      ended.abort()
      await opening
      await host?.close()
    },
  }
}

function openError(error: unknown): OpenError {
  if (!(error instanceof Error)) return { code: 'Failed', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, message: error.message }
}

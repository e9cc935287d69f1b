/**
 * A replica in Node: the service that runs in browsers' workers, in this process, with its storage in a folder. Wiring only; by
 * which ways it reaches the others is for whoever starts it to say.
 */

import { mkdir } from 'node:fs/promises'
import { connect } from '../../client/connect.ts'
import type { Keeper } from '../../client/keeper.ts'
import { openFailed } from '../../client/open-failed.ts'
import type { ConnectOptions } from '../../client/options.ts'
import type { FoundingArbiter } from '../../host/arbiter.ts'
import { createCodec } from '../../host/codec.ts'
import type { StopReason } from '../../host/runtime/runtime.ts'
import { ownClock } from '../../host/time/clock.ts'
import { portTransport } from '../../host/transport/port.ts'
import type { PageTransport } from '../../host/transport/port-protocol.ts'
import { IdentityError } from '../../host/worker/identity-error.ts'
import { workerOf } from '../../host/worker/in-process-worker.ts'
import type { FromReplica, ReplicaStatus } from '../../host/worker/protocol.ts'
import type { ReplicaHost } from '../../host/worker/replica-host.ts'
import { createService } from '../../host/worker/service.ts'
import { type EnsembleId, ensembleId, type NodeId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineKind } from '../../logic/consensus/engines.ts'
import { createFileStorage } from '../storage/file-storage.ts'
import { claimFolder } from './claim.ts'

export interface NodeReplicaOptions {
  /** As apps name it: 1 to 64 letters, digits, `_` or `-`. */
  readonly room: string
  /** The replica's own: made where there is none, its owner's only. */
  readonly folder: string
  readonly transports: readonly PageTransport[]
  /** Join this ensemble, never found one. Without it the arbiter says which, and without that this replica founds by itself. */
  readonly ensemble?: string
  readonly arbiter?: FoundingArbiter
  readonly engine?: EngineName
  /** Told once of each other ensemble that somebody in the room takes part in. */
  readonly onForeign?: (ensemble: EnsembleId) => void
}

export type ConnectToNode = Pick<
  ConnectOptions,
  'sessionTimeoutMs' | 'timeoutMs' | 'waitFor' | 'canBeReadOnly' | 'signal'
>

export interface NodeReplica {
  readonly node: NodeId
  readonly ensemble: EnsembleId
  status(): ReplicaStatus
  /** A keeper with a session of its own at this replica; any number of them. Rejects as `connect` does. */
  connect(options?: ConnectToNode): Promise<Keeper>
  /** Resolves when the replica has ended, with the reason. */
  readonly stopped: Promise<StopReason>
  /** Ends it: `leave` has the ensemble take it out first, `stop` leaves it a member that is missed. Never rejects. Idempotent. */
  close(how: 'leave' | 'stop'): Promise<void>
}

/**
 * Starts the replica of a folder. Rejects with a KeeperError `OpenFailed` that says why: the folder is another process's, the
 * arbiter does not answer, what is stored is damaged ...
 */
export async function startNodeReplica(options: NodeReplicaOptions): Promise<NodeReplica> {
  const { room, folder, transports, ensemble, arbiter, engine = 'multi-paxos' } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const joined = ensemble === undefined ? null : ensembleId(ensemble)
  let host: ReplicaHost | null = null
  const service = createService({
    engine: engineKind,
    claim: ({ signal }) => claimFolder({ folder, room, engine, ensemble: joined, arbiter, signal }),
    storage: (_kind, { databaseName: path, stored: mustExist }) =>
      createFileStorage({ path, codec: createCodec(), mustExist }),
    fork: async () => {
      throw new IdentityError('Unsupported', 'fork in a browser: a member in Node joins the new ensemble')
    },
    clock: ownClock,
    transports: ports => ports.map(port => portTransport(port)),
    // Nothing in Node tells that another process died before its connections do.
    watchPeer: () => undefined,
    seed: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
    started: started => {
      host = started
    },
  })
  const ports = transports.map(transport => {
    const { port1, port2 } = new MessageChannel()
    transport.attach(port1)
    return port2
  })
  let tellStopped: (reason: StopReason) => void = () => undefined
  const stopped = new Promise<StopReason>(resolve => {
    tellStopped = resolve
  })
  const listener = {
    postMessage(message: unknown) {
      const told = message as FromReplica
      if (told.type === 'stopped') tellStopped(told.reason)
      if (told.type === 'foreign') options.onForeign?.(told.ensemble)
    },
    onmessage: null,
    close: () => undefined,
  }
  const opened = await service.open(
    {
      room,
      engine,
      founding: joined === null ? 'found-or-join' : { join: joined },
      broadcast: false,
      storage: 'indexeddb',
      replicas: 'per-tab',
    },
    listener,
    ports,
    null,
  )
  const running: ReplicaHost | null = host
  if (!opened.ok || running === null) {
    for (const transport of transports) transport.close()
    throw openFailed(opened.ok ? { code: 'Failed', message: 'not started' } : opened.error)
  }
  const keepers = new Set<Keeper>()
  let closing: Promise<void> | null = null

  async function close(how: 'leave' | 'stop'): Promise<void> {
    await Promise.allSettled([...keepers].map(keeper => keeper.close()))
    // That they went is on its way to the service yet.
    await new Promise(resolve => setImmediate(resolve))
    await service.close(how).catch(() => undefined)
    for (const transport of transports) transport.close()
  }

  return {
    node: opened.value.node,
    ensemble: opened.value.ensemble,
    status: () => statusOf(running),
    async connect(limits = {}) {
      const keeper = await connect({ ...limits, room, storage: 'memory', worker: () => workerOf(service) })
      keepers.add(keeper)
      keeper.on('state', state => {
        if (state === 'closed' || state === 'expired') keepers.delete(keeper)
      })
      return keeper
    },
    stopped,
    close(how) {
      closing ??= close(how)
      return closing
    },
  }
}

const statusOf = (host: ReplicaHost): ReplicaStatus => host.status()

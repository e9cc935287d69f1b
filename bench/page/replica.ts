/** This tab's keeper, and the operations that are measured on it. */
import { connect, type Keeper, KeeperError, type ReplicaStatus } from '@peerkeeper/core'
import { broadcastSignaling, webrtc, webSocketSignaling } from '@peerkeeper/webrtc'
import { type LoadOptions, type LoadResult, load } from '../shared/load.mjs'
import { writeSteadily } from '../shared/steady-writer.mjs'
import { dataBytes, rootPath, znodeCount, znodePath } from '../shared/tree.mjs'

export type Operation = 'set-one' | 'set-many' | 'get' | 'get-linearizable'

let keeper: Keeper | null = null
const observers: Keeper[] = []
let writer: ReturnType<typeof writeSteadily> | null = null

/** Resolves with the ensemble's id. */
export async function join(
  room: string,
  over: 'webrtc' | 'webrtc-page' | 'broadcast',
  replicas: 'per-tab' | 'per-device' = 'per-tab',
): Promise<string> {
  keeper = await connect({
    room,
    replicas,
    ...(over === 'broadcast' ? {} : { transports: () => [transport(room, over)] }),
  })
  return keeper.ensemble
}

/** The same over a signaling server, for a browser of its own: the first of them founds what the others join. */
export async function joinFromAfar(room: string, url: string, ensemble: string | null): Promise<string> {
  const signaling = webSocketSignaling({ url, room })
  keeper = await connect({
    room,
    ...(ensemble === null ? {} : { ensemble }),
    replicas: 'per-tab',
    transports: () => [webrtc({ signaling })],
  })
  return keeper.ensemble
}

/** Opens so many replicas more in this page, all at once and in memory: observers, where five vote already. */
export async function observe(room: string, ensemble: string, count: number): Promise<void> {
  const open = () =>
    connect({
      room,
      ensemble,
      storage: 'memory',
      replicas: 'per-tab',
      timeoutMs: 120_000,
      transports: () => [transport(room, 'webrtc')],
    })
  observers.push(...(await Promise.all(Array.from({ length: count }, open))))
}

/** With how many each of them has a connection. */
export const linksOfObservers = (): Promise<readonly number[]> =>
  Promise.all(observers.map(async each => (await each.status())?.linked.length ?? 0))

const transport = (room: string, over: 'webrtc' | 'webrtc-page') =>
  webrtc({
    signaling: broadcastSignaling({ room }),
    channels: over === 'webrtc' ? 'auto' : 'page',
  })

export const status = (): Promise<ReplicaStatus | null> => opened().status()

/** Makes the znodes that are measured on, where they are not there yet. */
export async function prepare(count = znodeCount): Promise<void> {
  await create(rootPath)
  await Promise.all(Array.from({ length: count }, (_, index) => create(znodePath(index))))
}

export async function measure(operation: Operation, options: LoadOptions): Promise<LoadResult> {
  return load(operationOf(operation), options)
}

export function startWriting(): void {
  const write = operationOf('set-one')
  writer = writeSteadily(() => write(0))
}

export async function stopWriting(): Promise<{ acknowledgedAt: number[]; errors: number }> {
  if (writer === null) throw new Error('nothing is being written')
  return writer.stop()
}

function operationOf(operation: Operation): (index: number) => Promise<unknown> {
  const tree = opened()
  const data = crypto.getRandomValues(new Uint8Array(dataBytes))
  switch (operation) {
    case 'set-one':
      return () => tree.set(znodePath(0), data)
    case 'set-many':
      return index => tree.set(znodePath(index), data)
    case 'get':
      return index => tree.get(znodePath(index))
    case 'get-linearizable':
      return () => tree.get(znodePath(0), { consistency: 'linearizable' })
  }
}

async function create(path: string): Promise<void> {
  try {
    await opened().create(path, new Uint8Array(dataBytes))
  } catch (error) {
    if (!(error instanceof KeeperError && error.code === 'NodeExists')) throw error
  }
}

function opened(): Keeper {
  if (keeper === null) throw new Error('this tab has no keeper')
  return keeper
}

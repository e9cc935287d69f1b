/** Many replicas in one page, each with a worker of its own, in memory: rooms that are larger than one cares to open tabs for. */
import { connect, type Keeper, type ReplicaStatus } from '@peerkeeper/core'
import { broadcastSignaling, type WebRtcLink, type WebRtcTransport, webrtc } from '@peerkeeper/webrtc'

export interface ManyOptions {
  readonly room: string
  readonly count: number
  readonly ensemble: string
}

/** One replica, as a test sees it. */
export interface OneOfMany {
  readonly status: ReplicaStatus
  readonly links: readonly WebRtcLink[]
}

interface Member {
  readonly keeper: Keeper
  readonly transport: WebRtcTransport
}

const members: Member[] = []

/** Opens so many more, all at once. */
export async function openMany({ room, count, ensemble }: ManyOptions): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const transport = webrtc({ signaling: broadcastSignaling({ room }) })
      const keeper = await connect({
        room,
        ensemble,
        storage: 'memory',
        replicas: 'per-tab',
        timeoutMs: 120_000,
        // So many workers share two cores where tests run: what is silent for ten seconds there need not be gone.
        sessionTimeoutMs: 40_000,
        transports: () => [transport],
        worker: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
      })
      members.push({ keeper, transport })
    }),
  )
}

export const lookAtMany = (): Promise<readonly OneOfMany[]> =>
  Promise.all(
    members.map(async ({ keeper, transport }) => {
      const status = await keeper.status()
      if (status === null) throw new Error('a replica has stopped')
      return { status, links: transport.links() }
    }),
  )

/** Each waits until it has everything that was written before. */
export const syncMany = async (): Promise<void> => {
  await Promise.all(members.map(({ keeper }) => keeper.sync()))
}

/** Each of them writes once, at `path` and its number. */
export const writeAtMany = async (path: string): Promise<void> => {
  await Promise.all(members.map(({ keeper }, index) => keeper.create(`${path}${index}`, 'written')))
}

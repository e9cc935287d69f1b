/** What tests and benchmarks drive in a page: the packages' doors, and a short way to open a keeper as tests want it. */
import { connect, deleteReplica, deleteRoom, type Keeper, KeeperError, type Replicas } from '@peerkeeper/core'
import { faulty } from '@peerkeeper/core/testing/browser'
import {
  broadcastSignaling,
  type WebRtcTransport,
  webrtc,
  webSocketArbiter,
  webSocketSignaling,
} from '@peerkeeper/webrtc'
import { damageLog, deleteDatabase } from './damage.ts'
import { forge } from './forge.ts'
import { lookAtMany, openMany, syncMany, writeAtMany } from './many.ts'
import { type Probe, startProbe } from './probe.ts'
import { note, recipes, takeTurns } from './recipes.ts'
import { type RefusingSignaling, refusing } from './refusing.ts'
import { work } from './workload.ts'

/** How a test opens a tab. */
export interface LabOptions {
  readonly room: string
  /** The signaling server; without one, tabs of this profile find each other over BroadcastChannel. */
  readonly signaling?: string
  readonly ensemble?: string
  readonly abandon?: string
  /** Whether the signaling server says who founds; else the profile does so by itself. */
  readonly arbiter?: boolean
  /** Each tab its own where nothing is said: what most tests are about. */
  readonly replicas?: Replicas
  /** Where frames go; the worker where nothing is said and the browser can. */
  readonly channels?: 'page' | 'worker'
  /** Nodes with which this page has no link, until `lab.refusing.permit()`. */
  readonly refuses?: readonly string[]
  /** Also from worker to worker, as where there is no transport. */
  readonly broadcast?: boolean
  /** STUN and TURN servers; the transport asks a function for them, as apps do whose credentials expire. */
  readonly iceServers?: readonly RTCIceServer[]
  readonly iceTransportPolicy?: RTCIceTransportPolicy
  /** Whether tests can cut this page off. */
  readonly isFaulty?: boolean
  readonly sessionTimeoutMs?: number
  readonly timeoutMs?: number
}

/** Opens this page's keeper over WebRTC. What it is made of stays in `lab`, for tests that reach behind it. */
async function open({
  signaling,
  arbiter = false,
  channels,
  refuses = [],
  isFaulty = false,
  iceServers,
  iceTransportPolicy,
  ...options
}: LabOptions): Promise<Keeper> {
  const { room } = options
  const transports = () => {
    const way =
      signaling === undefined ? broadcastSignaling({ room }) : webSocketSignaling({ room, url: signaling })
    lab.refusing = refusing(way, refuses)
    const transport = webrtc({
      channels: channels ?? 'auto',
      ...(iceServers === undefined ? {} : { iceServers: async () => iceServers }),
      ...(iceTransportPolicy === undefined ? {} : { iceTransportPolicy }),
      signaling: lab.refusing,
    })
    lab.transport = transport
    return [isFaulty ? faulty(transport) : transport]
  }
  const asked = { replicas: 'per-tab', ...options, transports, worker: makeWorker } as const
  const keeper = await connect(
    arbiter && signaling !== undefined
      ? { ...asked, arbiter: webSocketArbiter({ url: signaling, room }) }
      : asked,
  )
  lab.keeper = keeper
  return keeper
}

function makeWorker(): Worker {
  lab.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  return lab.worker
}

/** Opens this page's keeper, or says why it could not: the error's code and message. */
const tryOpen = (options: LabOptions): Promise<string> => open(options).then(() => 'opened', explain)

/** An error as a test reads it. Anything but a KeeperError shows its name in place of a code. */
const explain = (error: unknown): string =>
  error instanceof KeeperError ? `${error.code}: ${error.message}` : String(error)

const lab = {
  connect,
  deleteReplica,
  deleteRoom,
  KeeperError,
  broadcastSignaling,
  webrtc,
  webSocketArbiter,
  webSocketSignaling,
  open,
  tryOpen,
  explain,
  work,
  recipes,
  note,
  takeTurns,
  startProbe,
  forge,
  damageLog,
  deleteDatabase,
  keeper: null as Keeper | null,
  /** Where a test opens several in one page. */
  keepers: [] as readonly Keeper[],
  openMany,
  lookAtMany,
  syncMany,
  writeAtMany,
  transport: null as WebRtcTransport | null,
  refusing: null as RefusingSignaling | null,
  worker: null as Worker | null,
  probe: null as Probe | null,
}

declare global {
  interface Window {
    lab: typeof lab
  }
}

window.lab = lab

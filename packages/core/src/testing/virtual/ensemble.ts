/**
 * An ensemble under virtual time, for tests of apps: the real client, the real replicas, and a world that the test owns:
 * clocks, network, disks, faults. An hour passes as soon as nothing is left to do in it, and the same seed is the same run.
 */
import { connectIn } from '../../client/connect.ts'
import type { Keeper } from '../../client/keeper.ts'
import { mintNodeKey, type NodeKey } from '../../host/identity-key.ts'
import type { Clock } from '../../host/time/clock.ts'
import type { ReplicaStatus } from '../../host/worker/protocol.ts'
import { hashString } from '../../logic/base/hash.ts'
import { ensembleId, type NodeId, nodeId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { parsePath } from '../../logic/state/path.ts'
import type { Stat } from '../../logic/state/stat.ts'
import type { HistoryBounds } from '../../logic/watch/history.ts'
import { type Chance, chanceOf } from '../../sim/chance.ts'
import { noNetworkFaults } from '../../sim/network.ts'
import { Trace } from '../../sim/trace.ts'
import type { ConnectToReplica } from '../ensemble.ts'
import { proposeExpiry } from '../expiry.ts'
import { VirtualDevice } from './device.ts'
import { Mesh } from './mesh.ts'
import type { VirtualPage } from './page.ts'
import { VirtualProcess } from './process.ts'
import { type UntilOptions, VirtualTime } from './time.ts'

export interface VirtualEnsembleOptions {
  /** Devices, each with one replica; all of them found the ensemble and vote. Three where nothing is said. */
  readonly replicas?: number
  readonly engine?: EngineName
  /** Chooses delays, election timeouts, ids: another seed is another run. 1 where nothing is said. */
  readonly seed?: number
  /** How long writes to disk take at most. Milliseconds of virtual time; 4 where nothing is said. */
  readonly diskMsMax?: number
  /** How many changes each replica keeps for watches that resume. */
  readonly history?: HistoryBounds
  /** Whether {@link VirtualEnsemble.trace} keeps what happened, a line an event. */
  readonly trace?: boolean
}

/** A device by its number, from 0; or one page of it, by its keeper. */
export type Where = number | Keeper

/** What the network does to each frame between two devices. */
export interface NetworkWeather {
  /** Milliseconds, at least 1. */
  readonly minMs?: number
  readonly maxMs?: number
  /** Share of frames that are lost, 0 .. 1. */
  readonly loss?: number
}

/** A znode, as a test looks at it. */
export interface Peeked {
  readonly data: Uint8Array
  readonly stat: Stat
  readonly children: readonly string[]
}

/** Calls and connects end by limits of their own. */
const withinMsOfCalls: UntilOptions = { withinMs: Number.MAX_SAFE_INTEGER }

/** What was proposed and not carried out for this long is proposed again. */
const askAgainMs = 1_000

/**
 * Starts the replicas of a new ensemble on devices of their own. Time stands still until somebody waits for something: see
 * {@link VirtualEnsemble.run}. Nothing of it waits for real timers, threads or networks.
 *
 *     const world = await virtualEnsemble({ replicas: 3, seed: 7 })
 *     const a = await world.connect(0)
 *     world.kill(1)
 *     await world.until(a.create('/x'))
 *     await world.advance(3_600_000)
 *     world.close()
 */
export async function virtualEnsemble(options: VirtualEnsembleOptions = {}): Promise<VirtualEnsemble> {
  const world = new VirtualEnsemble(options)
  await world.begin()
  return world
}

export class VirtualEnsemble {
  readonly #options: VirtualEnsembleOptions
  readonly #seed: number
  readonly #time = new VirtualTime()
  readonly #trace: Trace
  readonly #mesh: Mesh
  readonly #ids: Chance
  readonly #disks: Chance
  readonly #devices: VirtualDevice[] = []
  readonly #pages = new Map<Keeper, VirtualPage>()
  #key: NodeKey | null = null
  /** The test's own, which no fault befalls. */
  readonly #own: VirtualProcess

  /** Use {@link virtualEnsemble} instead. */
  constructor(options: VirtualEnsembleOptions) {
    const { seed = 1, trace = false } = options
    this.#options = options
    this.#seed = seed
    this.#own = new VirtualProcess(this.#time)
    this.#trace = new Trace(this.#time.clock, trace)
    this.#ids = chanceOf(seed, 'ids')
    this.#disks = chanceOf(seed, 'disks')
    this.#mesh = new Mesh({ time: this.#time, trace: this.#trace, chance: chanceOf(seed, 'network') })
  }

  /** For {@link virtualEnsemble}. @internal */
  async begin(): Promise<void> {
    const founders = Array.from({ length: this.#options.replicas ?? 3 }, (_, i) => nodeId(`node-${i + 1}`))
    for (const node of founders) await this.#add(node, founders)
  }

  /** Milliseconds of virtual time since it began. */
  get now(): number {
    return this.#time.now
  }

  /** For what an app waits for by itself: `clock.after`, `clock.every`, `clock.now()` in place of timers and dates. */
  get clock(): Clock {
    return this.#own
  }

  get devices(): number {
    return this.#devices.length
  }

  /** A page on `device` with a session of its own. Lets time pass. Rejects as `connect` does, or where the page dies. */
  async connect(device: number, options: ConnectToReplica = {}): Promise<Keeper> {
    const at = this.#device(device)
    const page = at.openPage()
    const connecting = connectIn(page, { ...options, room: at.replica.ensemble, storage: 'memory' })
    const died = page.process.died.then(() => {
      throw new Error(`the page died before it was connected to device ${device}`)
    })
    const keeper = await this.#time.until(Promise.race([connecting, died]), withinMsOfCalls)
    this.#pages.set(keeper, page)
    return keeper
  }

  /** One more device, which asks to be taken in: an observer at first, a voter where one is wanted. Returns its number. */
  async join(): Promise<number> {
    await this.#add(nodeId(`node-${this.#devices.length + 1}`), [])
    return this.#devices.length - 1
  }

  /** Lets `ms` milliseconds pass. */
  advance(ms: number): Promise<void> {
    return this.#time.advance(ms)
  }

  /** The same, for code within {@link run}: others go on meanwhile. */
  sleep(ms: number): Promise<void> {
    return this.#time.advance(ms)
  }

  /**
   * Lets time pass until `promise` is settled, as which it settles. Rejects when that takes more than `withinMs` (a minute
   * where nothing is said): what a page waits for that was killed is never settled.
   */
  until<T>(promise: Promise<T>, options?: UntilOptions): Promise<T> {
    return this.#time.until(promise, options)
  }

  /** Runs `app` while time passes as needed: within it keepers' calls are awaited as anywhere. Settles as {@link until}. */
  run<T>(app: () => Promise<T>, options?: UntilOptions): Promise<T> {
    return this.#time.until(app(), options)
  }

  /** Runs `fault`, or whatever else, `ms` milliseconds from now, whatever goes on then. */
  at(ms: number, fault: () => void): void {
    this.#own.after(ms, fault)
  }

  /**
   * A device goes off without a word, with its replica and all its pages; or one page alone, whose session then runs out. A
   * write under way at that moment happened, or not. What a dead page waits for is never settled.
   */
  kill(where: Where): void {
    if (typeof where === 'number') this.#device(where).kill()
    else this.#of(where).dropPage(this.#page(where))
  }

  /**
   * A device goes in order, as when its last tab calls `close`: its replica hands over and is taken out before it ends. Lets time
   * pass until then, at most some seven seconds. It does not come back; keepers there are killed.
   */
  async leave(device: number, options?: UntilOptions): Promise<void> {
    await this.#time.until(this.#device(device).leave(), options)
  }

  /** The replica of `device` dies, with the tab that hosts it; the pages stay, and go on where another one hosts it: at once. */
  async rehost(device: number): Promise<void> {
    this.#device(device).crash()
    await this.restart(device)
  }

  /** A device that was killed starts its replica again, from what is on its disk. Has no effect where it runs. */
  restart(device: number): Promise<void> {
    return this.#device(device).start()
  }

  /** Nothing is computed there, and nothing is lost: as browsers treat tabs in the background. */
  freeze(where: Where): void {
    if (typeof where === 'number') return this.#device(where).freeze()
    this.#trace.note(`page ${where.session}`, 'freezes')
    this.#page(where).process.freeze()
  }

  /** It goes on where it stopped. */
  thaw(where: Where): void {
    if (typeof where === 'number') return this.#device(where).thaw()
    this.#trace.note(`page ${where.session}`, 'thaws')
    this.#page(where).process.thaw()
  }

  /**
   * Devices of different groups do not hear each other, in addition to what was cut before. One that is in no group hears
   * all. As with real networks nobody is told.
   */
  partition(...groups: readonly (readonly number[])[]): void {
    for (const [index, group] of groups.entries())
      for (const other of groups.slice(index + 1))
        for (const a of group)
          for (const b of other) {
            this.cut(a, b)
            this.cut(b, a)
          }
  }

  /** What device `from` sends does not reach `to`; the other way it does. */
  cut(from: number, to: number): void {
    this.#note(`cut ${from} > ${to}`)
    this.#mesh.network.cut(this.#device(from).node, this.#device(to).node)
  }

  /** All links are whole, and the weather is fine. Who is dead or frozen stays so. */
  heal(): void {
    this.#note('heal')
    this.#mesh.network.mend()
    this.#mesh.network.faults = noNetworkFaults
  }

  /** How long frames take from now on, and how many are lost; until {@link heal}. */
  weather({
    minMs = 1,
    maxMs = Math.max(minMs, noNetworkFaults.delayMsMax),
    loss = 0,
  }: NetworkWeather): void {
    if (!(minMs >= 1 && maxMs >= minMs && loss >= 0 && loss <= 1))
      throw new RangeError('frames take from 1 ms on, and a share of them is lost')
    this.#note(`weather ${minMs} ${maxMs} ${loss}`)
    this.#mesh.network.faults = { ...noNetworkFaults, delayMsMin: minMs, delayMsMax: maxMs, loss }
  }

  /** The device loses its storage, and dies; {@link restart} it as a new member, which the others take in for the old one. */
  wipe(device: number): void {
    this.#device(device).wipe()
  }

  /**
   * Ends a keeper's session as if its time had run out. Lets time pass until it is decided; resolves when the keeper has
   * heard of it. A keeper whose page is frozen or cut off does not hear: see {@link expireUnheard}.
   */
  async expire(keeper: Keeper, options?: UntilOptions): Promise<void> {
    const heard = new AbortController()
    const expired = new Promise<void>(resolve => {
      if (isOver(keeper)) resolve()
      keeper.on('state', () => isOver(keeper) && resolve(), { signal: heard.signal })
    })
    this.expireUnheard(keeper)
    const end = this.#own.every(askAgainMs, () => this.expireUnheard(keeper))
    try {
      await this.#time.until(expired, options)
    } finally {
      end()
      heard.abort()
    }
  }

  /** Has the expiry of a keeper's session proposed, now, where there is who can; and waits for nothing. */
  expireUnheard(keeper: Keeper): void {
    this.#note(`expire ${keeper.session}`)
    const running = this.#devices.filter(({ isRunning, isFrozen }) => isRunning && !isFrozen)
    proposeExpiry(
      running.map(({ replica }) => replica),
      keeper.session,
    )
  }

  /** The replica of `device` as it is now; null while it does not run. */
  status(device: number): ReplicaStatus | null {
    return this.#device(device).status
  }

  /** The device that leads, as far as those know that run; null while none does. */
  get leader(): number | null {
    const leads = ({ node, isRunning, status }: VirtualDevice) => isRunning && status?.proposer === node
    const index = this.#devices.findIndex(leads)
    return index === -1 ? null : index
  }

  /** The znode at `path` as the replica has it that knows most: no session, no time. Null where there is none. */
  peek(path: string): Peeked | null {
    const [best] = this.#devices
      .flatMap(({ replica, status }) =>
        status === null ? [] : [{ replica, through: status.appliedThrough }],
      )
      .sort((a, b) => b.through - a.through)
    const parsed = parsePath(path)
    if (!parsed.ok) throw new RangeError(parsed.error.message)
    const data = best?.replica.query({ type: 'get', path: parsed.value })
    const names = best?.replica.query({ type: 'children', path: parsed.value })
    if (!data?.ok || data.value.type !== 'get' || !names?.ok || names.value.type !== 'children') return null
    return { ...data.value, children: names.value.children }
  }

  /** Says which run this was: equal for the same options and the same test, whatever the machine. */
  get digest(): string {
    const states = this.#devices.map(({ status }) => `${status?.appliedThrough} ${status?.digest}`)
    return `${this.#trace.hash}-${hashString(states.join()).toString(16)}`
  }

  /** What happened, where it was asked for. */
  get trace(): readonly string[] {
    return this.#trace.lines
  }

  /** Ends everything at once. Nothing was running but this world, so nothing is left behind. */
  close(): void {
    for (const device of this.#devices) device.kill()
    this.#own.kill()
    this.#time.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #add(node: NodeId, founders: readonly NodeId[]): Promise<void> {
    const { engine = 'multi-paxos', history, diskMsMax = 4 } = this.#options
    const key = this.#key ?? (await mintNodeKey())
    this.#key = key
    const number = this.#devices.length
    const device = new VirtualDevice(
      {
        self: { node, key },
        ensemble: this.#devices[0]?.replica.ensemble ?? ensembleId(`virtual-${this.#seed}`),
        engine,
        founders,
        seed: this.#seed * 1_000 + number,
        history,
      },
      {
        time: this.#time,
        trace: this.#trace,
        mesh: this.#mesh,
        chance: chanceOf(this.#seed, `device ${number}`),
        diskMs: () => this.#disks.between(1, diskMsMax),
        key,
        randomId: () => `id-${this.#ids.below(2 ** 30)}-${this.#ids.below(2 ** 30)}`,
      },
    )
    this.#devices.push(device)
    await device.start()
  }

  #note(what: string): void {
    this.#trace.note('test', what)
  }

  #device(index: number): VirtualDevice {
    const device = this.#devices[index]
    if (device === undefined) throw new RangeError(`there is no device ${index}`)
    return device
  }

  #page(keeper: Keeper): VirtualPage {
    const page = this.#pages.get(keeper)
    if (page === undefined) throw new RangeError('this keeper is of another world')
    return page
  }

  #of(keeper: Keeper): VirtualDevice {
    const page = this.#page(keeper)
    const device = this.#devices.find(each => each.has(page))
    if (device === undefined) throw new RangeError('the page of this keeper is gone already')
    return device
  }
}

const isOver = ({ state }: Keeper): boolean => state === 'expired' || state === 'closed'

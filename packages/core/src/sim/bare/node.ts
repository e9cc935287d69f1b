/**
 * One engine with a disk, under virtual time and without a replica around it: what arrives at one moment is one step, what
 * asks to be written waits for one flush at a time. A crash loses everything but the disk. Does not know other nodes.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import { seededRandom } from '../../logic/base/random.ts'
import type {
  AnyEngineKind,
  Decided,
  Engine,
  EngineInput,
  EngineOutput,
  EngineStatus,
  Outgoing,
  Persist,
  Recovered,
  Snapshot,
} from '../../logic/consensus/engine.ts'
import type { Value } from '../../logic/consensus/value.ts'
import type { Clock } from '../clock.ts'

export interface BareOptions {
  readonly kind: AnyEngineKind
  readonly self: NodeId
  readonly founders: readonly NodeId[]
  /** On the disk from the beginning. */
  readonly genesis: Persist | null
  readonly seed: number
  readonly flushMs: number
  readonly logKeptSlots?: number | undefined
}

export interface BareWorld {
  readonly clock: Clock
  send(from: BareNode, message: Outgoing<unknown>): void
  decided(node: BareNode, decided: readonly Decided[]): void
  read(node: BareNode, id: number, slot: number): void
  installed(node: BareNode, snapshot: Snapshot): void
}

interface Life {
  readonly engine: Engine<unknown>
  waiting: EngineInput<unknown>[]
  isPlanned: boolean
  /** What steps asked to write since the flush under way began, and what waits for it. */
  toWrite: { persist: Persist[]; after: Outgoing<unknown>[] }
  /** The flush under way. */
  flushing: readonly Persist[] | null
}

const emptyDisk: Recovered = { hardState: null, log: [], snapshot: null }

export class BareNode {
  readonly self: NodeId
  readonly #options: BareOptions
  readonly #world: BareWorld
  #disk: Recovered = emptyDisk
  #life: Life | null = null
  #lives = 0
  /** Flushes since the beginning. */
  flushes = 0
  /** How long a flush takes; one that takes for ever never ends. */
  flushMs: number

  constructor(options: BareOptions, world: BareWorld) {
    this.self = options.self
    this.flushMs = options.flushMs
    this.#options = options
    if (options.genesis !== null) this.#disk = written(emptyDisk, options.genesis)
    this.#world = world
  }

  get isRunning(): boolean {
    return this.#life !== null
  }

  get disk(): Recovered {
    return this.#disk
  }

  status(): EngineStatus | null {
    return this.#life?.engine.status() ?? null
  }

  /** What it has accepted and does not know as chosen. */
  held(): readonly Value[] {
    return this.#life?.engine.held() ?? []
  }

  /** Makes an engine of what the disk holds. */
  start(): void {
    const { kind, self, founders, seed, logKeptSlots } = this.#options
    const random = seededRandom(seed * 1_000 + ++this.#lives * 31 + self.charCodeAt(0))
    const recovered = structuredClone(this.#disk)
    const config = { self, founders, random, recovered }
    const engine = kind.create(logKeptSlots === undefined ? config : { ...config, logKeptSlots })
    this.#life = {
      engine,
      waiting: [],
      isPlanned: false,
      toWrite: { persist: [], after: [] },
      flushing: null,
    }
  }

  /** Everything that is not on the disk is gone; a write under way was completed or left no trace. */
  crash(completesWrite = false): void {
    if (completesWrite) this.#complete(this.#life?.flushing ?? [])
    this.#life = null
  }

  /** Handled in this moment, together with all else that comes in it. */
  push(input: EngineInput<unknown>): void {
    const life = this.#life
    if (life === null) return
    life.waiting.push(input)
    if (life.isPlanned) return
    life.isPlanned = true
    this.#world.clock.after(0, () => {
      life.isPlanned = false
      if (life === this.#life) this.#step(life)
    })
  }

  #step(life: Life): void {
    const inputs = life.waiting
    life.waiting = []
    const output = life.engine.step(inputs)
    this.#tell(output)
    for (const message of output.send) this.#send(message)
    if (output.persist !== null) life.toWrite.persist.push(output.persist)
    life.toWrite.after.push(...output.sendAfterPersist)
    this.#flush(life)
  }

  #tell({ install, decided, reads }: EngineOutput<unknown>): void {
    if (install !== null) this.#world.installed(this, install)
    if (decided.length > 0) this.#world.decided(this, decided)
    for (const { id, slot } of reads) this.#world.read(this, id, slot)
  }

  #send(message: Outgoing<unknown>): void {
    if (message.to !== this.self) this.#world.send(this, message)
    else this.push({ type: 'message', from: this.self, message: message.message })
  }

  #complete(writes: readonly Persist[]): void {
    for (const each of writes) this.#disk = written(this.#disk, each)
  }

  #flush(life: Life): void {
    const { persist, after } = life.toWrite
    if (life.flushing !== null || (persist.length === 0 && after.length === 0)) return
    life.toWrite = { persist: [], after: [] }
    if (persist.length === 0) {
      for (const message of after) this.#send(message)
      return
    }
    life.flushing = persist
    this.flushes++
    if (this.flushMs === Number.POSITIVE_INFINITY) return
    this.#world.clock.after(this.flushMs, () => {
      if (life !== this.#life) return
      life.flushing = null
      this.#complete(persist)
      for (const message of after) this.#send(message)
      this.#flush(life)
    })
  }
}

/** The disk after one atomic write. */
export function written(disk: Recovered, { hardState, log, snapshot }: Persist): Recovered {
  const through = snapshot?.through ?? 0
  const rows = [...disk.log, ...log]
  const firstKept = rows.findIndex(row =>
    row.type === 'truncate' ? row.from > through : row.run.firstSlot + row.run.values.length - 1 > through,
  )
  const kept = snapshot === null ? rows : firstKept === -1 ? [] : rows.slice(firstKept)
  return { hardState, log: kept, snapshot: snapshot ?? disk.snapshot }
}

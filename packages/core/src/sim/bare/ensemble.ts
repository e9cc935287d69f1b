/**
 * Engines alone, joined by a network that delays each message by the same time and does nothing else unasked: for what is
 * measured, and for what an engine has to do by its contract. Counts what is sent. Faults are the caller's: crashes, cut
 * links, a `carry` of its own.
 */
import { createCodec } from '../../host/codec.ts'
import type { Codec } from '../../logic/base/codec.ts'
import { type NodeId, nodeId } from '../../logic/base/ids.ts'
import { tickMs } from '../../logic/base/limits.ts'
import type { AnyEngineKind, EngineInput, Outgoing, Persist, Snapshot } from '../../logic/consensus/engine.ts'
import { sameValue, type Value } from '../../logic/consensus/value.ts'
import { Clock, type VirtualMs } from '../clock.ts'
import { Violation } from '../violation.ts'
import { BareNode } from './node.ts'

export interface EnsembleOptions {
  readonly kind: AnyEngineKind
  readonly voters: number
  readonly seed?: number
  /** From one node to another. */
  readonly delayMs?: number
  readonly flushMs?: number
  readonly logKeptSlots?: number
}

/** How often and how late a message arrives: one time for each arrival. */
export type Carry = (from: NodeId, to: NodeId) => readonly VirtualMs[]

/** What one node gave out: by slot, the value and when. */
export interface Told {
  readonly values: readonly Value[]
  readonly atMs: readonly VirtualMs[]
  /** Slots up to here came in a snapshot. */
  readonly installedThrough: number
}

interface Record {
  values: Value[]
  atMs: VirtualMs[]
  installedThrough: number
}

export class BareEnsemble {
  readonly clock = new Clock()
  readonly nodes = new Map<NodeId, BareNode>()
  readonly codec: Codec = createCodec()
  readonly reads: { readonly node: NodeId; readonly id: number; readonly slot: number }[] = []
  readonly snapshots: { readonly node: NodeId; readonly snapshot: Snapshot }[] = []
  /** All that nodes sent to others. */
  messages = 0
  bytes = 0
  /** Sees each message before it leaves; may throw. */
  onSend: (from: NodeId, to: NodeId, message: unknown) => void = () => undefined
  carry: Carry
  /** What was decided, by slot: the same everywhere, or a {@link Violation} is thrown. */
  readonly #agreed = new Map<number, Value>()
  readonly #records = new Map<NodeId, Record>()
  readonly #cut = new Set<string>()
  readonly #options: EnsembleOptions

  constructor(options: EnsembleOptions) {
    this.#options = options
    this.carry = () => [options.delayMs ?? 1]
    const founders = Array.from({ length: options.voters }, (_, index) => nameOf(index))
    for (const founder of founders) this.add(founder, founders)
  }

  /** Starts a node of that name; one without founders has to be taken in, unless its storage begins with `genesis`. */
  add(self: NodeId, founders: readonly NodeId[] = [], genesis: Persist | null = null): BareNode {
    const { kind, seed = 1, flushMs = 0, logKeptSlots } = this.#options
    const node = new BareNode(
      { kind, self, founders, genesis, seed, flushMs, logKeptSlots },
      {
        clock: this.clock,
        send: (from, message) => this.#send(from, message),
        decided: ({ self }, decided) => {
          for (const { slot, value } of decided) this.#decided(self, slot, value)
        },
        read: ({ self }, id, slot) => this.reads.push({ node: self, id, slot }),
        installed: ({ self }, snapshot) => {
          this.snapshots.push({ node: self, snapshot })
          this.#records.set(self, { values: [], atMs: [], installedThrough: snapshot.through })
        },
      },
    )
    this.nodes.set(self, node)
    this.start(node)
    this.#tick(node, (this.nodes.size * 17) % tickMs)
    return node
  }

  get running(): readonly BareNode[] {
    return [...this.nodes.values()].filter(node => node.isRunning)
  }

  node(name: string): BareNode {
    const node = this.nodes.get(nodeId(name))
    if (node === undefined) throw new RangeError(`there is no node ${name}`)
    return node
  }

  /** What `node` gave out since it was started. */
  told(node: BareNode): Told {
    return this.#records.get(node.self) ?? { values: [], atMs: [], installedThrough: 0 }
  }

  /** Starts a node that does not run, and connects it. */
  start(node: BareNode): void {
    this.#records.delete(node.self)
    node.start()
    for (const other of this.running) {
      if (other === node) continue
      other.push({ type: 'connected', peer: node.self })
      node.push({ type: 'connected', peer: other.self })
    }
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from}>${to}`)
  }

  /** All links are whole again. */
  mend(): void {
    this.#cut.clear()
  }

  /** Lets `ms` of virtual time pass. */
  pass(ms: VirtualMs): void {
    const until = this.clock.now + ms
    while (this.clock.step(until));
  }

  /** Lets time pass until `found` gives something; null when it gave nothing in `limitMs`. */
  until<Found>(limitMs: VirtualMs, found: () => Found | null | false): Found | null {
    const until = this.clock.now + limitMs
    for (;;) {
      const result = found()
      if (result !== null && result !== false) return result
      if (!this.clock.step(until)) return null
    }
  }

  /** The node that can propose, if any says so of itself. */
  proposer(): BareNode | null {
    return this.running.find(node => node.status()?.proposer === node.self) ?? null
  }

  input(node: BareNode, input: EngineInput<unknown>): void {
    node.push(input)
  }

  #send(from: BareNode, { to, message }: Outgoing<unknown>): void {
    this.messages++
    this.bytes += this.codec.encode(message).length
    this.onSend(from.self, to, message)
    if (this.#cut.has(`${from.self}>${to}`)) return
    for (const delay of this.carry(from.self, to))
      this.clock.after(delay, () => {
        if (!this.#cut.has(`${from.self}>${to}`))
          this.nodes.get(to)?.push({ type: 'message', from: from.self, message })
      })
  }

  #decided(node: NodeId, slot: number, value: Value): void {
    const record = this.#records.get(node) ?? { values: [], atMs: [], installedThrough: 0 }
    this.#records.set(node, record)
    const expected = record.installedThrough + record.values.length + 1
    if (slot !== expected) throw new Violation('order', `${node} gives out slot ${slot}, not ${expected}`)
    const agreed = this.#agreed.get(slot) ?? value
    this.#agreed.set(slot, agreed)
    if (!sameValue(agreed, value))
      throw new Violation(
        'agreement',
        `${node} decides another value in slot ${slot} than was decided before`,
      )
    record.values.push(value)
    record.atMs.push(this.clock.now)
  }

  #tick(node: BareNode, phaseMs: VirtualMs): void {
    this.clock.after(phaseMs, () => {
      node.push({ type: 'tick' })
      this.#tick(node, tickMs)
    })
  }
}

/** a, b, c ... */
export const nameOf = (index: number): NodeId => nodeId(String.fromCharCode(97 + index))

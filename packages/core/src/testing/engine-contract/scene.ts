/**
 * The stage of the engine contract: an ensemble of bare engines, and the few things that every case does with it. Commands
 * are texts here. Fails by throwing a {@link Violation}.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { AnyEngineKind, EngineInput } from '../../logic/consensus/engine.ts'
import type { Membership } from '../../logic/consensus/membership.ts'
import type { Value } from '../../logic/consensus/value.ts'
import { BareEnsemble, type EnsembleOptions } from '../../sim/bare/ensemble.ts'
import type { BareNode } from '../../sim/bare/node.ts'
import { require } from '../../sim/violation.ts'

/** In virtual time: what takes longer does not happen. */
const patienceMs = 30_000

const utf8 = new TextEncoder()
const text = new TextDecoder()

export class Scene {
  readonly ensemble: BareEnsemble

  constructor(kind: AnyEngineKind, options: Omit<EnsembleOptions, 'kind'>) {
    this.ensemble = new BareEnsemble({ delayMs: 5, flushMs: 2, ...options, kind })
  }

  get running(): readonly BareNode[] {
    return this.ensemble.running
  }

  pass(ms: number): void {
    this.ensemble.pass(ms)
  }

  /** Waits until `found` gives something; a violation of progress where it does not. */
  wait<Found>(what: string, found: () => Found | null | false): Found {
    const result = this.ensemble.until(patienceMs, found)
    require(result !== null, 'progress', () => `not in ${patienceMs} ms: ${what}`)
    return result
  }

  /** Someone who can propose. */
  proposer(): BareNode {
    return this.wait('somebody can propose', () => this.ensemble.proposer())
  }

  input(node: BareNode, ...inputs: readonly EngineInput<unknown>[]): void {
    for (const input of inputs) this.ensemble.input(node, input)
  }

  /** Has `commands` proposed, in this order, at one that can; again as often as they get lost. */
  write(...commands: readonly string[]): void {
    const missing = () => commands.filter(command => !this.running.some(node => this.holds(node, command)))
    for (let attempt = 0; attempt < 10 && missing().length > 0; attempt++) {
      this.input(this.proposer(), { type: 'propose', commands: missing().map(each => utf8.encode(each)) })
      this.ensemble.until(3_000, () => missing().length === 0)
    }
    require(missing().length === 0, 'progress', () => `not decided: ${missing().join()}`)
  }

  /** Commands that `node` gave out, in slot order. */
  commands(node: BareNode): readonly string[] {
    return textsOf(this.ensemble.told(node).values)
  }

  /** Starts whoever does not run. */
  restart(): void {
    for (const node of this.ensemble.nodes.values()) if (!node.isRunning) this.ensemble.start(node)
  }

  holds(node: BareNode, command: string): boolean {
    return this.commands(node).includes(command)
  }

  /** Everybody who runs gets as far as the furthest. */
  settle(): void {
    const through = () => this.running.map(node => node.status()?.chosenThrough ?? 0)
    this.wait('all know the same slots', () => new Set(through()).size === 1)
  }

  membership(): Membership {
    const status = this.proposer().status()
    require(status !== null, 'progress', () => 'nobody runs')
    return status.membership
  }

  /** Asks for `change` until `done`: changes are dropped while another is under way. */
  change(
    change: Extract<EngineInput<unknown>, { type: 'changeMembership' }>['change'],
    done: () => boolean,
  ): void {
    for (let attempt = 0; attempt < 40 && !done(); attempt++) {
      const node = this.proposer()
      if (node.status()?.changing === false) this.input(node, { type: 'changeMembership', change })
      this.ensemble.until(500, done)
    }
    require(done(), 'progress', () => `the membership did not change: ${change.type} ${change.node}`)
  }

  /** `half` and the others do not hear each other. */
  part(half: readonly BareNode[]): void {
    for (const one of this.ensemble.nodes.values())
      for (const other of this.ensemble.nodes.values())
        if (half.includes(one) !== half.includes(other)) this.ensemble.cut(one.self, other.self)
  }

  node(id: NodeId): BareNode {
    return this.ensemble.node(id)
  }
}

/** The commands among `values`. */
export const textsOf = (values: readonly Value[]): readonly string[] =>
  values.flatMap(value => (value instanceof Uint8Array ? [text.decode(value)] : []))

/** Text that is equal for equal plain values, whatever the order of their fields. */
export const canonical = (value: unknown): string => JSON.stringify(value, sorted)

function sorted(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Array.from(value) }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

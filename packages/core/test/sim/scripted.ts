/** An ensemble without clients or faults of its own: a test says what happens, and one client that it drives asks. */
import { type NodeId, noSlot, type SessionId, xid } from '../../src/logic/base/ids.ts'
import { electionTimeoutTicksMax, tickMs } from '../../src/logic/base/limits.ts'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import type { ClientEvent } from '../../src/logic/replica/event.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import { drawPlan } from '../../src/sim/index.ts'
import type { SimNode } from '../../src/sim/node.ts'
import { pathOf } from '../../src/sim/workload/requests.ts'
import { World } from '../../src/sim/world.ts'

/** The longest that a follower waits for a silent leader. */
export const electionTimeoutMs = electionTimeoutTicksMax * tickMs

type Written = Extract<ClientEvent, { type: 'written' }>
type Answered = Extract<ClientEvent, { type: 'answered' }>

const client = 1
const bytes = (text: string) => new TextEncoder().encode(text)

export class Scripted {
  readonly world: World
  readonly written: Written[] = []
  readonly answered: Answered[] = []
  #session: SessionId | null = null
  #lastXid = 0
  #lastRead = 0

  constructor(engine: EngineName, voters: number, seed = 1, automatic = false) {
    const quiet = {
      hunts: 0,
      wandering: false,
      suspicions: 'none',
      diskMsMax: 4,
      clients: 0,
      automatic,
    } as const
    this.world = new World({ ...drawPlan(seed, engine, []), ...quiet, founders: voters }, false)
    this.world.onTold = (_node, events) => {
      for (const { event } of events) {
        if (event.type === 'opened') this.#session = event.session
        if (event.type === 'written') this.written.push(event)
        if (event.type === 'answered') this.answered.push(event)
      }
    }
    this.world.begin()
    this.need(() => this.doer !== undefined, 10 * electionTimeoutMs)
  }

  get nodes(): readonly SimNode[] {
    return [...this.world.nodes.values()]
  }

  /** The leader, where the protocol has one; else whoever does what one does for all. */
  get doer(): SimNode | undefined {
    const statusOf = (node: SimNode) => node.running?.replica.status()
    const doers = this.world.running.filter(node => statusOf(node)?.doer === node.id)
    return doers.find(node => statusOf(node)?.proposer === node.id)
  }

  get slots(): number {
    return this.world.invariants.decisions.through
  }

  run(ms: number): void {
    const until = this.world.clock.now + ms
    while (this.world.clock.step(until));
  }

  /** Lets time pass until `holds`; how long that took, or null after `maxMs`. */
  until(holds: () => boolean, maxMs: number): number | null {
    const began = this.world.clock.now
    while (!holds()) {
      if (this.world.clock.now - began >= maxMs) return null
      this.run(10)
    }
    return this.world.clock.now - began
  }

  need(holds: () => boolean, maxMs: number): number {
    const took = this.until(holds, maxMs)
    if (took === null) throw new Error(`it did not happen within ${maxMs} ms: ${holds}`)
    return took
  }

  /** Opens the session, and creates the znode that everything else is about. */
  open(at: SimNode): void {
    at.push({ type: 'client', client, request: { type: 'open', token: 't', timeoutMs: 40_000 } })
    this.need(() => this.#session !== null, 10_000)
    this.#write(at, { type: 'create', path: pathOf('/k'), data: bytes('0'), mode: 'persistent' })
    this.need(() => this.written.length === 1, 10_000)
  }

  /** Asks for a write; its answer will be the last of {@link written}. */
  set(at: SimNode, data: string): void {
    this.#write(at, { type: 'set', path: pathOf('/k'), data: bytes(data), version: -1 })
  }

  #write(at: SimNode, operation: Operation): void {
    if (this.#session === null) throw new Error('there is no session')
    const acknowledged = xid(this.written.length)
    const request = { session: this.#session, xid: xid(++this.#lastXid), acknowledged, operation }
    at.push({ type: 'client', client, request: { type: 'write', ...request } })
  }

  read(at: SimNode, consistency: 'sequential' | 'linearizable'): void {
    if (this.#session === null) throw new Error('there is no session')
    const rest = { session: this.#session, id: ++this.#lastRead, afterXid: xid(0), seenZxid: noSlot }
    const query = { type: 'get', path: pathOf('/k') } as const
    at.push({ type: 'client', client, request: { type: 'read', ...rest, consistency, query, watch: null } })
  }

  /** What the last answer says: data and version. */
  get lastRead(): readonly [string, number] | null {
    const result = this.answered.at(-1)?.result
    if (!result?.ok || result.value?.type !== 'get') return null
    return [new TextDecoder().decode(result.value.data), result.value.stat.version]
  }

  /** Links between these, both ways, and no others. */
  link(...pairs: readonly (readonly [NodeId, NodeId])[]): void {
    const { network } = this.world
    network.mend()
    for (const { id: from } of this.nodes)
      for (const { id: to } of this.nodes) {
        const linked = pairs.some(([a, b]) => (a === from && b === to) || (a === to && b === from))
        if (from !== to && !linked) network.cut(from, to)
      }
  }
}

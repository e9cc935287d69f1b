/**
 * One simulated ensemble: clock, network, replicas, clients and checkers, put together from a plan. Everything starts
 * here and nothing is broken yet: that is faults.ts.
 */
import { createCodec } from '../host/codec.ts'
import type { Codec } from '../logic/base/codec.ts'
import { type NodeId, nodeId } from '../logic/base/ids.ts'
import type { AnyEngineKind } from '../logic/consensus/engine.ts'
import { engineKind } from '../logic/consensus/engines.ts'
import type { ClientId, ClientRequest } from '../logic/replica/event.ts'
import type { ToClient } from '../logic/replica/step.ts'
import { type Chance, chanceOf } from './chance.ts'
import { Clock } from './clock.ts'
import { Electorate } from './electorate.ts'
import type { HistoryEvent } from './history.ts'
import { createInvariants, type Invariants } from './invariants/invariants.ts'
import { throughBytes } from './mail.ts'
import { type Frame, Network } from './network.ts'
import { SimNode, type Surroundings } from './node.ts'
import { Observers } from './observer.ts'
import type { Plan } from './plan.ts'
import { Thirds } from './thirds.ts'
import { Trace } from './trace.ts'
import { type Attached, SimClient } from './workload/client.ts'
import { processesApart } from './workload/lane.ts'
import { Requests } from './workload/requests.ts'

interface Attachment {
  readonly node: SimNode
  /** The life of the replica that is attached to: a later one knows nothing of it. */
  readonly incarnation: number
  readonly client: SimClient
}

export class World {
  readonly plan: Plan
  readonly clock = new Clock()
  readonly trace: Trace
  readonly network: Network
  readonly history: HistoryEvent[] = []
  readonly invariants: Invariants
  readonly nodes = new Map<NodeId, SimNode>()
  readonly clients: SimClient[] = []
  readonly electorate: Electorate
  /** How many times as long as usual writes take, where that is. */
  readonly slowDisks = new Map<NodeId, number>()
  /** Called when a replica begins a write. */
  onWrite: (node: SimNode) => void = () => {}
  /** Called with all that replicas tell clients, whoever they are. */
  onTold: (node: NodeId, events: readonly ToClient[]) => void = () => {}
  /** Called when a replica begins to lead. */
  onLeader: (node: SimNode) => void = () => {}

  readonly #kind: AnyEngineKind
  readonly #codec: Codec = createCodec()
  readonly #chance: Chance
  readonly #founders: readonly NodeId[]
  readonly #surroundings: Surroundings
  readonly #attachments = new Map<ClientId, Attachment>()
  #nextClient = 1

  constructor(plan: Plan, keepTrace: boolean) {
    this.plan = plan
    this.#kind = engineKind(plan.engine)
    this.#chance = chanceOf(plan.seed, 'world')
    this.#founders = Array.from({ length: plan.founders }, (_, index) => nodeName(index))
    this.trace = new Trace(this.clock, keepTrace)
    this.invariants = createInvariants(plan.engine, this.#founders, this.#codec)
    this.electorate = new Electorate(plan.engine, this.invariants.decisions)
    this.network = new Network(this.clock, chanceOf(plan.seed, 'network'), plan, frame => this.#arrive(frame))
    if (plan.partial) this.goByThirds(chanceOf(plan.seed, 'links'))
    const disks = chanceOf(plan.seed, 'disks')
    this.#surroundings = {
      clock: this.clock,
      trace: this.trace,
      observers: new Observers([this.invariants.observers, this.electorate]),
      diskMs: node =>
        disks.between(1, plan.diskMsMax) * (disks.happens(0.01) ? 10 : 1) * (this.slowDisks.get(node) ?? 1),
      send: frame => this.network.send(frame),
      deliver: (node, events) => this.#deliver(node, events),
      writing: node => this.onWrite(node),
      leads: node => this.onLeader(node),
    }
  }

  /** Starts the founders and the clients. */
  begin(): void {
    for (const founder of this.#founders) this.start(this.addNode(founder, this.#founders))
    for (let index = 0; index < this.plan.clients; index++) this.#addClient(index)
  }

  /** A replica that knows nobody yet and asks to join. */
  addJoiner(): SimNode {
    const node = this.addNode(nodeName(this.nodes.size), [])
    this.start(node)
    return node
  }

  addNode(id: NodeId, founders: readonly NodeId[]): SimNode {
    const { seed, tickMs, snapshotSlots, logKeptSlots, followed, automatic } = this.plan
    const kept = { snapshotSlots, logKeptSlots, historyChanges: followed, automatic }
    const config = { id, founders, seed, ...kept, kind: this.#kind, codec: this.#codec }
    const node = new SimNode(
      { ...config, tickMs: tickMs[this.nodes.size % tickMs.length] ?? 50 },
      this.#surroundings,
    )
    this.nodes.set(id, node)
    const other = this.network.thirds?.add(id) ?? null
    if (other !== null) this.trace.note(id, 'never has a link', () => `with ${other}`)
    return node
  }

  /** Frames go around links that are missing or cut, from now on; which ones are missing `chance` says, null: none but those that are said to. */
  goByThirds(chance: Chance | null): Thirds {
    const { network, clock } = this
    const isThere = (id: NodeId) => this.nodes.get(id)?.running != null
    const isAwake = (id: NodeId) => isThere(id) && !this.nodes.get(id)?.isFrozen
    const isUp = (from: NodeId, to: NodeId) => network.isUp(from, to) && isThere(from) && isThere(to)
    const thirds = new Thirds(clock, chance, { isUp, isAwake })
    network.thirds = thirds
    network.isAwake = isAwake
    return thirds
  }

  start(node: SimNode): void {
    node.start()
    for (const other of this.nodes.values()) if (other !== node) this.connect(node, other)
  }

  /** A new connection between the two: both hear of it a little later. */
  connect(a: SimNode, b: SimNode): void {
    for (const [node, peer] of [
      [a, b.id],
      [b, a.id],
    ] as const)
      this.clock.after(this.#chance.between(1, 20), () => {
        if (this.nodes.get(peer)?.running && node.running) node.push({ type: 'connected', peer })
      })
  }

  /** The replicas that run, frozen ones included, in the order of their making. */
  get running(): readonly SimNode[] {
    return [...this.nodes.values()].filter(node => node.running !== null)
  }

  get leader(): SimNode | undefined {
    return this.running.find(({ running }) => running?.replica.status().role === 'leader')
  }

  /** A client goes to one that is about to lose the others, and stays: there it shows best whether it still leads. */
  keepCompany(node: SimNode, chance: Chance): void {
    chance.pick(this.clients).move(node.id)
  }

  #addClient(index: number): void {
    const { seed, lanes, thinkMs, patienceMsMax } = this.plan
    const chance = chanceOf(seed, `client ${index}`)
    const name = `c${index}`
    const { keys, linearizableReads, reads } = this.plan
    const options = { keys, linearizableReads, reads: reads[index % reads.length] ?? 0 }
    const requests = new Requests(chanceOf(seed, `requests ${index}`), name, options)
    const timeoutMs = chance.pick([4_000, 4_000, 6_000, 10_000])
    const config = { name, lanes, thinkMs, timeoutMs, patienceMsMax, follows: this.plan.followed !== null }
    const surroundings = {
      clock: this.clock,
      chance,
      answers: this.invariants.answers,
      record: (event: HistoryEvent) => {
        this.history.push(event)
      },
      attach: (before: NodeId | null, client: SimClient, to: NodeId | null) =>
        this.#attach(to === null ? this.#elsewhere(before, chance) : this.nodes.get(to), client),
      send: (client: ClientId, request: ClientRequest) => this.#request(client, request),
      detach: (client: ClientId) => this.#detach(client, chance),
    }
    const client = new SimClient(config, surroundings, requests, processesApart * index)
    this.clients.push(client)
    this.clock.after(chance.between(1, 300), () => client.start())
  }

  #elsewhere(before: NodeId | null, chance: Chance): SimNode {
    const all = [...this.nodes.values()]
    const others = all.filter(({ id }) => id !== before && !this.electorate.gone.has(id))
    return chance.pick(others.length > 0 ? others : all)
  }

  #attach(node: SimNode | undefined, client: SimClient): Attached {
    if (node === undefined) throw new RangeError('clients attach to replicas that there are')
    const id = this.#nextClient++
    const incarnation = node.running?.incarnation ?? 0
    this.#attachments.set(id, { node, incarnation, client })
    this.trace.note(node.id, 'attached', () => `client ${id}`)
    return { node: node.id, incarnation, client: id }
  }

  #request(client: ClientId, request: ClientRequest): void {
    const attachment = this.#attachments.get(client)
    if (attachment === undefined) return
    const { node, incarnation } = attachment
    this.clock.after(1, () => {
      if (node.running?.incarnation === incarnation) node.push({ type: 'client', client, request })
    })
  }

  /** Most replicas hear that a client left; one whose page just died does not. */
  #detach(client: ClientId, chance: Chance): void {
    const attachment = this.#attachments.get(client)
    this.#attachments.delete(client)
    if (attachment === undefined || chance.happens(0.2)) return
    const { node, incarnation } = attachment
    this.clock.after(chance.between(1, 50), () => {
      if (node.running?.incarnation === incarnation) node.push({ type: 'clientGone', client })
    })
  }

  #deliver(node: NodeId, events: readonly ToClient[]): void {
    this.clock.after(1, () => {
      this.onTold(node, events)
      for (const { client, event } of events) this.#attachments.get(client)?.client.receive(client, event)
    })
  }

  #arrive(frame: Frame): void {
    const node = this.nodes.get(frame.to)
    if (node === undefined || node.running === null) return
    const { from, messages } = this.plan.encoded ? throughBytes(this.#codec, this.#kind, frame) : frame
    node.push({ type: 'peer', from, messages })
  }
}

/** a, b, c ... z, n26, n27 ... */
const nodeName = (index: number): NodeId => nodeId(index < 26 ? String.fromCharCode(97 + index) : `n${index}`)

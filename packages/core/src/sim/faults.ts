/**
 * Breaks a world as its plan says, each kind of fault on its own schedule, and at the end heals all of it. Chooses only
 * when and whom; how a replica crashes or a link is cut is theirs to know.
 */
import { type Chance, chanceOf } from './chance.ts'
import { noNetworkFaults } from './network.ts'
import type { SimNode } from './node.ts'
import type { PartitionKind } from './plan.ts'
import type { World } from './world.ts'

export class Faults {
  readonly #world: World
  readonly #chance: Chance
  #active = true
  /** Never starts again. */
  #lost: SimNode | null = null
  #cuts = 0

  constructor(world: World) {
    this.#world = world
    this.#chance = chanceOf(world.plan.seed, 'faults')
  }

  begin(): void {
    const { plan } = this.#world
    for (let joiner = 0; joiner < plan.joiners; joiner++)
      this.#once(this.#chance.between(300, 6_000), () => this.#world.addJoiner())
    const { partitions, crashes, freezes } = plan
    if (partitions && partitions.kinds.length > 0)
      this.#again(partitions.everyMs, () =>
        this.#partition(this.#chance.pick(partitions.kinds), partitions.everyMs),
      )
    if (crashes) this.#again(crashes.everyMs, () => this.#crash(this.#any(), crashes.downMs))
    if (freezes) this.#again(freezes.everyMs, () => this.#freeze(this.#leaderOrAny(), freezes.lastMs))
    if (plan.blackouts) this.#again(7_000, () => this.#blackout())
    if (plan.hunts > 0) this.#world.onLeader = node => this.#hunt(node)
    if (plan.sleep) this.#again(4_000, () => this.#chance.pick(this.#world.clients).sleep())
    if (plan.wandering) this.#again(800, () => this.#chance.pick(this.#world.clients).move())
    if (plan.suspicions === 'any') this.#again(2_000, () => this.#suspect(this.#any(), this.#any()))
    if (plan.lostDisk) this.#once(this.#chance.between(2_000, plan.faultsMs), () => this.#loseDisk())
    if (plan.crashesAtWrite > 0) this.#world.onWrite = node => this.#maybeCrashAtWrite(node)
  }

  /** Everything works from now on: links, messages, replicas; what is lost for ever stays so. */
  heal(): void {
    const { network, nodes, plan } = this.#world
    this.#active = false
    network.faults = noNetworkFaults
    network.mend()
    this.#world.trace.note('all', 'healed')
    for (const node of nodes.values()) {
      node.thaw()
      if (node.running === null && node !== this.#lost) this.#world.start(node)
    }
    while (nodes.size < plan.founders + plan.joiners + (this.#lost ? 1 : 0)) this.#world.addJoiner()
    if (plan.silentHealing && plan.suspicions === 'none') return
    const all = [...nodes.values()]
    for (const [index, a] of all.entries()) for (const b of all.slice(index + 1)) this.#world.connect(a, b)
  }

  #once(delayMs: number, happen: () => void): void {
    this.#world.clock.after(delayMs, () => {
      if (this.#active) happen()
    })
  }

  #again(everyMs: number, happen: () => void): void {
    this.#once(this.#chance.wait(everyMs), () => {
      happen()
      this.#again(everyMs, happen)
    })
  }

  #any(): SimNode | undefined {
    const { running } = this.#world
    return running.length === 0 ? undefined : this.#chance.pick(running)
  }

  #leader(): SimNode | undefined {
    return this.#world.running.find(({ running }) => running?.replica.status().role === 'leader')
  }

  #leaderOrAny(): SimNode | undefined {
    return (this.#chance.happens(0.5) ? this.#leader() : undefined) ?? this.#any()
  }

  #partition(kind: PartitionKind, everyMs: number): void {
    const all = [...this.#world.nodes.values()]
    const one = (kind === 'isolateLeader' ? this.#leader() : undefined) ?? this.#chance.pick(all)
    const other = this.#chance.pick(all)
    const half = new Set(all.filter(() => this.#chance.happens(0.5)))
    this.#cut(kind, { one, other, half }, this.#chance.between(200, Math.round(everyMs * 0.8)))
  }

  /** Cuts links in place of those that were cut before, for a while. */
  #cut(kind: PartitionKind, who: Who, lastMs: number): void {
    const { network, trace, nodes } = this.#world
    const all = [...nodes.values()]
    const leader = this.#leader()
    network.mend()
    trace.note(who.one.id, 'partition', () => kind)
    for (const from of all)
      for (const to of all) {
        if (from === to || !cuts(kind, from, to, who)) continue
        network.cut(from.id, to.id)
        if (from === leader && this.#world.plan.suspicions !== 'none') this.#suspect(to, leader)
      }
    if (who.one === leader) this.#keepCompany(leader)
    this.#cuts++
    const cut = this.#cuts
    this.#once(lastMs, () => {
      if (cut !== this.#cuts) return
      network.mend()
      trace.note('all', 'mended')
      if (this.#chance.happens(0.7))
        for (const peer of all) if (peer !== who.one) this.#world.connect(who.one, peer)
    })
  }

  /** A client goes to one that is about to lose the others, and stays: there it shows best whether it still leads. */
  #keepCompany(leader: SimNode): void {
    if (this.#chance.happens(0.7)) this.#chance.pick(this.#world.clients).move(leader.id)
  }

  /** A new leader has had a moment to propose something. */
  #hunt(leader: SimNode): void {
    const { plan } = this.#world
    if (!this.#active || !this.#chance.happens(plan.hunts)) return
    this.#once(this.#chance.between(0, 4 * plan.delayMsMax + plan.diskMsMax), () => {
      if (this.#chance.happens(0.3)) return this.#crash(leader, 400)
      this.#cut('isolate', { one: leader, other: leader, half: new Set() }, this.#chance.between(300, 1_500))
    })
  }

  #crash(node: SimNode | undefined, downMs: number): void {
    if (node === undefined) return
    node.crash(this.#chance.happens(0.5))
    if (this.#world.plan.suspicions !== 'none')
      for (const peer of this.#world.running) this.#suspect(peer, node)
    this.#once(this.#chance.wait(downMs), () => {
      if (node !== this.#lost) this.#world.start(node)
    })
  }

  #maybeCrashAtWrite(node: SimNode): void {
    const { plan } = this.#world
    if (!this.#active || !this.#chance.happens(plan.crashesAtWrite)) return
    this.#once(this.#chance.between(0, plan.diskMsMax), () => {
      if (node.isWriting) this.#crash(node, 500)
    })
  }

  #blackout(): void {
    this.#world.trace.note('all', 'blackout')
    for (const node of this.#world.running) this.#crash(node, 800)
  }

  #freeze(node: SimNode | undefined, lastMs: number): void {
    if (node === undefined || node.isFrozen) return
    this.#keepCompany(node)
    this.#once(this.#chance.between(1, 100), () => {
      node.freeze(this.#chance.happens(0.5))
      if (this.#world.plan.suspicions === 'none') return
      for (const peer of this.#world.running) this.#suspect(peer, node)
    })
    this.#once(this.#chance.between(200, lastMs), () => node.thaw())
  }

  /** `node` is told that `peer` is gone. */
  #suspect(node: SimNode | undefined, peer: SimNode | undefined): void {
    if (node === undefined || peer === undefined || node === peer) return
    this.#world.clock.after(this.#chance.between(1, 300), () => {
      node.push({ type: 'disconnected', peer: peer.id })
      node.push({ type: 'suspect', peer: peer.id })
    })
  }

  /** One founder is gone with all that it promised and accepted; another replica, a new one, joins. */
  #loseDisk(): void {
    const [founder] = this.#world.nodes.values()
    if (founder === undefined) return
    this.#lost = founder
    this.#world.trace.note(founder.id, 'loses its disk')
    founder.crash(false)
    this.#world.addJoiner()
  }
}

interface Who {
  readonly one: SimNode
  readonly other: SimNode
  readonly half: ReadonlySet<SimNode>
}

function cuts(kind: PartitionKind, from: SimNode, to: SimNode, { one, other, half }: Who): boolean {
  switch (kind) {
    case 'isolate':
    case 'isolateLeader':
      return from === one || to === one
    case 'split':
      return half.has(from) !== half.has(to)
    case 'mute':
      return from === one
    case 'deaf':
      return to === one
    case 'partial':
      return (from === one && to === other) || (from === other && to === one)
  }
}

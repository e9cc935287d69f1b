/**
 * Breaks a world as its plan says, each kind of fault on its own schedule, and at the end heals all of it. Chooses only
 * when and whom; how a replica crashes or misses its ticks is theirs to know. Links are cut in cuts.ts, members come and
 * go in churn.ts.
 */
import { type Chance, chanceOf } from './chance.ts'
import { Churn } from './churn.ts'
import { Cuts } from './cuts.ts'
import { noNetworkFaults } from './network.ts'
import type { SimNode } from './node.ts'
import { Schedule } from './schedule.ts'
import type { World } from './world.ts'

export class Faults {
  readonly #world: World
  readonly #chance: Chance
  /** Apart from the others, which stay as they are where nobody takes leave. */
  readonly #farewells: Chance
  readonly #schedule: Schedule
  readonly #cuts: Cuts
  readonly #churn: Churn

  constructor(world: World) {
    this.#world = world
    this.#chance = chanceOf(world.plan.seed, 'faults')
    this.#farewells = chanceOf(world.plan.seed, 'farewells')
    this.#schedule = new Schedule(world.clock, this.#chance)
    this.#cuts = new Cuts(world, this.#schedule, (node, peer) => {
      if (world.plan.suspicions !== 'none') this.#suspect(node, peer)
    })
    this.#churn = new Churn(world, new Schedule(world.clock, chanceOf(world.plan.seed, 'churning')))
  }

  begin(): void {
    const { plan } = this.#world
    const { crashes, freezes, slowDisks, clockGaps } = plan
    const often = (everyMs: number, happen: () => void) => this.#schedule.again(everyMs, happen)
    this.#cuts.begin()
    this.#churn.begin()
    if (crashes) often(crashes.everyMs, () => this.#crash(this.#any(), crashes.downMs))
    if (freezes) often(freezes.everyMs, () => this.#freeze(this.#leaderOrAny(), freezes.lastMs))
    if (slowDisks) often(slowDisks.everyMs, () => this.#slowDown(this.#any(), slowDisks))
    if (clockGaps) often(clockGaps.everyMs, () => this.#missTicks(this.#leaderOrAny(), clockGaps.lastMs))
    if (clockGaps) often(clockGaps.everyMs, () => this.#any()?.setWallClock(this.#drawAhead()))
    if (plan.blackouts) often(7_000, () => this.#blackout())
    if (plan.hunts > 0) this.#world.onLeader = node => this.#hunt(node)
    if (plan.sleep) often(4_000, () => this.#chance.pick(this.#world.clients).sleep())
    if (plan.wandering) often(800, () => this.#chance.pick(this.#world.clients).move())
    if (plan.suspicions === 'any' && this.#hasDeaths)
      often(2_000, () => this.#suspect(this.#any(), this.#any()))
    if (plan.crashesAtWrite > 0) this.#world.onWrite = node => this.#maybeCrashAtWrite(node)
  }

  /** Everything works from now on: links, messages, replicas, clocks; what is lost for ever stays so. */
  heal(): void {
    const { network, nodes, plan, electorate, slowDisks } = this.#world
    this.#schedule.stop()
    network.faults = noNetworkFaults
    network.mend()
    slowDisks.clear()
    this.#world.trace.note('all', 'healed')
    for (const node of nodes.values()) {
      node.thaw()
      node.resumeTicks(false)
      if (node.running === null && !electorate.gone.has(node.id)) this.#world.start(node)
    }
    this.#churn.heal()
    network.thirds?.remain([...nodes.keys()].filter(id => !electorate.gone.has(id)))
    if (plan.silentHealing && plan.suspicions === 'none') return
    const all = [...nodes.values()]
    for (const [index, a] of all.entries()) for (const b of all.slice(index + 1)) this.#world.connect(a, b)
  }

  /** Whether anything happens for which replicas could be taken for dead. */
  get #hasDeaths(): boolean {
    const { crashes, partitions, oneWay, freezes, wipes } = this.#world.plan
    return [crashes, partitions, oneWay, freezes, wipes].some(fault => fault !== null)
  }

  #any(): SimNode | undefined {
    const { running } = this.#world
    return running.length === 0 ? undefined : this.#chance.pick(running)
  }

  #leaderOrAny(): SimNode | undefined {
    return (this.#chance.happens(0.5) ? this.#world.leader : undefined) ?? this.#any()
  }

  /** A new leader has had a moment to propose something. */
  #hunt(leader: SimNode): void {
    const { plan } = this.#world
    if (!this.#schedule.isActive || !this.#chance.happens(plan.hunts)) return
    this.#schedule.once(this.#chance.between(0, 4 * plan.delayMsMax + plan.diskMsMax), () => {
      const crashes = plan.crashes !== null && this.#chance.happens(0.3)
      if (crashes) this.#crash(leader, 400)
      else if (plan.partitions !== null) this.#cuts.isolate(leader, this.#chance.between(300, 1_500))
    })
  }

  #crash(node: SimNode | undefined, downMs: number): void {
    const { plan } = this.#world
    if (node === undefined || node.running === null) return
    if (plan.farewells > 0 && this.#farewells.happens(plan.farewells)) node.takeLeave(this.#world.running)
    node.crash(this.#chance.happens(0.5))
    if (plan.suspicions !== 'none') for (const peer of this.#world.running) this.#suspect(peer, node)
    this.#schedule.once(this.#chance.wait(downMs), () => {
      if (!this.#world.electorate.gone.has(node.id)) this.#world.start(node)
    })
  }

  #maybeCrashAtWrite(node: SimNode): void {
    const { plan } = this.#world
    if (!this.#schedule.isActive || !this.#chance.happens(plan.crashesAtWrite)) return
    this.#schedule.once(this.#chance.between(0, plan.diskMsMax), () => {
      if (node.isWriting) this.#crash(node, 500)
    })
  }

  #blackout(): void {
    this.#world.trace.note('all', 'blackout')
    for (const node of this.#world.running) this.#crash(node, 800)
  }

  #freeze(node: SimNode | undefined, lastMs: number): void {
    if (node === undefined || node.isFrozen) return
    if (this.#chance.happens(0.7)) this.#world.keepCompany(node, this.#chance)
    this.#schedule.once(this.#chance.between(1, 100), () => {
      node.freeze(this.#chance.happens(0.5))
      if (this.#world.plan.suspicions === 'none') return
      for (const peer of this.#world.running) this.#suspect(peer, node)
    })
    this.#schedule.once(this.#chance.between(200, lastMs), () => node.thaw())
  }

  #slowDown(
    node: SimNode | undefined,
    { lastMs, factor }: { readonly lastMs: number; readonly factor: number },
  ): void {
    if (node === undefined) return
    const { slowDisks, trace } = this.#world
    trace.note(node.id, 'has a slow disk')
    slowDisks.set(node.id, this.#chance.between(Math.ceil(factor / 3), factor))
    this.#schedule.once(this.#chance.between(200, lastMs), () => slowDisks.delete(node.id))
  }

  #missTicks(node: SimNode | undefined, lastMs: number): void {
    if (node === undefined) return
    node.missTicks()
    this.#schedule.once(this.#chance.between(100, lastMs), () => node.resumeTicks(this.#chance.happens(0.5)))
  }

  /** Seconds or days, back or ahead; or the true time again. */
  #drawAhead(): number {
    const days = this.#chance.pick([0, 0.0001, 0.01, 1, 4_000])
    return Math.round((this.#chance.happens(0.5) ? -days : days) * 86_400_000)
  }

  /** `node` is told that `peer` is gone. Not once all is healed: there is a connection then, and nobody says so again. */
  #suspect(node: SimNode | undefined, peer: SimNode | undefined): void {
    if (node === undefined || peer === undefined || node === peer) return
    this.#schedule.once(this.#chance.between(1, 300), () => {
      node.push({ type: 'disconnected', peer: peer.id })
      node.push({ type: 'suspect', peer: peer.id })
    })
  }
}

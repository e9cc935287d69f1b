/**
 * Lets replicas come and go: disks that are lost for ever, newcomers, and changes of the membership and of the leadership
 * that are drawn at random and asked of whoever does such things. Never takes a quorum of those who count, or may come to
 * count; whether it is told in electorate.ts. Once healed, sees that those who are gone are taken out.
 */
import type { NodeId } from '../logic/base/ids.ts'
import type { EngineStatus } from '../logic/consensus/engine.ts'
import {
  changeMembership,
  isMember,
  type Membership,
  type MembershipChange,
  members,
} from '../logic/consensus/membership.ts'
import type { SimNode } from './node.ts'
import type { Running } from './observer.ts'
import type { Schedule } from './schedule.ts'
import type { World } from './world.ts'

/** An ensemble that a browser's devices could form. */
const replicasMax = 9
/** How often what is gone is asked to be taken out. */
const careMs = 300
/** As long as a host waits for one that leaves. */
const goodbyeMs = 6_000

export class Churn {
  readonly #world: World
  readonly #schedule: Schedule
  /** Those that asked to be taken out, the life in which they did (who starts again stays), and until when they wait. */
  readonly #leaving = new Map<SimNode, { readonly life: Running; readonly untilMs: number }>()

  constructor(world: World, schedule: Schedule) {
    this.#world = world
    this.#schedule = schedule
  }

  begin(): void {
    const { churn, wipes, joiners, crowd, goodbyes } = this.#world.plan
    const { chance } = this.#schedule
    for (let joiner = 0; joiner < joiners; joiner++)
      this.#schedule.once(chance.between(300, 6_000), () => this.#arrive())
    for (let newcomer = 0; newcomer < crowd; newcomer++)
      this.#schedule.once(chance.between(300, 3_000), () => this.#world.addJoiner())
    if (wipes) this.#schedule.again(wipes.everyMs, () => this.#wipe(wipes.sparing))
    if (churn) this.#schedule.again(churn.everyMs, () => this.#change())
    if (churn) this.#schedule.again(4 * churn.everyMs, () => this.#leave())
    if (goodbyes) this.#schedule.again(goodbyes.everyMs, () => this.#sayGoodbye())
    if (goodbyes) this.#schedule.again(careMs, () => this.#letGo())
    if (churn || wipes) this.#schedule.again(2_000, () => this.#takeOut())
  }

  /** Nobody comes or goes any more; those who are gone are taken out, one after the other. */
  heal(): void {
    this.#schedule.stop()
    const care = () => {
      this.#takeOut()
      this.#letGo()
      // Who took leave before goes now, and may have been the last third between two others.
      this.#world.network.thirds?.remain(this.#remaining.map(({ id }) => id))
      this.#world.clock.after(careMs, care)
    }
    care()
  }

  get #remaining(): readonly SimNode[] {
    const { nodes, electorate } = this.#world
    return [...nodes.values()].filter(({ id }) => !electorate.gone.has(id))
  }

  #arrive(): void {
    if (this.#remaining.length < replicasMax) this.#world.addJoiner()
  }

  /** A replica is gone with all that it promised and accepted; another, a new one, arrives sooner or later. */
  #wipe(sparing: boolean): void {
    const { electorate, clock, trace } = this.#world
    const { chance } = this.#schedule
    const spared = this.#remaining.filter(({ id }) => !sparing || electorate.survivesWithout(id, clock.now))
    if (spared.length === 0) return
    const node = chance.pick(spared)
    trace.note(node.id, 'loses its disk')
    electorate.lose(node.id)
    node.crash(false)
    this.#schedule.once(chance.between(1, 3_000), () => this.#arrive())
  }

  /** One that was taken out, or never taken in, goes for good. */
  #leave(): void {
    const { electorate, clock } = this.#world
    const { membership } = this.#world.invariants.decisions
    const outside = this.#remaining.filter(
      ({ id }) => !isMember(membership, id) && electorate.survivesWithout(id, clock.now),
    )
    if (outside.length === 0 || this.#remaining.length < 2) return
    this.#leaves(this.#schedule.chance.pick(outside))
  }

  #leaves(node: SimNode): void {
    this.#world.trace.note(node.id, 'leaves')
    this.#world.electorate.lose(node.id)
    node.crash(false)
  }

  /** One that could be done without asks to be taken out, as an app that is closed does. One at a time. */
  #sayGoodbye(): void {
    const { electorate, clock, running, trace } = this.#world
    const spared = running.filter(node => !node.isFrozen && electorate.survivesWithout(node.id, clock.now))
    if (spared.length < 2 || this.#leaving.size > 0 || !this.#world.plan.automatic) return
    const node = this.#schedule.chance.pick(spared)
    const changed = this.#without(node)
    if (
      changed === null ||
      node.running === null ||
      !electorate.survivesWithout(node.id, clock.now, [changed])
    )
      return
    trace.note(node.id, 'says goodbye')
    this.#leaving.set(node, { life: node.running, untilMs: clock.now + goodbyeMs })
    node.push({ type: 'leave' })
    electorate.propose(changed, clock.now)
  }

  /** The membership that a goodbye makes; null where there is none to be taken out of. */
  #without({ id }: SimNode): Membership | null {
    const { membership } = this.#world.invariants.decisions
    const changed = changeMembership(membership, { type: 'remove', node: id })
    return changed.ok ? changed.value : null
  }

  /** Who asked to be taken out goes for good by its own judgement; until then it goes on asking. */
  #letGo(): void {
    const { electorate, clock } = this.#world
    for (const [node, { life, untilMs }] of this.#leaving) {
      if (node.running !== life) {
        this.#leaving.delete(node)
        continue
      }
      const changed = this.#without(node)
      if (changed !== null) electorate.propose(changed, clock.now)
      // One that was taken out and cannot hear of it gives up, as a host does: where that is safe, or nobody could go on.
      const givesUp =
        changed === null && clock.now >= untilMs && electorate.survivesWithout(node.id, clock.now)
      if (!life.replica.hasLeft && !givesUp) continue
      this.#leaving.delete(node)
      this.#leaves(node)
      this.#schedule.once(this.#schedule.chance.between(1, 3_000), () => this.#arrive())
    }
  }

  #change(): void {
    const { chance } = this.#schedule
    const status = this.#doer()?.status
    if (status === undefined) return
    const { voters, observers } = status.membership
    const kind = chance.pick([
      'promote',
      'promote',
      'removeVoter',
      'removeDoer',
      'removeObserver',
      'transfer',
      'arrive',
    ] as const)
    const nodes = {
      promote: observers,
      removeVoter: voters,
      removeDoer: [status.doer],
      removeObserver: observers,
    }
    switch (kind) {
      case 'arrive':
        return this.#arrive()
      case 'transfer':
        return this.#transfer(voters)
      case 'promote':
      case 'removeVoter':
      case 'removeDoer':
      case 'removeObserver': {
        const some = nodes[kind].filter(node => node !== null)
        if (some.length === 0) return
        const node = chance.pick(some)
        return this.#propose({ type: kind === 'promote' ? 'promote' : 'remove', node })
      }
    }
  }

  #transfer(voters: readonly NodeId[]): void {
    const leader = this.#world.leader
    if (leader === undefined || voters.length === 0) return
    const to = this.#schedule.chance.pick(voters)
    this.#world.trace.note(leader.id, 'is asked to hand over', () => `to ${to}`)
    leader.ask({ type: 'transfer', to })
  }

  /** Asks the doer for `change`, if the ensemble survives it. */
  #propose(change: MembershipChange): void {
    const { electorate, clock, trace } = this.#world
    const doer = this.#doer()
    if (doer === undefined) return
    const changed = changeMembership(doer.status.membership, change)
    if (!changed.ok || !electorate.survivesWithout(null, clock.now, [changed.value])) return
    electorate.propose(changed.value, clock.now)
    trace.note(doer.node.id, 'is asked to change', () => `${change.type} ${change.node}`)
    doer.node.ask({ type: 'changeMembership', change })
  }

  /** Asks for the removal of one that is gone and still a member. */
  #takeOut(): void {
    const { electorate } = this.#world
    const doer = this.#doer()
    const gone = doer && members(doer.status.membership).find(node => electorate.gone.has(node))
    if (gone !== undefined) this.#propose({ type: 'remove', node: gone })
  }

  /** One that takes itself for the doer and could propose a change now. */
  #doer(): { readonly node: SimNode; readonly status: EngineStatus } | undefined {
    for (const node of this.#world.running) {
      const status = node.running?.replica.status()
      if (status !== undefined && status.doer === node.id && !status.changing && !node.isFrozen)
        return { node, status }
    }
    return undefined
  }
}

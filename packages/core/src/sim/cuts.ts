/**
 * Cuts links as the plan says, for a while, and mends them. Of two cuts at a time the later one counts. Chooses only who
 * is cut off from whom; what becomes of the frames is for the network to know.
 */
import type { SimNode } from './node.ts'
import type { Cuts as CutsPlan, PartitionKind } from './plan.ts'
import type { Schedule } from './schedule.ts'
import type { World } from './world.ts'

export class Cuts {
  readonly #world: World
  readonly #schedule: Schedule
  /** `node` may be told that `peer` is gone. */
  readonly #suspect: (node: SimNode, peer: SimNode) => void
  #cuts = 0

  constructor(world: World, schedule: Schedule, suspect: (node: SimNode, peer: SimNode) => void) {
    this.#world = world
    this.#schedule = schedule
    this.#suspect = suspect
  }

  begin(): void {
    const { partitions, oneWay } = this.#world.plan
    for (const cuts of [partitions, oneWay])
      if (cuts !== null && cuts.kinds.length > 0)
        this.#schedule.again(cuts.everyMs, () => this.#partition(cuts))
  }

  /** Nobody hears `node` or is heard by it, for `lastMs`. */
  isolate(node: SimNode, lastMs: number): void {
    this.#cut('isolate', { one: node, other: node, half: new Set() }, lastMs)
  }

  #partition({ kinds, everyMs }: CutsPlan): void {
    const { chance } = this.#schedule
    const all = [...this.#world.nodes.values()]
    const kind = chance.pick(kinds)
    const one = (kind === 'isolateLeader' ? this.#world.leader : undefined) ?? chance.pick(all)
    const other = chance.pick(all)
    const half = new Set(all.filter(() => chance.happens(0.5)))
    this.#cut(kind, { one, other, half }, chance.between(200, Math.round(everyMs * 0.8)))
  }

  /** Cuts links in place of those that were cut before, for a while. */
  #cut(kind: PartitionKind, who: Who, lastMs: number): void {
    const { network, trace, nodes, leader } = this.#world
    const { chance } = this.#schedule
    const all = [...nodes.values()]
    network.mend()
    trace.note(who.one.id, 'partition', () => kind)
    for (const from of all)
      for (const to of all) {
        if (from === to || !cuts(kind, from, to, who)) continue
        network.cut(from.id, to.id)
        if (from === leader) this.#suspect(to, leader)
      }
    if (who.one === leader && chance.happens(0.7)) this.#world.keepCompany(leader, chance)
    this.#cuts++
    const cut = this.#cuts
    this.#schedule.once(lastMs, () => {
      if (cut !== this.#cuts) return
      network.mend()
      trace.note('all', 'mended')
      if (chance.happens(0.7))
        for (const peer of all) if (peer !== who.one) this.#world.connect(who.one, peer)
    })
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
    case 'hub':
      return from !== one && to !== one
    case 'mute':
      return from === one
    case 'deaf':
      return to === one
    case 'partial':
      return (from === one && to === other) || (from === other && to === one)
  }
}

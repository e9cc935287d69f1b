/**
 * Links that there never are, and the way around them: frames go by a third, chosen as hosts choose it, by what they were last
 * told of each other's links, which may be old. At most one link of each replica is missing, so that any two have a third that
 * reaches both. Signatures are for hosts; here everybody is who it says.
 */
import type { NodeId } from '../logic/base/ids.ts'
import { passBy } from '../logic/topology/passage.ts'
import type { Chance } from './chance.ts'
import type { Clock } from './clock.ts'

/** Hosts tell their neighbours of a change within a few ticks, and notice within seconds that one of them is silent. */
const tellMs = 200
const tellsBetweenLooks = 10

/** How things stand with what may be a link, or a third, at this moment. */
export interface Standing {
  /** It carries frames: nobody cut it, and both ends are there. */
  isUp(from: NodeId, to: NodeId): boolean
  /** One that is frozen keeps its links, and passes nothing on. */
  isAwake(node: NodeId): boolean
}

export class Thirds {
  readonly #chance: Chance | null
  readonly #standing: Standing
  readonly #nodes: NodeId[] = []
  /** One that may miss a link to the next that comes. */
  #single: NodeId | null = null
  readonly #missing = new Set<string>()
  /** With whom each was linked when it was last told. */
  #told = new Map<NodeId, ReadonlySet<NodeId>>()
  /** Those that were found silent. */
  #silent: ReadonlySet<NodeId> = new Set()

  /** `chance` says which links are missing; null: none but those that are said to. */
  constructor(clock: Clock, chance: Chance | null, standing: Standing) {
    this.#chance = chance
    this.#standing = standing
    const tell = (count: number) => {
      this.#told = new Map(this.#nodes.map(node => [node, new Set(this.#linkedWith(node))]))
      if (count % tellsBetweenLooks === 0)
        this.#silent = new Set(this.#nodes.filter(node => !standing.isAwake(node)))
      clock.after(tellMs, () => tell(count + 1))
    }
    tell(0)
  }

  /** A replica is there. Returns with whom it never has a link, or null. */
  add(node: NodeId): NodeId | null {
    this.#nodes.push(node)
    const other = this.#single
    if (other === null || !this.#chance?.happens(0.6)) {
      this.#single = node
      return null
    }
    this.#single = null
    this.miss(node, other)
    return other
  }

  /** These two have no link from now on. */
  miss(a: NodeId, b: NodeId): void {
    this.#missing.add(`${a} ${b}`).add(`${b} ${a}`)
  }

  /** These are left, for good: where there are only two there is no third, and they get their link. */
  remain(nodes: readonly NodeId[]): void {
    if (nodes.length <= 2) this.#missing.clear()
  }

  isMissing(a: NodeId, b: NodeId): boolean {
    return this.#missing.has(`${a} ${b}`)
  }

  /** Who passes frames from `from` to `to`; null where nobody is known who could. */
  between(from: NodeId, to: NodeId): NodeId | null {
    const neighbours = this.#linkedWith(from).map(node => ({
      node,
      linked: this.#told.get(node) ?? new Set<NodeId>(),
      isFresh: !this.#silent.has(node),
      isVoter: true,
    }))
    return passBy(from, to, neighbours)
  }

  #linkedWith(node: NodeId): readonly NodeId[] {
    return this.#nodes.filter(
      other =>
        other !== node &&
        !this.isMissing(node, other) &&
        this.#standing.isUp(node, other) &&
        this.#standing.isUp(other, node),
    )
  }
}

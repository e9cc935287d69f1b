/** What happened before a world begins, in one order: plays it on the shipping engines and hands over what is left. */
import type { Draft } from './members.ts'
import type { Outcome, Transitions } from './transitions.ts'
import type { Before, World } from './world.ts'

/** The members that a world begins with. */
export function begin(world: World, transitions: Transitions): readonly Draft[] {
  const prelude = new Prelude(world, transitions)
  for (const [number, before] of world.before.entries()) prelude.play(before, number)
  return world.nodes.map((_, node) => prelude.draft(node))
}

interface Node {
  local: number
  readonly decided: Map<number, string>
}

class Prelude {
  readonly #world: World
  readonly #transitions: Transitions
  readonly #nodes: readonly Node[]
  /** Letters that have not arrived. */
  #underway: number[] = []

  constructor(world: World, transitions: Transitions) {
    this.#world = world
    this.#transitions = transitions
    this.#nodes = world.nodes.map((_, node) => {
      const outcome = transitions.start(node)
      this.#underway.push(...ids(outcome.letters))
      return { local: outcome.next, decided: new Map() }
    })
  }

  play(before: Before, number: number): void {
    if (before.type === 'restart') {
      this.#underway = []
      for (const [index, node] of this.#nodes.entries())
        this.#take(node, this.#transitions.crash(index, node.local))
      return
    }
    const index = this.#world.nodes.indexOf(before.node)
    const node = this.#nodes[index]
    if (node === undefined) throw new Error(`${before.node} is no node of ${this.#world.name}`)
    const [done] =
      before.type === 'stand'
        ? this.#transitions.stand(index, node.local, 0n)
        : this.#transitions.propose(index, node.local, new Uint8Array([index, 100 + number]))
    if (done === undefined)
      throw new Error(`${this.#world.name}: nothing comes of ${before.type} ${before.node}`)
    this.#take(node, done)
    this.#deliver(before)
  }

  draft(index: number): Draft {
    const { stands, turns, proposals, crash } = this.#world
    const node = this.#nodes[index]
    if (node === undefined) throw new Error(`there is no node ${index}`)
    const sent = this.#underway.filter(id => this.#transitions.letter(id).from === index)
    return {
      node: index,
      local: node.local,
      sent: sent.reduce((bits, id) => bits | (1n << BigInt(id)), 0n),
      decided: node.decided,
      left: { stands: stands[index] ?? 0, turns: turns[index] ?? 0, proposals: proposals[index] ?? 0 },
      mortal: crash,
    }
  }

  /** Everything arrives once, in the order in which it was sent, where `before` lets it. */
  #deliver({ among, without }: Exclude<Before, { type: 'restart' }>): void {
    const cut: number[] = []
    for (let id = this.#underway.shift(); id !== undefined; id = this.#underway.shift()) {
      const { from, to, message } = this.#transitions.letter(id)
      const ends = [this.#world.nodes[from] ?? '', this.#world.nodes[to] ?? '']
      const { type } = message as { readonly type: string }
      const node = this.#nodes[to]
      if (node === undefined || !ends.every(end => among.includes(end)) || without.includes(type)) {
        cut.push(id)
        continue
      }
      const [done] = this.#transitions.arrival(node.local, id)
      if (done !== undefined) this.#take(node, done)
    }
    this.#underway = cut
  }

  #take(node: Node, { next, letters, decided, broken }: Outcome): void {
    if (broken !== null) throw new Error(`${this.#world.name}: ${broken}`)
    node.local = next
    this.#underway.push(...ids(letters))
    for (const [slot, value] of decided) node.decided.set(slot, value)
  }
}

function ids(letters: bigint): readonly number[] {
  const bits = letters.toString(2)
  const found: number[] = []
  for (let at = bits.length - 1; at >= 0; at--) if (bits[at] === '1') found.push(bits.length - 1 - at)
  return found
}

/**
 * What each node of a world would do, remembered: from a local state and one action to the next local state, the letters
 * sent and the slots decided. A world reaches the same local states over and over; each is computed once.
 */
import { InvariantError } from '../../logic/base/assert.ts'
import { type NodeId, nodeId } from '../../logic/base/ids.ts'
import type { AnyLens } from './lenses/lens.ts'
import { type Action, type LocalState, ModelNode, type Transition } from './node.ts'
import { Interned, textOf } from './plain.ts'
import type { World } from './world.ts'

/** A message that was sent; once sent it may always arrive. */
export interface Letter {
  readonly from: number
  readonly to: number
  readonly message: unknown
  readonly text: string
}

export interface Outcome {
  /** The number of the next local state. */
  readonly next: number
  /** One bit for each letter sent. */
  readonly letters: bigint
  readonly decided: readonly (readonly [slot: number, value: string])[]
  /** How often the node turned to a leader; 0 where it crashed. */
  readonly turns: number
  /** The invariant of the engine itself that broke; null when none did. */
  readonly broken: string | null
}

/** Ticks within which every node that hears nothing has lost its patience, in every engine. */
const patienceTicksMax = 256

export class Transitions {
  readonly #lens: AnyLens
  readonly #lost: readonly string[]
  readonly #names: readonly NodeId[]
  readonly #nodes: readonly ModelNode[]
  /** Told apart with their disks: whether those matter is for others to say. */
  readonly #locals = new Interned<LocalState>()
  readonly #letters = new Interned<Letter>()
  /** By letter and local state: how its arrival ends, without a crash and with one before each write. */
  readonly #arrivals: Map<number, readonly Outcome[]>[] = []

  constructor({ kind, nodes, lost }: World, lens: AnyLens) {
    this.#lens = lens
    this.#lost = lost
    this.#names = nodes.map(nodeId)
    this.#nodes = this.#names.map(name => new ModelNode(kind, lens, name, this.#names))
  }

  letter(id: number): Letter {
    return this.#letters.value(id)
  }

  local(id: number): LocalState {
    return this.#locals.value(id)
  }

  get names(): readonly NodeId[] {
    return this.#names
  }

  start(node: number): Outcome {
    return this.#outcome(node, this.#node(node).start())
  }

  /** The ways in which the arrival of letter `id` at a node in state `local` may end: the first without a crash. */
  arrival(local: number, id: number): readonly Outcome[] {
    this.#arrivals[id] ??= new Map()
    const known = this.#arrivals[id].get(local)
    if (known !== undefined) return known
    const { from, to, message } = this.letter(id)
    const sender = this.#node(from).self
    const inputs: Action['inputs'] = ({ core }) => this.#lens.arrival(core, sender, message)
    const made = this.#endings(to, local, { inputs, answered: false })
    this.#arrivals[id].set(local, made)
    return made
  }

  propose(node: number, local: number, command: Uint8Array): readonly Outcome[] {
    const inputs: Action['inputs'] = () => [{ type: 'propose', commands: [command] }]
    return this.#endings(node, local, { inputs, answered: false })
  }

  /** Ticks until something leaves that is not among the letters `sent` before; nothing happens when nothing does. */
  stand(node: number, local: number, sent: bigint): readonly Outcome[] {
    const isNew = (running: Parameters<Action['inputs']>[0]) =>
      (this.#written(node, running.sent) & ~sent) !== 0n
    const self = this.#node(node)
    const inputs: Action['inputs'] = function* (running) {
      for (let ticks = 0; ticks < patienceTicksMax && !isNew(running); ticks++) yield* self.tick()
    }
    const endings = this.#endings(node, local, { inputs, answered: true })
    return endings.filter(({ letters, broken }) => broken !== null || (letters & ~sent) !== 0n)
  }

  crash(node: number, local: number): Outcome {
    try {
      return this.#outcome(node, this.#node(node).crash(this.local(local)))
    } catch (error) {
      return brokenBy(error, local)
    }
  }

  /** How `action` ends: without a crash, then with one before its first write, its second ... */
  #endings(node: number, local: number, action: Action): readonly Outcome[] {
    try {
      const from = this.local(local)
      const outcomes: Outcome[] = []
      for (let crashBefore: number | undefined; ; crashBefore = (crashBefore ?? 0) + 1) {
        const transition = this.#node(node).run(from, action, crashBefore)
        if (transition === null) return outcomes
        const turns = crashBefore === undefined ? transition.next.turned - from.turned : 0
        outcomes.push(this.#outcome(node, transition, turns))
      }
    } catch (error) {
      return [brokenBy(error, local)]
    }
  }

  #outcome(node: number, { next, sent, decided }: Transition, turns = 0): Outcome {
    return {
      next: this.#locals.id(`${node} ${next.text} ${next.diskText}`, () => next),
      letters: this.#written(node, sent),
      decided: decided.map(({ slot, value }) => [slot, textOf(value)]),
      turns,
      broken: null,
    }
  }

  #written(node: number, sent: Transition['sent']): bigint {
    let letters = 0n
    for (const { to, message } of sent) {
      const receiver = this.#names.indexOf(to)
      const { type } = message as { readonly type?: string }
      if (receiver === -1 || this.#lost.includes(type ?? '')) continue
      const text = `${this.#names[node]}>${to} ${textOf(message)}`
      const id = this.#letters.id(text, () => ({ from: node, to: receiver, message, text }))
      letters |= 1n << BigInt(id)
    }
    return letters
  }

  #node(index: number): ModelNode {
    const node = this.#nodes[index]
    if (node === undefined) throw new Error(`there is no node ${index}`)
    return node
  }
}

/** Of a node in state `local` that stopped itself. */
function brokenBy(error: unknown, local: number): Outcome {
  if (!(error instanceof InvariantError)) throw error
  return { next: local, letters: 0n, decided: [], turns: 0, broken: error.message }
}

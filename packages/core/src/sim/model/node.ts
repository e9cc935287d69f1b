/**
 * One node of a model: the shipping engine, as a function from a local state and an action to the next local state. A
 * state is told apart by what the engine remembers and what its disk holds; it is rebuilt by giving a new engine the same
 * inputs again. Knows nothing of other nodes.
 *
 * What a node sends to itself arrives in the same action. A crash falls before a write, when what did not wait for it has
 * left; one right after a write, before anybody heard, is that before the next one with letters that never arrive.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { Random } from '../../logic/base/random.ts'
import type {
  AnyEngineKind,
  Decided,
  Engine,
  EngineInput,
  EngineStatus,
  Outgoing,
} from '../../logic/consensus/engine.ts'
import { type Disk, emptyDisk, recoveredFrom, written } from './disk.ts'
import type { AnyLens } from './lenses/lens.ts'
import { textOf } from './plain.ts'

export interface LocalState {
  /** What the disk held when this engine was made. */
  readonly booted: Disk
  /** How often this node has crashed: no two of its lives draw the same random numbers. */
  readonly lives: number
  /** What it was given since. */
  readonly inputs: readonly EngineInput<unknown>[]
  readonly disk: Disk
  /** What the engine remembers, as text. */
  readonly text: string
  readonly diskText: string
  readonly status: EngineStatus
  /** Turns to a leader in this life, and whatever the count began with. */
  readonly turned: number
}

export interface Transition {
  readonly next: LocalState
  readonly sent: readonly Outgoing<unknown>[]
  readonly decided: readonly Decided[]
}

/** One thing that happens to a node. */
export interface Action {
  /** Inputs, one at a time: the next is asked for when the last was carried out. */
  inputs(running: Running): Iterable<EngineInput<unknown>>
  /** Whether questions of liveness are answered, as the lens says. */
  readonly answered: boolean
}

export interface Running {
  core(): unknown
  /** What has left so far. */
  readonly sent: readonly Outgoing<unknown>[]
}

export class ModelNode {
  readonly #kind: AnyEngineKind
  readonly #lens: AnyLens
  readonly #founders: readonly NodeId[]
  readonly self: NodeId

  constructor(kind: AnyEngineKind, lens: AnyLens, self: NodeId, founders: readonly NodeId[]) {
    this.#kind = kind
    this.#lens = lens
    this.#founders = founders
    this.self = self
  }

  /** The first start, with nothing on disk. */
  start(): Transition {
    return this.#wake(emptyDisk, 0)
  }

  /** A crash, and the start after it: only what the disk holds is left. */
  crash({ disk, lives }: LocalState): Transition {
    return this.#wake(disk, lives + 1)
  }

  /** A tick, with what shows the others before it. */
  *tick(): Iterable<EngineInput<unknown>> {
    yield* this.#lens.shown(this.self, this.#founders)
    yield { type: 'tick' }
  }

  /** `action`, to its end; or to its write number `crashBefore`, counted from 1: null when it writes less often. */
  run(from: LocalState, action: Action, crashBefore = Number.POSITIVE_INFINITY): Transition | null {
    const engine = this.#boot(from.booted, from.lives)
    for (const input of from.inputs) engine.step([input])
    const given = [...from.inputs]
    const sent: Outgoing<unknown>[] = []
    const decided: Decided[] = []
    let { disk } = from
    let writes = 0
    const waiting: EngineInput<unknown>[] = []
    const post = (outgoing: readonly Outgoing<unknown>[]) => {
      for (const { to, message } of outgoing) {
        if (to === this.self) waiting.push({ type: 'message', from: this.self, message })
        else this.#post(to, message, action.answered, sent, waiting)
      }
    }
    for (const first of action.inputs({ core: () => engine.inspect(), sent })) {
      waiting.push(first)
      for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) {
        const output = engine.step([input])
        given.push(input)
        decided.push(...output.decided)
        post(output.send)
        if (output.persist !== null) {
          if (++writes === crashBefore) {
            const { next, ...woken } = this.#wake(disk, from.lives + 1)
            return { next, sent: [...sent, ...woken.sent], decided: [...decided, ...woken.decided] }
          }
          disk = written(disk, output.persist)
        }
        post(output.sendAfterPersist)
      }
    }
    if (crashBefore !== Number.POSITIVE_INFINITY) return null
    return { next: this.#state(engine, { ...from, inputs: given, disk }), sent, decided }
  }

  #post(
    to: NodeId,
    message: unknown,
    answered: boolean,
    sent: Outgoing<unknown>[],
    waiting: EngineInput<unknown>[],
  ): void {
    const travelling = this.#lens.travels(message)
    if (travelling !== null) sent.push({ to, message: travelling })
    const answer = answered ? this.#lens.answer(this.self, message) : null
    if (answer !== null) waiting.push({ type: 'message', from: to, message: answer })
  }

  #wake(disk: Disk, lives: number): Transition {
    const asleep = { booted: disk, lives, inputs: [], disk }
    const state = this.#state(this.#boot(disk, lives), asleep)
    const inputs = this.#lens.shown(this.self, this.#founders)
    if (inputs.length === 0) return { next: state, sent: [], decided: [] }
    const woken = this.run(state, { inputs: () => inputs, answered: false })
    if (woken === null) throw new Error('a start does not crash')
    return woken
  }

  #boot(disk: Disk, lives: number): Engine<unknown> {
    const recovered = recoveredFrom(disk)
    return this.#kind.create({ self: this.self, founders: this.#founders, random: chance(lives), recovered })
  }

  #state(
    engine: Engine<unknown>,
    rest: Pick<LocalState, 'booted' | 'lives' | 'inputs' | 'disk'>,
  ): LocalState {
    const core = engine.inspect()
    const text = textOf(core, this.#lens.leftOut)
    const turned = this.#lens.turned(core)
    return { ...rest, text, diskText: textOf(rest.disk), status: engine.status(), turned }
  }
}

/** The shortest waits there are; other numbers for each life where it must not repeat those of an earlier one. */
const chance = (lives: number): Random => ({ below: bound => (bound > 2 ** 20 ? 100 * (lives + 1) : 0) })

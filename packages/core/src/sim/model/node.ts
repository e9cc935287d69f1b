/**
 * One node of a model: the shipping engine, as a function from a local state and an input to the next local state. A
 * state is told apart by what the engine remembers and what its disk holds; it is rebuilt by giving a new engine the same
 * inputs again. Knows nothing of other nodes.
 */
import { InvariantError } from '../../logic/base/assert.ts'
import type { NodeId } from '../../logic/base/ids.ts'
import { seededRandom } from '../../logic/base/random.ts'
import type {
  Decided,
  Engine,
  EngineInput,
  EngineOutput,
  EngineStatus,
  Outgoing,
  Recovered,
} from '../../logic/consensus/engine.ts'
import type { AnyEngineKind } from '../../logic/consensus/engines.ts'
import { textOf } from './plain.ts'

export interface LocalState {
  /** What the disk held when this engine was made. */
  readonly booted: Recovered
  /** What it was given since. */
  readonly inputs: readonly EngineInput<unknown>[]
  readonly disk: Recovered
  /** Everything that decides how this node goes on, as text. */
  readonly text: string
  readonly status: EngineStatus
}

export interface Transition {
  readonly next: LocalState
  readonly sent: readonly Outgoing<unknown>[]
  readonly decided: readonly Decided[]
}

/** How a step ends: well; or in a crash before the write of its first part, or after it but before anyone heard. */
export type Ending = 'done' | 'crashBeforeWrite' | 'crashAfterWrite'

const emptyDisk: Recovered = { hardState: null, log: [], snapshot: null }

export class ModelNode {
  readonly #kind: AnyEngineKind
  readonly #founders: readonly NodeId[]
  readonly self: NodeId

  constructor(kind: AnyEngineKind, self: NodeId, founders: readonly NodeId[]) {
    this.#kind = kind
    this.#founders = founders
    this.self = self
  }

  /** Before its first input; what recovery gives out comes with the first step. */
  initial(): LocalState {
    return this.#state(this.#boot(emptyDisk), emptyDisk, [], emptyDisk)
  }

  /** The same node after a crash: only what the disk holds is left. */
  restarted({ disk }: LocalState): LocalState {
    return this.#state(this.#boot(disk), disk, [], disk)
  }

  /** Gives `inputs`, one a step, then whatever it sends to itself. */
  run(from: LocalState, inputs: readonly EngineInput<unknown>[], ending: Ending): Transition {
    const engine = this.#boot(from.booted)
    if (from.inputs.length > 0) for (const input of from.inputs) engine.step([input])
    const given: EngineInput<unknown>[] = [...from.inputs]
    const sent: Outgoing<unknown>[] = []
    const decided: Decided[] = []
    let disk = from.disk
    const waiting = [...inputs]
    for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) {
      const output = engine.step([input])
      given.push(input)
      decided.push(...output.decided)
      sent.push(...output.send.filter(({ to }) => to !== this.self))
      for (const { to, message } of output.send)
        if (to === this.self) waiting.push({ type: 'message', from: this.self, message })
      if (ending === 'crashBeforeWrite' && output.persist !== null)
        return { next: this.restarted({ ...from, disk }), sent, decided }
      disk = written(disk, output)
      if (ending === 'crashAfterWrite' && output.persist !== null)
        return { next: this.restarted({ ...from, disk }), sent, decided }
      for (const { to, message } of output.sendAfterPersist) {
        if (to === this.self) waiting.push({ type: 'message', from: this.self, message })
        else sent.push({ to, message })
      }
    }
    return { next: this.#state(engine, from.booted, given, disk), sent, decided }
  }

  #boot(recovered: Recovered): Engine<unknown> {
    const random = seededRandom(this.self.charCodeAt(0))
    return this.#kind.create({ self: this.self, founders: this.#founders, random, recovered })
  }

  #state(
    engine: Engine<unknown>,
    booted: Recovered,
    inputs: readonly EngineInput<unknown>[],
    disk: Recovered,
  ): LocalState {
    return { booted, inputs, disk, text: textOf([engine.inspect(), disk]), status: engine.status() }
  }
}

function written(disk: Recovered, { persist }: EngineOutput<unknown>): Recovered {
  if (persist === null) return disk
  if (persist.snapshot !== null) throw new InvariantError('model worlds are too small for snapshots')
  return { hardState: persist.hardState, log: [...disk.log, ...persist.log], snapshot: null }
}

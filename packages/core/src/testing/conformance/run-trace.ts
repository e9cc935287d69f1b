/**
 * Replays one trace on an ensemble, its sessions spread over the replicas, and says where the answers or the events part
 * from what ZooKeeper did. Waits for nothing but answers: a sync of every session after a write brings all its events,
 * because an event comes before any answer that could show its change.
 */
import type { Ensemble } from '../ensemble.ts'
import { Actor, type Answer } from './actor.ts'
import { isAsStated } from './compare.ts'
import { compareEvents } from './events.ts'
import type { Step, Trace, TraceEvent } from './trace.ts'
import { Transactions } from './transactions.ts'

export interface Difference {
  /** Which step, counted from 0. */
  readonly index: number
  readonly step: Step
  readonly expected: unknown
  readonly got: unknown
}

/** Reads, which change nothing that anybody could be told of. */
const reads: readonly string[] = [
  'exists',
  'getData',
  'getChildren',
  'getACL',
  'getEphemerals',
  'getAllChildrenNumber',
  'multiRead',
  'whoAmI',
  'sync',
  'addWatch',
]

/** Null where the library answered as ZooKeeper did. */
export async function runTrace(ensemble: Ensemble, trace: Trace): Promise<Difference | null> {
  const caretaker = await ensemble.connect(0)
  const { path: root, stat } = await caretaker.create('/trace-', '', { mode: 'persistentSequential' })
  const replay = new Replay(ensemble, root, new Transactions(stat.czxid))
  try {
    for (const [index, step] of trace.steps.entries()) {
      const difference = await replay.step(step)
      if (difference !== null) return { index, step, ...difference }
    }
    return null
  } finally {
    await replay.end()
    await caretaker.close()
  }
}

class Replay {
  readonly #ensemble: Ensemble
  readonly #root: string
  readonly #transactions: Transactions
  readonly #actors = new Map<string, Actor>()
  readonly #labels = new Map<number, string>()
  #opened = 0
  #told: TraceEvent[] = []

  constructor(ensemble: Ensemble, root: string, transactions: Transactions) {
    this.#ensemble = ensemble
    this.#root = root
    this.#transactions = transactions
  }

  async step(step: Step): Promise<Pick<Difference, 'expected' | 'got'> | null> {
    this.#told = []
    const answer = await this.#act(step)
    if (!reads.includes(step.op))
      await Promise.all([...this.#actors.values()].map(({ keeper }) => keeper.sync()))
    const { ok, error, results } = step
    const stated = {
      ...(ok === undefined ? { error } : { ok }),
      ...(results === undefined ? {} : { results }),
    }
    if (!isAsStated(stated, answer, this.#transactions)) return { expected: stated, got: this.#named(answer) }
    return compareEvents(step.op, step.events, this.#told)
  }

  async end(): Promise<void> {
    await Promise.all([...this.#actors.values()].map(({ keeper }) => keeper.close()))
  }

  async #act(step: Step): Promise<Answer> {
    if (step.op === 'open') return this.#open(step.s)
    const actor = this.#actors.get(step.s)
    if (actor === undefined) throw new Error(`session ${step.s} is not open`)
    if (step.op !== 'close' && step.op !== 'expire') return actor.act(step)
    this.#actors.delete(step.s)
    if (step.op === 'expire') await this.#ensemble.expire(actor.keeper)
    await actor.keeper.close()
    this.#told = this.#told.filter(({ s }) => s !== step.s)
    return { ok: {} }
  }

  async #open(name: string): Promise<Answer> {
    const keeper = await this.#ensemble.connect(this.#opened++ % this.#ensemble.replicas.length)
    this.#labels.set(keeper.session, name)
    const actor = new Actor({
      name,
      keeper,
      root: this.#root,
      labelOf: session => this.#labels.get(session) ?? null,
      told: event => this.#told.push(event),
    })
    this.#actors.set(name, actor)
    return { ok: {} }
  }

  /** `answer` with its zxids in the trace's words, to be shown. */
  #named(answer: Answer): unknown {
    return JSON.parse(JSON.stringify(answer), (key, value) =>
      key.endsWith('zxid') && typeof value === 'number' ? this.#transactions.name(value) : value,
    )
  }
}

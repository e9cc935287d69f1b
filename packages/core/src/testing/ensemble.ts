/**
 * An ensemble in this process under real time, for tests: each replica runs the worker's service, and clients reach it
 * through `connect` like an app's. Owns who is in it, and ways to make happen what takes long by itself.
 */
import { connect } from '../client/connect.ts'
import type { Keeper } from '../client/keeper.ts'
import type { ConnectOptions } from '../client/options.ts'
import { mintNode } from '../host/worker/names.ts'
import { compareIds, type EnsembleId, ensembleId, type NodeId } from '../logic/base/ids.ts'
import type { EngineName } from '../logic/consensus/engine.ts'
import type { HistoryBounds } from '../logic/watch/history.ts'
import { proposeExpiry } from './expiry.ts'
import { InProcessReplica } from './replica.ts'

export interface EnsembleOptions {
  /** All of them are founders, and vote. Three where nothing is said. */
  readonly replicas?: number
  readonly engine?: EngineName
  /** Seeds the replicas' randomness. */
  readonly seed?: number
  /** How many changes each replica keeps for watches that resume. */
  readonly history?: HistoryBounds
}

export type ConnectToReplica = Pick<
  ConnectOptions,
  'sessionTimeoutMs' | 'timeoutMs' | 'waitFor' | 'canBeReadOnly' | 'signal'
>

/** What was proposed and not carried out for this long is proposed again. */
const askAgainMs = 1_000

/** Starts the replicas of a new ensemble; `connect` then waits for their quorum, which takes about a second. */
export async function startEnsemble({
  replicas: count = 3,
  engine = 'multi-paxos',
  seed = 1,
  history,
}: EnsembleOptions = {}): Promise<Ensemble> {
  const ensemble = ensembleId(`test-${crypto.randomUUID()}`)
  const minted = await Promise.all(Array.from({ length: count }, mintNode))
  // In the order of their names, which decides some elections: replica 0 is always the first.
  const selves = minted.toSorted((a, b) => compareIds(a.node, b.node))
  const founders: readonly NodeId[] = selves.map(({ node }) => node)
  const replicas = selves.map(
    (self, i) => new InProcessReplica({ self, ensemble, engine, founders, seed: seed * 1_000 + i, history }),
  )
  for (const replica of replicas) await replica.start()
  return new Ensemble(ensemble, replicas)
}

export class Ensemble {
  readonly #replicas: InProcessReplica[]
  readonly #room: EnsembleId
  readonly #keepers = new Set<Keeper>()

  /** Use {@link startEnsemble} instead. */
  constructor(room: EnsembleId, replicas: readonly InProcessReplica[]) {
    this.#room = room
    this.#replicas = [...replicas]
  }

  get replicas(): readonly InProcessReplica[] {
    return this.#replicas
  }

  /**
   * Starts one more replica, which asks to be taken into the ensemble that replica `index` is in, and resolves with its own
   * index. As new ones do it becomes an observer, and a voter where one is wanted.
   */
  async join(index: number): Promise<number> {
    const { ensemble, engine } = this.replica(index)
    const number = this.#replicas.length
    const replica = new InProcessReplica({
      self: await mintNode(),
      ensemble,
      engine,
      room: this.#room,
      founders: [],
      seed: number,
    })
    this.#replicas.push(replica)
    await replica.start()
    return number
  }

  /** A keeper with a session of its own at replica `index`, counted from 0. Rejects as `connect` does. */
  async connect(index: number, options: ConnectToReplica = {}): Promise<Keeper> {
    const replica = this.replica(index)
    const keeper = await connect({
      ...options,
      room: this.#room,
      storage: 'memory',
      worker: () => replica.worker(),
    })
    this.#keepers.add(keeper)
    return keeper
  }

  replica(index: number): InProcessReplica {
    const replica = this.replicas[index]
    if (replica === undefined) throw new Error(`there is no replica ${index}`)
    return replica
  }

  /**
   * Ends a keeper's session as if its time had run out: by the command that the doer would have put into the log.
   * Resolves when the keeper has heard of it.
   */
  async expire(keeper: Keeper): Promise<void> {
    const heard = new AbortController()
    const expired = new Promise<void>(resolve => {
      if (keeper.state === 'expired') resolve()
      keeper.on('state', state => state === 'expired' && resolve(), { signal: heard.signal })
    })
    proposeExpiry(this.replicas, keeper.session)
    // A proposal is lost where its leader is replaced at this moment.
    const again = setInterval(() => proposeExpiry(this.replicas, keeper.session), askAgainMs)
    await expired
    clearInterval(again)
    heard.abort()
  }

  /** Ends every keeper and every replica. Nothing is left running. */
  async close(): Promise<void> {
    await Promise.all([...this.#keepers].map(keeper => keeper.close()))
    await Promise.all(this.replicas.map(replica => replica.close()))
  }
}

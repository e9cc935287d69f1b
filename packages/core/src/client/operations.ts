/**
 * The tree as an app reads and writes it: ZooKeeper's operations. Every method checks its arguments before anything goes
 * out and rejects with a KeeperError; every wait ends by answer, time limit or signal, so that besides what a
 * method names, each may reject with Timeout, Aborted, Closed, SessionExpired, WorkerDied, ReplicaStopped and
 * TooManyRequests. Which error wins where several hold: docs/ZOOKEEPER.md.
 */
import type { Result } from '../logic/base/result.ts'
import type { Acl, Identity } from '../logic/state/acl.ts'
import type { Operation } from '../logic/state/command.ts'
import type { OperationAnswer } from '../logic/state/contract.ts'
import type { Failure } from '../logic/state/error.ts'
import { parseOperation } from '../logic/state/operation.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import { parseQuery, type Query, type QueryAnswer } from '../logic/state/query.ts'
import type { Stat } from '../logic/state/stat.ts'
import { bytesOf } from './bytes.ts'
import type { CallOptions } from './calls.ts'
import { keeperError } from './error.ts'
import { KeeperTarget } from './events.ts'
import {
  type Created,
  type CreateSettings,
  type Data,
  type MultiOperation,
  type MultiReadResults,
  type MultiResults,
  plainOperation,
  resultOf,
  type SingleQuery,
  type Znode,
} from './multi.ts'
import type { Consistency, Session } from './session.ts'
import type { WatchCallback } from './watches.ts'

export interface ConsistencyOptions extends CallOptions {
  /** `sequential` (default): from this replica, never behind what the session saw or wrote. `linearizable`: a quorum is asked. */
  readonly consistency?: Consistency | undefined
}

export interface ReadOptions extends ConsistencyOptions {
  /** Called once, at the first change after this read. */
  readonly watch?: WatchCallback | undefined
}

export interface VersionOptions extends CallOptions {
  /** Only where this is the present version; -1, the default: whichever it is. */
  readonly version?: number | undefined
}

export abstract class Operations extends KeeperTarget {
  readonly #session: Session
  /** What is being prepared: what is asked after it waits until it is handed over. */
  #entering: Promise<void> | null = null

  protected constructor(session: Session) {
    super()
    this.#session = session
  }

  /** A write passed the soft limits of the quotas of `paths`. */
  protected abstract passedQuota(paths: readonly ZnodePath[]): void

  /**
   * Creates a znode. Resolves with its path, which a sequential mode completes with ten digits, and its stat.
   * Errors: BadArguments, InvalidACL, NoNode (the parent), NoAuth (CREATE on the parent), NodeExists,
   * NoChildrenForEphemerals, QuotaExceeded, DataTooLarge, LimitExceeded, SequenceExhausted.
   */
  async create(path: string, data: Data = '', options: CreateSettings & CallOptions = {}): Promise<Created> {
    const { mode = 'persistent', acl, ttlMs } = options
    return this.write('create', path, options, { data: bytesOf(data), mode, acl, ttlMs })
  }

  /** The znode's data and stat. Errors: BadArguments, NoNode, NoAuth (READ). */
  async get(path: string, options: ReadOptions = {}): Promise<Znode> {
    return this.read('get', path, options)
  }

  /** Replaces the data. Errors: BadArguments, NoNode, NoAuth (WRITE), QuotaExceeded, DataTooLarge, BadVersion. */
  async set(path: string, data: Data, { version = -1, ...options }: VersionOptions = {}): Promise<Stat> {
    return (await this.write('set', path, options, { data: bytesOf(data), version })).stat
  }

  /** Deletes a znode without children. Errors: BadArguments, NoNode, NoAuth (DELETE on the parent), BadVersion, NotEmpty. */
  async delete(path: string, { version = -1, ...options }: VersionOptions = {}): Promise<void> {
    await this.write('delete', path, options, { version })
  }

  /** The znode's stat, or null where there is none; a watch set on nothing tells of the creation. Errors: BadArguments, NoAuth (READ). */
  async exists(path: string, options: ReadOptions = {}): Promise<Stat | null> {
    return (await this.read('exists', path, options)).stat
  }

  /** The names of the children, sorted by code unit, and the znode's own stat. Errors: BadArguments, NoNode, NoAuth (READ). */
  async children(
    path: string,
    options: ReadOptions = {},
  ): Promise<{ readonly children: readonly string[]; readonly stat: Stat }> {
    return this.read('children', path, options)
  }

  /** How many znodes are below `path`, at any depth. Errors: BadArguments, NoNode, NoAuth (READ). */
  async allChildrenNumber(path: string, options: ConsistencyOptions = {}): Promise<number> {
    return (await this.read('allChildrenNumber', path, options)).count
  }

  /** Paths of this session's ephemerals that begin with the text `prefix`, a path itself; sorted by code unit. Errors: BadArguments. */
  async ephemerals(prefix = '/', options: ConsistencyOptions = {}): Promise<readonly ZnodePath[]> {
    return (await this.read('ephemerals', prefix, options)).paths
  }

  /**
   * Who may do what, and the stat. Without ADMIN the hashes of passwords are masked: `user:x`.
   * Errors: BadArguments, NoNode, NoAuth (READ or ADMIN).
   */
  async getAcl(
    path: string,
    options: ConsistencyOptions = {},
  ): Promise<{ readonly acl: Acl; readonly stat: Stat }> {
    return this.read('getAcl', path, options)
  }

  /**
   * Gives the znode another list of permissions, where `version` is that of the present one (`stat.aversion`). Changes
   * neither mzxid nor version, and no watch hears of it.
   * Errors: BadArguments, InvalidACL, NoNode, NoAuth (ADMIN), DataTooLarge, BadVersion.
   */
  async setAcl(path: string, acl: Acl, { version = -1, ...options }: VersionOptions = {}): Promise<Stat> {
    return (await this.write('setAcl', path, options, { acl, version })).stat
  }

  /**
   * Carries out all of `operations` in one transaction, each seeing what those before it did; or none. Resolves with one
   * result for each. Rejects with the error of the first that failed; `error.results` says what each came to.
   */
  async multi<const Operations extends readonly MultiOperation[]>(
    operations: Operations,
    options: CallOptions = {},
  ): Promise<MultiResults<Operations>> {
    const asked = { operations: operations.map(plainOperation) }
    const { results } = await this.write('multi', null, options, asked)
    return results.map(resultOf) as unknown as MultiResults<Operations>
  }

  /** Reads data and children of several znodes in one state of the tree; each may fail by itself (NoNode, NoAuth). Errors: BadArguments. */
  async multiRead<const Queries extends readonly SingleQuery[]>(
    queries: Queries,
    options: ConsistencyOptions = {},
  ): Promise<MultiReadResults<Queries>> {
    const { results } = await this.read('multiRead', null, options, queries)
    return results.map((result, index) =>
      result.ok ? result : { ok: false, error: keeperError(result.error, queries[index]?.path ?? null) },
    ) as unknown as MultiReadResults<Queries>
  }

  /** What the session has shown itself to be by `addAuth`: of `digest` the user, of `key` the public key. */
  async whoAmI(options: ConsistencyOptions = {}): Promise<readonly Identity[]> {
    return (await this.read('whoAmI', null, options)).identities
  }

  /** Resolves when this replica has everything that was chosen anywhere before the call: a real quorum operation. */
  async sync(options: CallOptions = {}): Promise<void> {
    if (this.#entering !== null) await this.#entering
    await this.#session.read(null, 'linearizable', null, options)
  }

  /**
   * Sends what `prepare` makes, which takes a moment; what is asked from now on goes out after it, as if it took none.
   * @internal
   */
  protected async inTurn<Ready, Answer>(
    prepare: () => Promise<Ready>,
    send: (ready: Ready) => Promise<Answer>,
  ): Promise<Answer> {
    const sending = (this.#entering ?? Promise.resolve()).then(prepare).then(ready => {
      const answer = send(ready)
      // Whoever called hears of it below.
      answer.catch(() => undefined)
      return { answer }
    })
    const settled = sending.then(
      () => undefined,
      () => undefined,
    )
    this.#entering = settled
    await settled
    if (this.#entering === settled) this.#entering = null
    return (await sending).answer
  }

  /** Writes the operation of `type` that `rest` parses to, and returns what its answer says. @internal */
  protected async write<Type extends Operation['type']>(
    type: Type,
    path: string | null,
    options: CallOptions,
    rest?: object,
  ): Promise<Said<OperationAnswer, Type>> {
    const operation = checked(parseOperation({ type, path, ...rest }), path)
    if (this.#entering !== null) await this.#entering
    return saidBy(await this.writeNow(operation, options), type)
  }

  /** Before whatever waits for its turn. @internal */
  protected async writeNow(operation: Operation, options: CallOptions): Promise<OperationAnswer> {
    const { answer, overQuota } = await this.#session.write(operation, options)
    if (overQuota.length > 0) this.passedQuota(overQuota)
    return answer
  }

  /** Reads likewise. @internal */
  protected async read<Type extends Query['type']>(
    type: Type,
    path: string | null,
    options: ReadOptions,
    queries?: readonly SingleQuery[],
  ): Promise<Said<QueryAnswer, Type>> {
    const query = checked(parseQuery({ type, path, queries }), path)
    if (this.#entering !== null) await this.#entering
    return saidBy(await this.readNow(query, options), type)
  }

  /** Before whatever waits for its turn. @internal */
  protected readNow(query: Query, options: ReadOptions): Promise<QueryAnswer | null> {
    const { consistency = 'sequential', watch = null, ...limits } = options
    return this.#session.read(query, consistency, watch, limits)
  }
}

function checked<Value>(parsed: Result<Value, Failure>, path: string | null): Value {
  if (parsed.ok) return parsed.value
  throw keeperError(parsed.error, path)
}

/** What an answer of `type` says besides that it is one. */
type Said<Answer extends { readonly type: string }, Type> = Omit<
  Extract<Answer, { readonly type: Type }>,
  'type'
>

function saidBy<Answer extends { readonly type: string }, Type extends Answer['type']>(
  answer: Answer | null,
  asked: Type,
): Said<Answer, Type> {
  const { type, ...said } = answer ?? { type: 'nothing' }
  if (type !== asked) throw mismatch(type)
  return said as Said<Answer, Type>
}

export const mismatch = (type: string): Error =>
  new Error(`the replica answered with ${type}: client and worker are of different versions`)

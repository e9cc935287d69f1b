/**
 * The tree as an app reads and writes it: ZooKeeper's operations. Every method checks its arguments before anything goes
 * out and rejects with a KeeperError; every wait ends by answer, time limit or signal, so that besides what a
 * method names, each may reject with Timeout, Aborted, Closed, SessionExpired, WorkerDied, ReplicaStopped and
 * TooManyRequests. Which error wins where several hold: docs/ZOOKEEPER.md.
 */
import type { Acl, Identity } from '../logic/state/acl.ts'
import type { Operation } from '../logic/state/command.ts'
import type { OperationAnswer } from '../logic/state/contract.ts'
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
  /** An identity that is being made: what is asked after it waits until it is handed over. */
  #entering: Promise<unknown> | null = null

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
    const { timeoutMs: _, signal: __, mode = 'persistent', ...settings } = options
    const answer = await this.write(
      { type: 'create', path, data: bytesOf(data), mode, ...settings },
      path,
      options,
    )
    if (answer.type === 'create') return { path: answer.path, stat: answer.stat }
    throw mismatch(answer.type)
  }

  /** The znode's data and stat. Errors: BadArguments, NoNode, NoAuth (READ). */
  async get(path: string, options: ReadOptions = {}): Promise<Znode> {
    const answer = await this.read({ type: 'get', path }, path, options)
    if (answer?.type === 'get') return { data: answer.data, stat: answer.stat }
    throw mismatch(answer?.type)
  }

  /** Replaces the data. Errors: BadArguments, NoNode, NoAuth (WRITE), QuotaExceeded, DataTooLarge, BadVersion. */
  async set(path: string, data: Data, { version = -1, ...options }: VersionOptions = {}): Promise<Stat> {
    const answer = await this.write({ type: 'set', path, data: bytesOf(data), version }, path, options)
    if (answer.type === 'set') return answer.stat
    throw mismatch(answer.type)
  }

  /** Deletes a znode without children. Errors: BadArguments, NoNode, NoAuth (DELETE on the parent), BadVersion, NotEmpty. */
  async delete(path: string, { version = -1, ...options }: VersionOptions = {}): Promise<void> {
    await this.write({ type: 'delete', path, version }, path, options)
  }

  /** The znode's stat, or null where there is none; a watch set on nothing tells of the creation. Errors: BadArguments, NoAuth (READ). */
  async exists(path: string, options: ReadOptions = {}): Promise<Stat | null> {
    const answer = await this.read({ type: 'exists', path }, path, options)
    if (answer?.type === 'exists') return answer.stat
    throw mismatch(answer?.type)
  }

  /** The names of the children, sorted by code unit, and the znode's own stat. Errors: BadArguments, NoNode, NoAuth (READ). */
  async children(
    path: string,
    options: ReadOptions = {},
  ): Promise<{ readonly children: readonly string[]; readonly stat: Stat }> {
    const answer = await this.read({ type: 'children', path }, path, options)
    if (answer?.type === 'children') return { children: answer.children, stat: answer.stat }
    throw mismatch(answer?.type)
  }

  /** How many znodes are below `path`, at any depth. Errors: BadArguments, NoNode, NoAuth (READ). */
  async allChildrenNumber(path: string, options: ConsistencyOptions = {}): Promise<number> {
    const answer = await this.read({ type: 'allChildrenNumber', path }, path, options)
    if (answer?.type === 'allChildrenNumber') return answer.count
    throw mismatch(answer?.type)
  }

  /** Paths of this session's ephemerals that begin with the text `prefix`, a path itself; sorted by code unit. Errors: BadArguments. */
  async ephemerals(prefix = '/', options: ConsistencyOptions = {}): Promise<readonly ZnodePath[]> {
    const answer = await this.read({ type: 'ephemerals', path: prefix }, prefix, options)
    if (answer?.type === 'ephemerals') return answer.paths
    throw mismatch(answer?.type)
  }

  /**
   * Who may do what, and the stat. Without ADMIN the hashes of passwords are masked: `user:x`.
   * Errors: BadArguments, NoNode, NoAuth (READ or ADMIN).
   */
  async getAcl(
    path: string,
    options: ConsistencyOptions = {},
  ): Promise<{ readonly acl: Acl; readonly stat: Stat }> {
    const answer = await this.read({ type: 'getAcl', path }, path, options)
    if (answer?.type === 'getAcl') return { acl: answer.acl, stat: answer.stat }
    throw mismatch(answer?.type)
  }

  /**
   * Gives the znode another list of permissions, where `version` is that of the present one (`stat.aversion`). Changes
   * neither mzxid nor version, and no watch hears of it.
   * Errors: BadArguments, InvalidACL, NoNode, NoAuth (ADMIN), DataTooLarge, BadVersion.
   */
  async setAcl(path: string, acl: Acl, { version = -1, ...options }: VersionOptions = {}): Promise<Stat> {
    const answer = await this.write({ type: 'setAcl', path, acl, version }, path, options)
    if (answer.type === 'setAcl') return answer.stat
    throw mismatch(answer.type)
  }

  /**
   * Carries out all of `operations` in one transaction, each seeing what those before it did; or none. Resolves with one
   * result for each. Rejects with the error of the first that failed; `error.results` says what each came to.
   */
  async multi<const Operations extends readonly MultiOperation[]>(
    operations: Operations,
    options: CallOptions = {},
  ): Promise<MultiResults<Operations>> {
    const answer = await this.write(
      { type: 'multi', operations: operations.map(plainOperation) },
      null,
      options,
    )
    if (answer.type === 'multi') return answer.results.map(resultOf) as unknown as MultiResults<Operations>
    throw mismatch(answer.type)
  }

  /** Reads data and children of several znodes in one state of the tree; each may fail by itself (NoNode, NoAuth). Errors: BadArguments. */
  async multiRead<const Queries extends readonly SingleQuery[]>(
    queries: Queries,
    options: ConsistencyOptions = {},
  ): Promise<MultiReadResults<Queries>> {
    const answer = await this.read({ type: 'multiRead', queries }, null, options)
    if (answer?.type !== 'multiRead') throw mismatch(answer?.type)
    const results = answer.results.map((result, index) =>
      result.ok ? result : { ok: false, error: keeperError(result.error, queries[index]?.path ?? null) },
    )
    return results as unknown as MultiReadResults<Queries>
  }

  /** What the session has shown itself to be by `addAuth`: of `digest` the user, of `key` the public key. */
  async whoAmI(options: ConsistencyOptions = {}): Promise<readonly Identity[]> {
    const answer = await this.read({ type: 'whoAmI' }, null, options)
    if (answer?.type === 'whoAmI') return answer.identities
    throw mismatch(answer?.type)
  }

  /** Resolves when this replica has everything that was chosen anywhere before the call: a real quorum operation. */
  async sync(options: CallOptions = {}): Promise<void> {
    if (this.#entering !== null) await this.#entering
    await this.#session.read(null, 'linearizable', null, options)
  }

  /**
   * Writes what `prepare` makes, which takes a moment; what is asked from now on goes out after it, as if it took none.
   * @internal
   */
  protected async writePrepared(prepare: () => Promise<Operation>, options: CallOptions): Promise<void> {
    const before = this.#entering ?? Promise.resolve()
    let written: Promise<unknown> = Promise.resolve()
    const handedOver = before.then(prepare).then(operation => {
      written = this.#writeNow(operation, options)
      // Whoever called hears of it below.
      written.catch(() => undefined)
    })
    const settled = handedOver.catch(() => undefined)
    this.#entering = settled
    await settled
    if (this.#entering === settled) this.#entering = null
    await handedOver
    await written
  }

  /** Writes what `asked` parses to. @internal */
  protected async write(asked: object, path: string | null, options: CallOptions): Promise<OperationAnswer> {
    const operation = operationOf(asked, path)
    if (this.#entering !== null) await this.#entering
    return this.#writeNow(operation, options)
  }

  async #writeNow(operation: Operation, options: CallOptions): Promise<OperationAnswer> {
    const { answer, overQuota } = await this.#session.write(operation, options)
    if (overQuota.length > 0) this.passedQuota(overQuota)
    return answer
  }

  /** Reads what `asked` parses to. @internal */
  protected async read(
    asked: object,
    path: string | null,
    options: ReadOptions,
  ): Promise<QueryAnswer | null> {
    const { consistency = 'sequential', watch = null, ...call } = options
    const query = queryOf(asked, path)
    if (this.#entering !== null) await this.#entering
    return this.#session.read(query, consistency, watch, call)
  }
}

function operationOf(asked: object, path: string | null): Operation {
  const operation = parseOperation(asked)
  if (operation.ok) return operation.value
  throw keeperError(operation.error, path)
}

export function queryOf(asked: object, path: string | null): Query {
  const query = parseQuery(asked)
  if (query.ok) return query.value
  throw keeperError(query.error, path)
}

export const mismatch = (type: string | undefined): Error =>
  new Error(`the replica answered with ${type}: client and worker are of different versions`)

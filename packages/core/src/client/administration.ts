/**
 * Identities, quotas and the ensemble's members, as an app handles them. In ZooKeeper some of it is done by its shell,
 * with several operations; here each is one. What few apps need of it is loaded on demand.
 */
import type { Answer, Question } from '../host/worker/protocol.ts'
import type { EnsembleId, Zxid } from '../logic/base/ids.ts'
import type { Configuration } from '../logic/state/contract.ts'
import type { QuotaLimits } from '../logic/state/quota.ts'
import { textOf } from './bytes.ts'
import type { CallOptions } from './calls.ts'
import { isKeeperError } from './error.ts'
import { identities, load, quotas } from './on-demand.ts'
import { type ConsistencyOptions, Operations } from './operations.ts'
import { pathOf } from './path.ts'
import type { Quota } from './quotas.ts'
import type { Session } from './session.ts'

export interface AdministrationParts {
  readonly session: Session
  readonly ensemble: EnsembleId
  ask(question: Question, options: CallOptions): Promise<Answer>
}

export interface EnsembleConfig extends Configuration {
  /** The transaction that made it so. */
  readonly version: Zxid
}

export abstract class Administration extends Operations {
  readonly #parts: AdministrationParts

  protected constructor(parts: AdministrationParts) {
    super(parts.session)
    this.#parts = parts
  }

  /**
   * The session is also this from now on, until it ends; calls made after this one wait for it.
   * `digest`: `auth` is `user:password`; only its hash leaves the page. `key`: a pair of ECDSA keys on P-256, the public
   * one extractable; the replica's worker sees a signature before it lets the public key into the log as an identity.
   * Errors: AuthFailed (another scheme, malformed, not proven), BadArguments (another kind of key), LimitExceeded, NotLoaded.
   */
  addAuth(scheme: 'digest', auth: string, options?: CallOptions): Promise<void>
  addAuth(scheme: 'key', auth: CryptoKeyPair, options?: CallOptions): Promise<void>
  async addAuth(scheme: string, auth: string | CryptoKeyPair, options: CallOptions = {}): Promise<void> {
    const { session } = this.#parts
    for (;;) {
      const { moves } = session
      try {
        await this.inTurn(
          async () => (await load(identities, options)).identify(this.#parts, scheme, auth, options),
          operation => this.writeNow(operation, options),
        )
        return
      } catch (error) {
        // A worker believes only what it was shown itself: a claim that went on to the next one is shown there again.
        if (session.moves === moves || !isKeeperError(error, 'AuthFailed')) throw error
      }
    }
  }

  /**
   * Limits what the subtree at `path` may hold, in the place of what limited it before. Over the soft limits (`count`,
   * `bytes`) a `quota` event tells this keeper of each of its writes that passes them; over the hard ones creates and
   * sets fail with QuotaExceeded. Quotas do not nest.
   * Errors: BadArguments (no limits, no quota possible there, one above or below), NoNode, NoAuth (ADMIN).
   */
  async setQuota(path: string, limits: QuotaLimits, options: CallOptions = {}): Promise<void> {
    await this.write('setQuota', path, options, { limits })
  }

  /** Takes the quota of `path` away. Errors: BadArguments, NoNode (where there is none), NoAuth (ADMIN). */
  async deleteQuota(path: string, options: CallOptions = {}): Promise<void> {
    await this.write('setQuota', path, options, { limits: null })
  }

  /** What limits the subtree at `path`, and what it holds; null where there is no quota of exactly this path. Errors: BadArguments, NotLoaded. */
  async getQuota(path: string, options: ConsistencyOptions = {}): Promise<Quota | null> {
    const at = pathOf(path)
    return this.inTurn(
      () => load(quotas, options),
      async ({ quotaQuery, quotaOf }) => quotaOf(await this.readNow(quotaQuery(at), options)),
    )
  }

  /** The ensemble's members, from `/zookeeper/config`, which can be watched like any znode. */
  async getConfig(options: ConsistencyOptions = {}): Promise<EnsembleConfig> {
    const { data } = await this.get('/zookeeper/config', options)
    return data.length === 0 ? nobodyYet : (JSON.parse(textOf(data)) as EnsembleConfig)
  }
}

const nobodyYet: EnsembleConfig = { version: 0 as Zxid, members: [] }

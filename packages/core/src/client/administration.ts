/**
 * Identities, quotas and the ensemble's members, as an app handles them. In ZooKeeper some of it is done by its shell,
 * with several operations; here each is one.
 */
import type { Answer, Question } from '../host/worker/protocol.ts'
import { base64Url } from '../logic/base/base64.ts'
import type { EnsembleId, SessionId, Zxid } from '../logic/base/ids.ts'
import type { Configuration } from '../logic/state/contract.ts'
import { proofText } from '../logic/state/key-proof.ts'
import {
  limitsPath,
  parseLimits,
  type QuotaLimits,
  type QuotaUsage,
  statsPath,
} from '../logic/state/quota.ts'
import { bytesOf, textOf } from './bytes.ts'
import type { CallOptions } from './calls.ts'
import { KeeperError } from './error.ts'
import { digestId, rawKey } from './identity.ts'
import { type ConsistencyOptions, Operations } from './operations.ts'
import { pathOf } from './path.ts'
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

const ecdsaWithSha256 = { name: 'ECDSA', hash: 'SHA-256' } as const

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
   * Errors: AuthFailed (another scheme, malformed, not proven), BadArguments (another kind of key), LimitExceeded.
   */
  addAuth(scheme: 'digest', auth: string, options?: CallOptions): Promise<void>
  addAuth(scheme: 'key', auth: CryptoKeyPair, options?: CallOptions): Promise<void>
  async addAuth(scheme: string, auth: string | CryptoKeyPair, options: CallOptions = {}): Promise<void> {
    const { session } = this.#parts
    const add = () =>
      this.writePrepared(async () => {
        const id = await this.#idOf(scheme, auth, options)
        if (id !== null) return { type: 'addAuth', scheme, id }
        throw new KeeperError('AuthFailed', `a session cannot be shown to be ${scheme}:...`)
      }, options)
    for (;;) {
      const { moves } = session
      try {
        return await add()
      } catch (error) {
        // A worker believes only what it was shown itself: a claim that went on to the next one is shown there again.
        const isOfNoUse = session.moves === moves
        if (isOfNoUse || !(error instanceof KeeperError && error.code === 'AuthFailed')) throw error
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
    await this.write({ type: 'setQuota', path, limits }, path, options)
  }

  /** Takes the quota of `path` away. Errors: BadArguments, NoNode (where there is none), NoAuth (ADMIN). */
  async deleteQuota(path: string, options: CallOptions = {}): Promise<void> {
    await this.write({ type: 'setQuota', path, limits: null }, path, options)
  }

  /** What limits the subtree at `path`, and what it holds; null where there is no quota of exactly this path. Errors: BadArguments. */
  async getQuota(
    path: string,
    options: ConsistencyOptions = {},
  ): Promise<{ readonly limits: QuotaLimits; readonly usage: QuotaUsage } | null> {
    const at = pathOf(path)
    const [limits, usage] = await this.multiRead(
      [
        { type: 'get', path: limitsPath(at) },
        { type: 'get', path: statsPath(at) },
      ],
      options,
    )
    if (!limits.ok || !usage.ok) return null
    const { count = 0, bytes = 0 } = parseLimits(textOf(usage.value.data))
    return { limits: parseLimits(textOf(limits.value.data)), usage: { count, bytes } }
  }

  /** The ensemble's members, from `/zookeeper/config`, which can be watched like any znode. */
  async getConfig(options: ConsistencyOptions = {}): Promise<EnsembleConfig> {
    const { data } = await this.get('/zookeeper/config', options)
    return data.length === 0 ? nobodyYet : (JSON.parse(textOf(data)) as EnsembleConfig)
  }

  async #idOf(scheme: string, auth: string | CryptoKeyPair, options: CallOptions): Promise<string | null> {
    if (scheme === 'digest') return typeof auth === 'string' ? digestId(auth) : null
    if (scheme !== 'key' || typeof auth === 'string') return null
    const { session } = this.#parts
    for (;;) {
      const { moves } = session
      const id = await this.#prove(auth, options)
      if (id !== null || session.moves === moves) return id
    }
  }

  /** Shows the worker that this page holds the private key; the id that the public one is. Null when it was not believed. */
  async #prove({ publicKey, privateKey }: CryptoKeyPair, options: CallOptions): Promise<string | null> {
    const { session, ensemble, ask } = this.#parts
    const raw = await rawKey(publicKey)
    // A session that is not open yet is waited for, within the call's limit.
    await session.read(null, 'sequential', null, options)
    const challenge = await ask({ type: 'challenge' }, options)
    if (challenge.type !== 'challenge') return null
    const text = bytesOf(proofText(ensemble, session.id as SessionId, challenge.nonce))
    const signature = await crypto.subtle.sign(ecdsaWithSha256, privateKey, new Uint8Array(text))
    const proof = { session: session.id, publicKey: raw, signature: new Uint8Array(signature) }
    const answer = await ask({ type: 'prove', ...proof }, options)
    return answer.type === 'proven' && answer.proven ? base64Url(raw) : null
  }
}

const nobodyYet: EnsembleConfig = { version: 0 as Zxid, members: [] }

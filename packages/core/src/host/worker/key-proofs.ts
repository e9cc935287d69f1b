/**
 * Which keys the page of one stream has shown that it holds: it signs a challenge, once for each key and session. Only
 * what was shown here gets into the log as an identity. Whoever can write to the log without passing this door (another
 * member that does not run this code) is not held off by it.
 */
import type { EnsembleId, SessionId } from '../../logic/base/ids.ts'
import type { ClientRequest } from '../../logic/replica/event.ts'
import { proofText } from '../../logic/state/key-proof.ts'
import { base64url, verify } from '../identity-key.ts'

const nonceBytes = 32

/** Keys that one page may show. */
const provenMax = 64

const utf8 = new TextEncoder()

export interface Proof {
  readonly ensemble: EnsembleId
  readonly session: SessionId
  /** The point: 65 bytes. */
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

export class KeyProofs {
  /** Good for one answer. */
  #nonce: Uint8Array<ArrayBuffer> | null = null
  readonly #proven = new Set<string>()

  challenge(): Uint8Array {
    this.#nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
    return this.#nonce
  }

  /** Whether `signature` is that of the last challenge by the private key to `publicKey`. Never rejects. */
  async prove({ ensemble, session, publicKey, signature }: Proof): Promise<boolean> {
    const nonce = this.#nonce
    this.#nonce = null
    if (nonce === null || this.#proven.size >= provenMax) return false
    const text = utf8.encode(proofText(ensemble, session, nonce))
    const isShown = await verify(publicKey, text, signature)
    if (isShown) this.#proven.add(proofKey(session, base64url(publicKey)))
    return isShown
  }

  /**
   * `request`, unless it claims a key that was not shown. Then what it claims is emptied: it goes through the log as one
   * that fails with AuthFailed, so that the row of the session's writes has no gap.
   */
  admit(request: ClientRequest): ClientRequest {
    if (request.type !== 'write' || request.operation.type !== 'addAuth') return request
    const { scheme, id } = request.operation
    if (scheme !== 'key' || this.#proven.has(proofKey(request.session, id))) return request
    return { ...request, operation: { ...request.operation, id: '' } }
  }
}

const proofKey = (session: SessionId, id: string): string => `${session} ${id}`

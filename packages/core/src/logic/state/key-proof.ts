/**
 * What a page signs to show that it holds a private key. Known to both ends of its stream; who asks, and who checks, is
 * their own business.
 */
import type { EnsembleId, SessionId } from '../base/ids.ts'

/** No other signature of the same key can stand for it, nor this one for another session, ensemble or moment. */
export const proofText = (ensemble: EnsembleId, session: SessionId, nonce: Uint8Array): string =>
  ['peerkeeper: this session holds the key', ensemble, session, nonce.join(' ')].join('\n')

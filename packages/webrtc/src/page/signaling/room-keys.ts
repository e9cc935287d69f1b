/**
 * What a room's secret is good for: a name of the room that tells nobody its own, a key that seals what peers say through others,
 * and a mark on the ensembles that an arbiter is told of. All are derived (HKDF, SHA-256) from the secret and the room's name, so
 * that one secret may serve several rooms. Knows nothing of who seals what.
 */
import { base64url, bytesOfBase64url } from '@peerkeeper/core/transport'
import { bytesOfSecret } from './secret.ts'

export interface RoomKeys {
  /** What servers know the room by: 43 letters. */
  readonly name: string
  /** `text`, readable by whoever has the secret and knows what it is `about`. */
  seal(text: string, about: readonly string[]): Promise<string>
  /** The text that was sealed about this, or undefined where it was not, or was changed. */
  open(sealed: string, about: readonly string[]): Promise<string | undefined>
  /** `id` with a mark that only who has the secret can make. */
  mark(id: string): Promise<string>
  /** The id that was marked, or undefined where it was not. */
  unmark(marked: string): Promise<string | undefined>
}

const nonceBytes = 12
/** 132 bits of a mark, as letters: with an id of 41 letters they are one that a server takes. */
const markLength = 22
const markedPattern = /^([0-9a-zA-Z_-]{1,41})_([0-9A-Za-z_-]{22})$/

/** The keys of `room`. Throws a TypeError where `secret` is none of {@link createSecret}'s. */
export function roomKeys(secret: string, room: string): Promise<RoomKeys> {
  return deriveKeys(bytesOfSecret(secret), room)
}

async function deriveKeys(secret: Uint8Array<ArrayBuffer>, room: string): Promise<RoomKeys> {
  const root = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits', 'deriveKey'])
  const hkdf = (purpose: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: bytesOf(['peerkeeper 1', purpose, room]),
  })
  const name = base64url(new Uint8Array(await crypto.subtle.deriveBits(hkdf('room name'), root, 256)))
  const aes = { name: 'AES-GCM', length: 256 }
  const sealing = await crypto.subtle.deriveKey(hkdf('seal'), root, aes, false, ['encrypt', 'decrypt'])
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const marking = await crypto.subtle.deriveKey(hkdf('mark'), root, hmac, false, ['sign'])
  const markOf = async (id: string) =>
    base64url(new Uint8Array(await crypto.subtle.sign('HMAC', marking, bytesOf([id])))).slice(0, markLength)
  return {
    name,
    async seal(text, about) {
      // Random: all members share the key. At 2^32 texts of one room two nonces would meet with a chance of 2^-33.
      const iv = crypto.getRandomValues(new Uint8Array(nonceBytes))
      const how = { name: 'AES-GCM', iv, additionalData: bytesOf(about) }
      const sealed = new Uint8Array(await crypto.subtle.encrypt(how, sealing, new TextEncoder().encode(text)))
      const whole = new Uint8Array(nonceBytes + sealed.length)
      whole.set(iv)
      whole.set(sealed, nonceBytes)
      return base64url(whole)
    },
    async open(sealed, about) {
      const whole = bytesOfBase64url(sealed)
      if (whole === null || whole.length < nonceBytes) return undefined
      const how = { name: 'AES-GCM', iv: whole.slice(0, nonceBytes), additionalData: bytesOf(about) }
      try {
        return new TextDecoder().decode(await crypto.subtle.decrypt(how, sealing, whole.slice(nonceBytes)))
      } catch {
        return undefined
      }
    },
    mark: async id => `${id}_${await markOf(id)}`,
    async unmark(marked) {
      const [, id, mark] = markedPattern.exec(marked) ?? []
      return id !== undefined && mark === (await markOf(id)) ? id : undefined
    },
  }
}

const bytesOf = (about: readonly string[]): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(about))

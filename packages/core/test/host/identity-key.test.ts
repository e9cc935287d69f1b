import { describe, expect, it } from 'vitest'
import {
  mintNodeKey,
  nodeIdOf,
  parseNodeKey,
  publicKeyBytes,
  sign,
  signatureBytes,
  verify,
} from '../../src/host/identity-key.ts'

const text = (value: string) => new TextEncoder().encode(value)

describe('the key of a node', () => {
  it('IDENT-21 a node is named by the hash of its public key, the same everywhere', async () => {
    const publicKey = Uint8Array.from({ length: publicKeyBytes }, (_, i) => i)
    expect(await nodeIdOf(publicKey)).toBe('S_0si28e7Hoq_rSLk07ksm')
    const { publicKey: minted } = await mintNodeKey()
    expect(minted.length).toBe(publicKeyBytes)
    expect(await nodeIdOf(minted)).toMatch(/^[0-9A-Za-z_-]{22}$/)
    expect(await nodeIdOf(minted)).not.toBe(await nodeIdOf((await mintNodeKey()).publicKey))
  })

  it('IDENT-22 a signature is good for its key and its bytes, and for no other', async () => {
    const [key, other] = [await mintNodeKey(), await mintNodeKey()]
    const signature = await sign(key, text('yes'))
    expect(signature.length).toBe(signatureBytes)
    expect(await verify(key.publicKey, text('yes'), signature)).toBe(true)
    expect(await verify(key.publicKey, text('no'), signature)).toBe(false)
    expect(await verify(other.publicKey, text('yes'), signature)).toBe(false)
    for (const broken of [signature.subarray(1), new Uint8Array(signatureBytes), new Uint8Array(0)])
      expect(await verify(key.publicKey, text('yes'), broken)).toBe(false)
    for (const noKey of [key.publicKey.subarray(1), new Uint8Array(publicKeyBytes), new Uint8Array(0)])
      expect(await verify(noKey, text('yes'), signature)).toBe(false)
  })

  it('IDENT-23 the private half cannot be read out, and crosses ports and stores', async () => {
    const key = await mintNodeKey()
    await expect(crypto.subtle.exportKey('pkcs8', key.privateKey)).rejects.toThrow()
    const parsed = parseNodeKey(structuredClone(key))
    if (parsed === null) throw new Error('no key')
    expect(await verify(key.publicKey, text('a'), await sign(parsed, text('a')))).toBe(true)
    const kept = await mintNodeKey({ isExtractable: true })
    expect((await crypto.subtle.exportKey('pkcs8', kept.privateKey)).byteLength).toBeGreaterThan(100)
  })

  it('IDENT-23 what is no key is refused', async () => {
    const { publicKey, privateKey } = await mintNodeKey()
    const { publicKey: forVerifying } = await crypto.subtle.generateKey(
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign', 'verify'],
    )
    const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
    for (const value of [
      null,
      'key',
      {},
      { publicKey },
      { privateKey },
      { publicKey: publicKey.subarray(1), privateKey },
      { publicKey: Array.from(publicKey), privateKey },
      { publicKey, privateKey: forVerifying },
      { publicKey, privateKey: aes },
    ])
      expect(parseNodeKey(value)).toBeNull()
  })
})

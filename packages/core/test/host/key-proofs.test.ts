/** The door for keys: what is shown to hold one, and what is not. */
import { expect, test } from 'vitest'
import { KeyProofs, type Proof } from '../../src/host/worker/key-proofs.ts'
import { parseQuestion } from '../../src/host/worker/parse-request.ts'
import { base64Url } from '../../src/logic/base/base64.ts'
import { ensembleId, sessionId, xid } from '../../src/logic/base/ids.ts'
import type { ClientRequest } from '../../src/logic/replica/event.ts'
import { proofText } from '../../src/logic/state/key-proof.ts'

const [ensemble, session] = [ensembleId('e'), sessionId(7)]

async function keyPair() {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ])
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey))
  const sign = async (text: string) => {
    const bytes = new TextEncoder().encode(text)
    return new Uint8Array(
      await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, bytes),
    )
  }
  return { publicKey, sign, id: base64Url(publicKey) }
}

const claim = (id: string, by = session): ClientRequest => ({
  type: 'write',
  session: by,
  xid: xid(1),
  acknowledged: xid(0),
  operation: { type: 'addAuth', scheme: 'key', id },
})

const isAdmitted = (proofs: KeyProofs, request: ClientRequest): boolean => proofs.admit(request) === request

test('PROOF-1 a claim of a key passes once the key was shown, for that session on that stream', async () => {
  const proofs = new KeyProofs()
  const { publicKey, sign, id } = await keyPair()
  expect(proofs.admit(claim(id))).toEqual(claim(''))
  const signature = await sign(proofText(ensemble, session, proofs.challenge()))
  expect(await proofs.prove({ ensemble, session, publicKey, signature })).toBe(true)
  expect(isAdmitted(proofs, claim(id))).toBe(true)
  expect(isAdmitted(proofs, claim(id, sessionId(8)))).toBe(false)
  expect(isAdmitted(new KeyProofs(), claim(id))).toBe(false)
  expect(isAdmitted(proofs, claim((await keyPair()).id))).toBe(false)
})

test('PROOF-1 nothing else is held up', () => {
  const requests: readonly ClientRequest[] = [
    { type: 'ping', session },
    {
      ...claim(''),
      type: 'write',
      operation: { type: 'addAuth', scheme: 'digest', id: 'u:x' },
    } as ClientRequest,
    { ...claim(''), type: 'write', operation: { type: 'closeSession' } } as ClientRequest,
  ]
  for (const request of requests) expect(isAdmitted(new KeyProofs(), request)).toBe(true)
})

test('PROOF-2 a challenge is good for one answer', async () => {
  const proofs = new KeyProofs()
  const { publicKey, sign } = await keyPair()
  const nonce = proofs.challenge()
  const signature = await sign(proofText(ensemble, session, nonce))
  expect(proofs.challenge()).not.toEqual(nonce)
  expect(await proofs.prove({ ensemble, session, publicKey, signature })).toBe(false)
  const again = await sign(proofText(ensemble, session, proofs.challenge()))
  expect(await proofs.prove({ ensemble, session, publicKey, signature: again })).toBe(true)
  expect(await proofs.prove({ ensemble, session, publicKey, signature: again })).toBe(false)
})

test.each<[string, (proof: Proof) => Partial<Proof> | Promise<Partial<Proof>>]>([
  ['another session', () => ({ session: sessionId(8) })],
  ['another ensemble', () => ({ ensemble: ensembleId('other') })],
  ['another key', async () => ({ publicKey: (await keyPair()).publicKey })],
  ['a key that is none', () => ({ publicKey: new Uint8Array(65) })],
  ['no key', () => ({ publicKey: new Uint8Array(0) })],
  ['another signature', ({ signature }) => ({ signature: signature.map(byte => byte ^ 1) })],
  ['no signature', () => ({ signature: new Uint8Array(0) })],
])('PROOF-2 a signature does not do for %s', async (_, differ) => {
  const proofs = new KeyProofs()
  const { publicKey, sign, id } = await keyPair()
  const signature = await sign(proofText(ensemble, session, proofs.challenge()))
  const proof = { ensemble, session, publicKey, signature }
  expect(await proofs.prove({ ...proof, ...(await differ(proof)) })).toBe(false)
  expect(isAdmitted(proofs, claim(id))).toBe(false)
})

test('PROOF-3 questions are parsed; garbage is none', () => {
  const prove = { type: 'prove', session: 7, publicKey: new Uint8Array(65), signature: new Uint8Array(64) }
  for (const question of [{ type: 'challenge' }, prove]) expect(parseQuestion(question)).toEqual(question)
  const bad = [null, 7, {}, { type: 'sign' }, { ...prove, session: 0 }, { ...prove, publicKey: 'text' }]
  for (const value of [...bad, { ...prove, signature: [1] }]) expect(parseQuestion(value)).toBeNull()
})

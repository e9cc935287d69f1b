/** Browser profiles for tests of identities: locks of their own, and a room that nobody opened yet in the one IndexedDB. */
import { expect } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { createIndexedDbStorage } from '../../src/host/storage/indexeddb.ts'
import { type Claim, type ClaimOptions, claimIdentity } from '../../src/host/worker/identity.ts'
import { IdentityError } from '../../src/host/worker/identity-error.ts'
import { FakeLocks } from './fake-locks.ts'

let rooms = 0

export function profile({ replicas = 'per-tab' }: Partial<Pick<ClaimOptions, 'replicas'>> = {}) {
  const room = `room-${++rooms}`
  const locks = new FakeLocks()
  const claim = (options: Partial<ClaimOptions> = {}): Promise<Claim> =>
    claimIdentity({
      room,
      engine: 'multi-paxos',
      replicas,
      founding: 'found-or-join',
      signal: AbortSignal.timeout(5_000),
      locks: locks.manager,
      ...options,
    })
  return { room, locks, claim }
}

/** Makes the storage of who claimed its identity, and leaves it. */
export async function makeStorage({ identity, databaseName, markStored }: Claim): Promise<void> {
  const storage = createIndexedDbStorage({ name: databaseName, codec: createCodec() })
  await storage.open(identity)
  await markStored()
  await storage.close()
}

export const identityError = (code: IdentityError['code']) =>
  expect.toSatisfy((error: unknown) => error instanceof IdentityError && error.code === code, code)

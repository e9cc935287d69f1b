import 'fake-indexeddb/auto'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FoundingArbiter } from '../../src/host/arbiter.ts'
import { openRegistry } from '../../src/host/storage/registry.ts'
import type { Claim } from '../../src/host/worker/identity.ts'
import { nodeLock } from '../../src/host/worker/locks.ts'
import { type EnsembleId, ensembleId } from '../../src/logic/base/ids.ts'
import type { FakeLocks } from './fake-locks.ts'
import { identityError, profile } from './profile.ts'

/** Where the arbiter of all profiles fails for one claim: before it hears the question, after it, or in what it says. */
type ArbiterFault = 'unheard' | 'unanswered' | 'silent' | 'garbage'

/** What one room's arbiter has on its disk. */
function sharedArbiter() {
  let standing: EnsembleId | null = null
  const asked: EnsembleId[] = []
  const decide = (candidate: EnsembleId) => {
    asked.push(candidate)
    standing ??= candidate
    return standing
  }
  const arbiter = (fault?: ArbiterFault): FoundingArbiter => ({
    found: async candidate => {
      if (fault === 'unheard') throw new Error('no way there')
      await new Promise(resolve => setImmediate(resolve))
      const answer = decide(candidate)
      if (fault === 'unanswered') throw new Error('the line broke')
      if (fault === 'silent') return new Promise(() => undefined)
      return fault === 'garbage' ? ('no id!' as EnsembleId) : answer
    },
    replace: async current => current,
  })
  return { arbiter, asked, standing: () => standing }
}

function deviceProfile() {
  const { room, locks, claim } = profile({ replicas: 'per-device' })
  const registered = async () => {
    const registry = await openRegistry(room)
    const record = await registry.read()
    registry.close()
    return record
  }
  return { room, locks, claim, registered }
}

afterEach(() => vi.restoreAllMocks())

/** The next `count` writes but the last succeed; that one finds the process dead. */
function dieAtWrite(count: number): void {
  const put = IDBObjectStore.prototype.put
  let left = count
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    if (--left === 0) throw new Error('killed')
    return put.apply(this, args)
  })
}

describe('founding by an arbiter', () => {
  it('FOUND-1 who is answered its own candidate founds; the others join what they are answered', async () => {
    const { arbiter, asked, standing } = sharedArbiter()
    const [a, b] = [deviceProfile(), deviceProfile()]
    const first = await a.claim({ arbiter: arbiter() })
    const second = await b.claim({ arbiter: arbiter() })
    expect(first.identity.founders).toStrictEqual([first.identity.node])
    expect(first.identity.ensemble).toBe(standing())
    expect(second.identity).toMatchObject({ ensemble: standing(), founders: [] })
    expect(asked.length).toBe(2)
  })

  it('FOUND-2 of two profiles that open at the same moment, fifty times, one founds and both are in its ensemble', async () => {
    for (let round = 0; round < 50; round++) {
      const { arbiter, standing } = sharedArbiter()
      const profiles = [deviceProfile(), deviceProfile()]
      const claims = await Promise.all(profiles.map(({ claim }) => claim({ arbiter: arbiter() })))
      expect(claims.map(({ identity }) => identity.ensemble)).toStrictEqual([standing(), standing()])
      expect(claims.filter(({ identity }) => identity.founders.length > 0).length).toBe(1)
    }
  })

  it('FOUND-3 a member opens without asking; so does one by invitation, and one whose ensemble was founded without', async () => {
    const { arbiter, asked } = sharedArbiter()
    const [a, b, c] = [deviceProfile(), deviceProfile(), deviceProfile()]
    const first = await a.claim({ arbiter: arbiter() })
    first.release()
    const again = await a.claim({ arbiter: arbiter('unheard') })
    expect(again.identity).toStrictEqual(first.identity)
    const join = first.identity.ensemble
    const invited = await b.claim({ arbiter: arbiter('unheard'), founding: { join } })
    expect(invited.identity).toMatchObject({ ensemble: join, founders: [] })
    const alone = await c.claim()
    alone.release()
    expect((await c.claim({ arbiter: arbiter() })).identity).toStrictEqual(alone.identity)
    expect(asked.length).toBe(1)
  })

  for (const fault of ['unheard', 'unanswered', 'silent', 'garbage'] as const)
    it(`FOUND-4 an arbiter that is ${fault} founds nothing; the next attempt asks the same and goes on`, async () => {
      const { arbiter, asked, standing } = sharedArbiter()
      const { claim, registered, locks } = deviceProfile()
      const soon = fault === 'silent' ? { signal: AbortSignal.timeout(50) } : {}
      const refused = claim({ arbiter: arbiter(fault), ...soon })
      await expect(refused).rejects.toEqual(
        identityError(fault === 'silent' ? 'Aborted' : 'ArbiterUnreachable'),
      )
      expect(locks.heldNames).toStrictEqual([])
      const record = await registered()
      expect(record).toMatchObject({ state: 'founding' })
      const claimed = await claim({ arbiter: arbiter() })
      expect(record).toEqual({
        state: 'founding',
        candidate: claimed.identity.ensemble,
        founder: claimed.identity.node,
        key: { publicKey: claimed.key.publicKey, privateKey: expect.any(CryptoKey) },
      })
      expect(claimed.identity.founders).toStrictEqual([claimed.identity.node])
      expect(new Set(asked)).toStrictEqual(new Set([standing()]))
    })

  it('FOUND-4 an arbiter that never answers is given up after its time, and the error says what to do', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new Error('too late')))
    const { arbiter } = sharedArbiter()
    const { claim } = deviceProfile()
    const signal = new AbortController().signal
    const refused = claim({ arbiter: arbiter('silent'), signal })
    await expect(refused).rejects.toEqual(identityError('ArbiterUnreachable'))
    await expect(refused).rejects.toThrow(/connect again when it can be reached/)
  })

  it('FOUND-5 one whose candidate the arbiter took before it died founds when it is back, though others joined', async () => {
    const { arbiter } = sharedArbiter()
    const [a, b] = [deviceProfile(), deviceProfile()]
    await expect(a.claim({ arbiter: arbiter('unanswered') })).rejects.toThrow()
    const joined = await b.claim({ arbiter: arbiter() })
    expect(joined.identity.founders).toStrictEqual([])
    const back = await a.claim({ arbiter: arbiter() })
    expect(back.identity).toMatchObject({
      ensemble: joined.identity.ensemble,
      founders: [back.identity.node],
    })
  })

  it('FOUND-6 an invitation to its own candidate makes it the founder: nobody else can be; to another, a member', async () => {
    const { arbiter } = sharedArbiter()
    const [a, b, c] = [deviceProfile(), deviceProfile(), deviceProfile()]
    await expect(a.claim({ arbiter: arbiter('unanswered') })).rejects.toThrow()
    const { ensemble } = (await b.claim({ arbiter: arbiter() })).identity
    const back = await a.claim({ founding: { join: ensemble } })
    expect(back.identity).toMatchObject({ ensemble, founders: [back.identity.node] })
    await expect(c.claim({ arbiter: arbiter('unheard') })).rejects.toThrow()
    const invited = await c.claim({ founding: { join: ensemble } })
    expect(invited.identity).toMatchObject({ ensemble, founders: [] })
  })

  for (const write of [1, 2, 3])
    it(`FOUND-7 a worker that dies at write ${write} of a founding leaves what the next one goes on from`, async () => {
      const { arbiter, standing } = sharedArbiter()
      const { claim, locks } = deviceProfile()
      dieAtWrite(write)
      const died = claim({ arbiter: arbiter() })
      if (write < 3) await expect(died).rejects.toThrow('killed')
      else {
        const claimed = await died
        await expect(claimed.markStored()).rejects.toThrow('killed')
        claimed.release()
      }
      vi.restoreAllMocks()
      await new Promise(resolve => setImmediate(resolve))
      expect(locks.heldNames).toStrictEqual([])
      const { identity } = await claim({ arbiter: arbiter() })
      expect(identity).toMatchObject({ ensemble: standing() ?? '', founders: [identity.node] })
    })

  it('FOUND-8 one ensemble and one founder come of it, whatever fails and dies in whatever order', async () => {
    const fault = fc.constantFrom('unheard', 'unanswered', 'silent', 'garbage', 'write 1', 'write 2', 'lock')
    const attempt = fc.record({
      profiles: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
      fault: fc.option(fault, { nil: null, freq: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { maxLength: 8 }), async attempts => {
        const { arbiter, standing } = sharedArbiter()
        const profiles = [deviceProfile(), deviceProfile(), deviceProfile()]
        const founders = new Set<string>()
        const note = (claim: Claim) => {
          const { ensemble, founders: own } = claim.identity
          expect(ensemble).toBe(standing())
          for (const node of own) founders.add(`${ensemble} by ${node}`)
          claim.release()
        }
        for (const { profiles: at, fault } of attempts) {
          if (fault?.startsWith('write')) dieAtWrite(Number(fault.at(-1)))
          const asked = fault === null || fault === 'lock' || fault.startsWith('write') ? undefined : fault
          const claims = at.map(index => {
            const { claim, locks, room } = profiles[index] ?? deviceProfile()
            if (fault === 'lock') failLocks(locks, nodeLock(room, 'any' as never).slice(0, -3))
            const signal = AbortSignal.timeout(fault === 'silent' ? 10 : 5_000)
            return claim({ arbiter: arbiter(asked as ArbiterFault | undefined), signal })
          })
          for (const each of await Promise.allSettled(claims))
            if (each.status === 'fulfilled') note(each.value)
          vi.restoreAllMocks()
        }
        for (const { claim } of profiles) note(await claim({ arbiter: arbiter() }))
        expect(founders.size).toBe(1)
      }),
      { seed: 5, numRuns: 60 },
    )
  })
})

/** The process dies where it would take a lock under `prefix`: that fails, once. */
function failLocks(locks: FakeLocks, prefix: string): void {
  const { request } = locks
  vi.spyOn(locks, 'request').mockImplementation((name, ...rest) =>
    name.startsWith(prefix)
      ? Promise.reject(new Error('killed'))
      : request(name, ...(rest as Parameters<typeof request> extends [string, ...infer R] ? R : never)),
  )
}

describe('one replica or several', () => {
  it('FOUND-9 a profile does not open a room with another number of replicas while one runs, or several are there', async () => {
    const { claim, locks } = deviceProfile()
    const device = await claim()
    await expect(claim({ replicas: 'per-tab' })).rejects.toEqual(identityError('Mismatch'))
    expect(device.lost.aborted).toBe(false)
    device.release()
    const tab = await claim({ replicas: 'per-tab' })
    expect(tab.identity).toStrictEqual(device.identity)
    const refused = claim({ replicas: 'per-device' })
    await expect(refused).rejects.toEqual(identityError('Mismatch'))
    await expect(refused).rejects.toThrow(/room of another name.*deleteReplica/)
    const beside = await claim({ replicas: 'per-tab' })
    tab.release()
    beside.release()
    await expect(claim({ replicas: 'per-device' })).rejects.toEqual(identityError('Mismatch'))
    expect([tab.lost.aborted, beside.lost.aborted]).toEqual([false, false])
    await new Promise(resolve => setImmediate(resolve))
    expect(locks.heldNames).toStrictEqual([])
  })
})

describe('giving an ensemble up for another', () => {
  const other = ensembleId('other')
  const databases = async () => (await indexedDB.databases()).map(({ name }) => name)
  const store = async (claim: Claim) => {
    await new Promise(resolve => {
      indexedDB.open(claim.databaseName).onsuccess = ({ target }) => {
        ;(target as IDBOpenDBRequest).result.close()
        resolve(null)
      }
    })
    await claim.markStored()
  }

  it('FOUND-10 what the profile held of it is deleted, and it joins the other as a new member', async () => {
    const { claim } = deviceProfile()
    const old = await claim()
    await store(old)
    old.release()
    const founding = { join: other, abandon: old.identity.ensemble }
    const joined = await claim({ founding })
    expect(joined.identity).toMatchObject({ ensemble: other, founders: [] })
    expect(joined.identity.node).not.toBe(old.identity.node)
    expect(await databases()).not.toContain(old.databaseName)
    joined.release()
    expect((await claim({ founding })).identity).toStrictEqual(joined.identity)
  })

  it('FOUND-11 not while a tab runs it, and not where the profile is in a third one', async () => {
    const { claim } = deviceProfile()
    const old = await claim()
    const { ensemble } = old.identity
    const inUse = claim({ founding: { join: other, abandon: ensemble } })
    await expect(inUse).rejects.toEqual(identityError('InUse'))
    expect(old.lost.aborted).toBe(false)
    old.release()
    const foreign = claim({ founding: { join: other, abandon: ensembleId('third') } })
    await expect(foreign).rejects.toEqual(identityError('ForeignEnsemble'))
    await expect(foreign).rejects.toThrow(`connect({ ensemble: 'other', abandon: '${ensemble}' })`)
    expect((await claim()).identity).toStrictEqual(old.identity)
  })

  for (const write of [1, 2])
    it(`FOUND-12 a worker that dies at write ${write} of it leaves the old or the new, and nothing is used again`, async () => {
      const { claim } = deviceProfile()
      const old = await claim()
      await store(old)
      old.release()
      const founding = { join: other, abandon: old.identity.ensemble }
      dieAtWrite(write)
      await claim({ founding }).then(
        claimed => claimed.release(),
        () => undefined,
      )
      vi.restoreAllMocks()
      const now = await claim()
      expect(now.identity.ensemble).toBe(write === 1 ? old.identity.ensemble : other)
      if (write === 1) expect(now.identity).toStrictEqual(old.identity)
      now.release()
      const joined = await claim({ founding })
      expect(joined.identity).toMatchObject({ ensemble: other, founders: [] })
      expect(joined.identity.node).not.toBe(old.identity.node)
      expect(await databases()).not.toContain(old.databaseName)
    })
})

import 'fake-indexeddb/auto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { FoundingArbiter } from '../../src/host/arbiter.ts'
import { createCodec } from '../../src/host/codec.ts'
import { createIndexedDbStorage } from '../../src/host/storage/indexeddb.ts'
import { type ForkOptions, forkReplica } from '../../src/host/worker/fork.ts'
import type { ReplaceEnsemble } from '../../src/host/worker/fork-record.ts'
import type { Claim } from '../../src/host/worker/identity.ts'
import { IdentityError } from '../../src/host/worker/identity-error.ts'
import { type EnsembleId, ensembleId, noSlot, slot } from '../../src/logic/base/ids.ts'
import { forkSlots } from '../../src/logic/base/limits.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { profile } from './profile.ts'

const codec = createCodec()
const arbiterThat = (replace: ReplaceEnsemble): FoundingArbiter => ({
  found: async candidate => candidate,
  replace,
})
const applied = 3

/** What the old replica has on disk, and what it had applied. */
const oldRecord = { promised: { counter: 7, node: 'x' }, chosenThrough: noSlot }

function stateOfOld(): Uint8Array {
  const machine = createMachine(codec)
  for (let at = 1; at <= applied; at++) machine.apply(slot(at), null)
  return machine.snapshot()
}

/** A browser profile with a replica that runs. */
async function running() {
  const { room, locks, claim } = profile()
  const open = async ({ identity, databaseName: name, stored: mustExist, markStored }: Claim) => {
    const storage = createIndexedDbStorage({ name, codec, mustExist })
    const opened = await storage.open(identity)
    await markStored()
    return { storage, ...opened }
  }
  const old = await claim()
  const { storage } = await open(old)
  await storage.write({ hardState: oldRecord, log: [], snapshot: null })
  const stop = vi.fn(async () => {
    await storage.close()
    return stateOfOld()
  })
  const fork = (options: Partial<ForkOptions> = {}): Promise<EnsembleId> =>
    forkReplica({
      room,
      codec,
      old: old.identity,
      engine: engineKind(old.identity.engine),
      signal: AbortSignal.timeout(5_000),
      stop,
      storage: name => createIndexedDbStorage({ name, codec }),
      locks: locks.manager,
      ...options,
    })
  /** Names of the databases of the room's replicas. */
  const databases = async (): Promise<readonly string[]> => {
    const all = await indexedDB.databases()
    return all.flatMap(({ name }) => (name?.startsWith(`peerkeeper:${room}:replica:`) ? [name] : []))
  }
  return { claim, open, old, stop, fork, databases }
}

/** The worker dies at its `count`th transaction or deletion: that one does not happen, and nothing after it. */
function dieAt(count: number): { readonly isDead: () => boolean } {
  let left = count
  const dies = () => {
    if (--left <= 0) throw new DOMException('the worker is dead', 'UnknownError')
  }
  const { transaction } = IDBDatabase.prototype
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    if (args[1] === 'readwrite') dies()
    return transaction.apply(this, args)
  })
  const { deleteDatabase } = IDBFactory.prototype
  vi.spyOn(IDBFactory.prototype, 'deleteDatabase').mockImplementation(function (this: IDBFactory, name) {
    dies()
    return deleteDatabase.call(this, name)
  })
  return { isDead: () => left <= 0 }
}

const forked = (ensemble: string) =>
  expect.toSatisfy(
    (error: unknown) =>
      error instanceof IdentityError && error.code === 'Forked' && error.message.includes(ensemble),
  )

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a fork of a replica', () => {
  test('FORK-4 a fork is a new replica of a new ensemble, with what the old one had applied, complete on disk', async () => {
    const { claim, open, old, fork, databases } = await running()
    const ensemble = await fork()
    old.release()
    expect(ensemble).not.toBe(old.identity.ensemble)
    const next = await claim()
    expect(next.identity).toMatchObject({ ensemble, engine: 'multi-paxos', founders: [] })
    expect(next.identity.node).not.toBe(old.identity.node)
    expect(next.stored).toBe(true)
    const { recovered, storage } = await open(next)
    expect(recovered.snapshot).toMatchObject({
      through: applied + forkSlots,
      membership: { voters: [next.identity.node], observers: [] },
    })
    const machine = createMachine(codec)
    expect(machine.restore(recovered.snapshot?.state ?? new Uint8Array()).ok).toBe(true)
    expect(machine.appliedThrough).toBe(applied + forkSlots)
    expect(await databases()).toStrictEqual([next.databaseName])
    await storage.close()
    const another = await claim()
    expect(another.identity).toMatchObject({ ensemble, founders: [] })
  })

  test('FORK-5 a worker that dies at any step leaves the old ensemble whole, or the new one whole, and nothing else', async () => {
    const outcomes: ('old' | 'new')[] = []
    for (let step = 1; outcomes.length < step; step++) {
      const { claim, open, old, fork, databases } = await running()
      const death = dieAt(step)
      const result = await fork().catch((error: unknown) => error)
      const died = death.isDead()
      vi.restoreAllMocks()
      old.release()
      const next = await claim()
      const isOld = next.identity.ensemble === old.identity.ensemble
      const { recovered, storage } = await open(next)
      if (isOld) {
        expect(next.identity.node).toBe(old.identity.node)
        expect(recovered).toStrictEqual({ hardState: oldRecord, log: [], snapshot: null })
      } else {
        expect(next.identity.node).not.toBe(old.identity.node)
        expect(recovered.snapshot?.through).toBe(applied + forkSlots)
        expect(next.identity.founders).toStrictEqual([])
      }
      expect(await databases()).toStrictEqual([next.databaseName])
      await storage.close()
      next.release()
      expect((await claim()).identity.node).toBe(next.identity.node)
      if (!died) {
        expect(result).toBe(next.identity.ensemble)
        break
      }
      outcomes.push(isOld ? 'old' : 'new')
    }
    // Plan, opening, writing, plan written: then the new one; swapping and deleting may be left to the next claim.
    expect(outcomes).toStrictEqual(['old', 'old', 'old', 'old', 'new', 'new', 'new'])
  })

  test('FORK-6 the arbiter of the room has the last word; one that gives no answer is asked again by the next claim', async () => {
    const first = await running()
    const asked: (readonly [EnsembleId, EnsembleId])[] = []
    const agrees: ReplaceEnsemble = async (current, next) => {
      asked.push([current, next])
      return next
    }
    const ensemble = await first.fork({ replace: agrees })
    expect(asked).toStrictEqual([[first.old.identity.ensemble, ensemble]])

    const second = await running()
    const other = ensembleId('somebody-elses')
    await expect(second.fork({ replace: async () => other })).rejects.toThrow(forked(other))
    second.old.release()
    const claimed = await second.claim()
    expect(claimed.identity).toMatchObject({
      node: second.old.identity.node,
      founders: [claimed.identity.node],
    })
    expect(await second.databases()).toStrictEqual([claimed.databaseName])

    const third = await running()
    const silent = () => Promise.reject(new Error('no answer'))
    await expect(third.fork({ replace: silent })).rejects.toThrow('no answer')
    third.old.release()
    await expect(third.claim({ arbiter: arbiterThat(silent) })).rejects.toThrow('no answer')
    const settled = await third.claim({ arbiter: arbiterThat(agrees) })
    expect(settled.identity.ensemble).toBe(asked.at(-1)?.[1])
    expect(asked.at(-1)?.[0]).toBe(third.old.identity.ensemble)
  })

  test('FORK-7 other replicas of the profile go on in the old ensemble; who is the next is in the new one, and their storage goes when they have', async () => {
    const { claim, open, old, fork, databases } = await running()
    const beside = await claim()
    const { storage } = await open(beside)
    const ensemble = await fork()
    old.release()
    await storage.write({ hardState: oldRecord, log: [], snapshot: null })
    await storage.check()
    const next = await claim()
    expect(next.identity.ensemble).toBe(ensemble)
    await open(next)
    expect(new Set(await databases())).toStrictEqual(new Set([beside.databaseName, next.databaseName]))
    await storage.close()
    beside.release()
    const last = await claim()
    expect(last.identity).toMatchObject({ ensemble, founders: [] })
    expect(await databases()).toStrictEqual([next.databaseName])
  })

  test('FORK-8 of two forks of one profile the second is refused, and names the ensemble that stands; it stops nothing', async () => {
    const { fork, stop } = await running()
    const [one, two] = await Promise.allSettled([fork(), fork()])
    const ensemble = one.status === 'fulfilled' ? one.value : expect.fail('the first fork')
    expect(two).toMatchObject({ status: 'rejected', reason: forked(ensemble) })
    expect(stop).toHaveBeenCalledTimes(1)
  })
})

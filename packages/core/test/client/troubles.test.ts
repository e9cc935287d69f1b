import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { deleteReplica, deleteRoom } from '../../src/client/delete.ts'
import type { ForeignEnsemble } from '../../src/client/events.ts'
import type { FoundingArbiter } from '../../src/host/arbiter.ts'
import { registryName } from '../../src/host/storage/registry.ts'
import type { PageTransport } from '../../src/host/transport/port-protocol.ts'
import { replicaDatabaseName } from '../../src/host/worker/names.ts'
import { type EnsembleId, ensembleId } from '../../src/logic/base/ids.ts'
import { until } from '../integration/ensemble.ts'
import { type FakeStorageManager, openProfile } from './profile.ts'

let close: () => Promise<void> = async () => undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await close()
})

function profile(storage?: FakeStorageManager) {
  const opened = openProfile(storage)
  close = opened.close
  return opened
}

/** A transport in whose room these ensembles are, too. */
const meeting = (ensembles: readonly string[]): PageTransport => ({
  attach: port => {
    port.onmessage = ({ data }: MessageEvent<{ readonly type: string }>) => {
      if (data.type !== 'start') return
      for (const ensemble of ensembles) port.postMessage({ type: 'foreign', peer: 'p', ensemble })
    }
  },
  links: () => [],
  farewell: () => undefined,
  close: () => undefined,
})

describe('two ensembles in one room', () => {
  test('OPEN-5 each other ensemble is told once, with how to resolve it, also to who listens late and at a seat', async () => {
    const { open } = profile()
    const transports = () => [meeting(['other', 'third']), meeting(['other'])]
    const host = await open({ transports })
    const seat = await open({ transports })
    for (const keeper of [host, seat]) {
      const told: ForeignEnsemble[] = []
      keeper.on('foreign', foreign => told.push(foreign))
      await until('both are told', () => told.length >= 2)
      expect(told.map(({ ensemble }) => ensemble)).toEqual(['other', 'third'])
      expect(told[0]?.message).toContain(`connect({ ensemble: 'other', abandon: '${keeper.ensemble}' })`)
    }
    const again: ForeignEnsemble[] = []
    seat.on('foreign', foreign => again.push(foreign))
    await host.close()
    await seat.create('/at-the-next-host')
    expect(again.length).toBe(2)
  })

  test('OPEN-6 this profile gives its ensemble up for another when told so, but not under a tab that has it open', async () => {
    const { open } = profile()
    const keeper = await open()
    const asked = { ensemble: 'other', abandon: keeper.ensemble, waitFor: 'replica' } as const
    await expect(open({ ensemble: 'other' })).rejects.toMatchObject({ reason: 'ForeignEnsemble' })
    await expect(open(asked)).rejects.toMatchObject({ code: 'OpenFailed', reason: 'InUse' })
    await keeper.create('/still', 'here')
    await keeper.close()
    const joined = await open(asked)
    expect(joined.ensemble).toBe('other')
    expect(joined.node).not.toBe(keeper.node)
  })
})

describe('an arbiter in the page', () => {
  function arbiterOf(found: FoundingArbiter['found']): FoundingArbiter {
    return { found, replace: async current => current }
  }

  test('OPEN-7 is asked by the worker that founds, once; later ones open without it', async () => {
    const { open } = profile()
    const found = vi.fn(async (candidate: EnsembleId) => candidate)
    const [a, b] = await Promise.all([
      open({ arbiter: arbiterOf(found) }),
      open({ arbiter: arbiterOf(found) }),
    ])
    expect(found).toHaveBeenCalledTimes(1)
    expect(found.mock.calls[0]?.[0]).toBe(a.ensemble)
    expect(b.node).toBe(a.node)
    await a.close()
    await b.close()
    const offline = await open({ arbiter: arbiterOf(() => Promise.reject(new Error('offline'))) })
    expect(offline.node).toBe(a.node)
  })

  test('OPEN-7 the ensemble that it answers is joined', async () => {
    const { open } = profile()
    const arbiter = arbiterOf(async () => ensembleId('of-others'))
    const keeper = await open({ arbiter, waitFor: 'replica' })
    expect(keeper.ensemble).toBe('of-others')
    expect((await keeper.status())?.membership.voters).toEqual([])
  })

  test('OPEN-8 one that fails is ArbiterUnreachable; one that is silent is given up with connect; then the same is asked', async () => {
    const { open } = profile()
    const asked: EnsembleId[] = []
    const failing = arbiterOf(candidate => {
      asked.push(candidate)
      return Promise.reject(new Error('offline'))
    })
    await expect(open({ arbiter: failing })).rejects.toMatchObject({
      code: 'OpenFailed',
      reason: 'ArbiterUnreachable',
      message: expect.stringContaining('offline'),
    })
    let isGivenUp = false
    const silent = arbiterOf((candidate, signal) => {
      asked.push(candidate)
      signal.addEventListener('abort', () => {
        isGivenUp = true
      })
      return new Promise(() => undefined)
    })
    await expect(open({ arbiter: silent, timeoutMs: 200 })).rejects.toMatchObject({ code: 'Timeout' })
    expect(isGivenUp).toBe(true)
    const keeper = await open({
      arbiter: arbiterOf(async candidate => {
        asked.push(candidate)
        return candidate
      }),
    })
    expect(asked).toEqual([keeper.ensemble, keeper.ensemble, keeper.ensemble])
    await keeper.create('/founded')
  })
})

describe('an ensemble that is gone', () => {
  test('OPEN-13 who joined it is told so, and puts a new one in its place, also where an arbiter names it', async () => {
    const { open } = profile()
    let standing = ensembleId('gone')
    const arbiter: FoundingArbiter = {
      found: async () => standing,
      replace: async (current, next) => {
        if (current === standing) standing = next
        return standing
      },
    }
    const late = open({ arbiter, timeoutMs: 300 })
    await expect(late).rejects.toMatchObject({ code: 'Timeout' })
    await expect(late).rejects.toThrow(/no voter of ensemble gone is in reach.*deleteRoom.*fork/)
    const member = await open({ arbiter, waitFor: 'replica' })
    expect(await member.fork()).toBe(standing)
    const keeper = await open({ arbiter })
    expect(keeper.ensemble).toBe(standing)
    await keeper.create('/begun')
  })
})

describe('storage that fails', () => {
  test('OPEN-9 a full disk stops the replica, and its calls say so in a word that programs know', async () => {
    const { open } = profile()
    const keeper = await open()
    await keeper.create('/kept')
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    const stopped = { code: 'ReplicaStopped', reason: 'StorageQuotaExceeded' }
    await expect(keeper.create('/lost')).rejects.toMatchObject(stopped)
    await expect(keeper.get('/kept')).rejects.toMatchObject(stopped)
    expect(keeper.state).toBe('closed')
    await expect(open()).rejects.toMatchObject({ code: 'OpenFailed', reason: 'StorageQuotaExceeded' })
    vi.restoreAllMocks()
    const again = await open()
    expect(await again.exists('/kept')).not.toBe(null)
    expect(again.node).toBe(keeper.node)
  })

  test('OPEN-10 what cannot be read is refused, and each way out that the error names works in one go', async () => {
    const { open, room, worker } = profile()
    const keeper = await open()
    await keeper.create('/x')
    await expect(deleteReplica(room, keeper.node, { worker })).rejects.toMatchObject({ reason: 'InUse' })
    await expect(deleteRoom(room, { worker })).rejects.toMatchObject({ reason: 'InUse' })
    await keeper.close()
    const damage = await openDB(replicaDatabaseName(room, keeper.node))
    await damage.clear('log')
    damage.close()
    const refused = open()
    await expect(refused).rejects.toMatchObject({ code: 'OpenFailed', reason: 'StorageCorrupt' })
    await expect(refused).rejects.toThrow(`deleteReplica(room, '${keeper.node}')`)
    await deleteReplica(room, keeper.node, { worker })
    const member = await open({ waitFor: 'replica' })
    expect(member.ensemble).toBe(keeper.ensemble)
    expect(member.node).not.toBe(keeper.node)
    await member.close()

    const registry = await openDB(registryName(room))
    await registry.put('room', 'nonsense', 'room')
    registry.close()
    const lost = open()
    await expect(lost).rejects.toMatchObject({ code: 'OpenFailed', reason: 'RegistryCorrupt' })
    await expect(lost).rejects.toThrow(`deleteRoom('${room}')`)
    await deleteRoom(room, { worker })
    const anew = await open()
    expect(anew.ensemble).not.toBe(keeper.ensemble)
    await anew.create('/x')
  })

  test('OPEN-11 a replica whose database is gone is another one when it is opened again', async () => {
    const { open, room } = profile()
    const keeper = await open()
    await keeper.close()
    await new Promise(resolve => {
      indexedDB.deleteDatabase(replicaDatabaseName(room, keeper.node)).onsuccess = resolve
    })
    const again = await open({ waitFor: 'replica' })
    expect(again.ensemble).toBe(keeper.ensemble)
    expect(again.node).not.toBe(keeper.node)
    expect((await again.status())?.membership.voters).toEqual([])
  })
})

describe('storage that is to be kept', () => {
  const storage = (persisted: boolean, persist: () => Promise<boolean>) => ({
    persisted: async () => persisted,
    persist: vi.fn(persist),
  })
  const outcome = (open: ReturnType<typeof openProfile>['open']) =>
    open().then(keeper => new Promise(resolve => keeper.on('persisted', resolve)))

  test('OPEN-12 the browser is asked to keep it, once, where it does not already; what it says is told', async () => {
    for (const answer of [true, false]) {
      const asked = storage(false, async () => answer)
      const { open } = profile(asked)
      expect(await outcome(open)).toBe(answer)
      expect(asked.persist).toHaveBeenCalledTimes(1)
      await close()
    }
    const kept = storage(true, async () => false)
    expect(await outcome(profile(kept).open)).toBe(true)
    expect(kept.persist).not.toHaveBeenCalled()
  })

  test('OPEN-12 nothing waits for a browser that asks its user, or has no such thing; nobody is asked where it is not wanted', async () => {
    const prompt = storage(false, () => new Promise(() => undefined))
    const { open } = profile(prompt)
    await (await open()).create('/meanwhile')
    await until('it is asked', () => prompt.persist.mock.calls.length === 1)
    await close()
    const unwanted = storage(false, async () => true)
    const { open: openOther } = profile(unwanted)
    await openOther({ persist: false })
    await openOther({ storage: 'memory' })
    await close()
    expect(unwanted.persist).not.toHaveBeenCalled()
    const failing = storage(false, () => Promise.reject(new Error('no')))
    await (await profile(failing).open()).create('/all-the-same')
  })
})

import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/keeper.ts'
import type { MissingQuorum } from '../../src/host/worker/protocol.ts'
import { forkSlots } from '../../src/logic/base/limits.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { type Ensemble, type EnsembleOptions, startEnsemble } from '../../src/testing/ensemble.ts'

let ensembles: Ensemble[] = []

async function start(options: EnsembleOptions): Promise<Ensemble> {
  const ensemble = await startEnsemble(options)
  ensembles.push(ensemble)
  return ensemble
}

afterEach(async () => {
  for (const ensemble of ensembles) await ensemble.close()
  ensembles = []
})

const patience = { timeout: 20_000, interval: 20 }

const reaches = (keeper: Keeper, state: Keeper['state']) =>
  vi.waitFor(() => expect(keeper.state).toBe(state), patience)

const code = (wanted: string) => expect.objectContaining({ code: wanted })

/** The first two of three voters are gone for good; what the third one's keeper hears of it. */
async function loseMajority(ensemble: Ensemble, keeper: Keeper): Promise<MissingQuorum> {
  const both = new Promise<MissingQuorum>(resolve => {
    keeper.on('missing', told => told.missing.length === 2 && resolve(told))
  })
  for (const index of [0, 1]) await ensemble.replica(index).close()
  await reaches(keeper, 'suspended')
  return both
}

async function voters(ensemble: Ensemble, index: number, count: number): Promise<void> {
  const shown = () => ensemble.replica(index).status?.membership.voters.length
  await vi.waitFor(() => expect(shown()).toBe(count), patience)
}

describe.each(engineNames)('a lost majority, %s', engine => {
  test('FORK-9 FORK-10 FORK-11 FORK-12 MISS-2 reads stay, a fork goes on from what one has, new members join, old ones come as new', async () => {
    const ensemble = await start({ engine, replicas: 3 })
    const nodes = ensemble.replicas.map(({ node }) => node)
    const keeper = await ensemble.connect(2)
    const beside = await ensemble.connect(2, { timeoutMs: 60_000 })
    await keeper.create('/kept', 'value')
    await keeper.create('/kept/ephemeral', '', { mode: 'ephemeral' })
    const zxid = (await keeper.set('/kept', 'newer')).mzxid
    const began = Date.now()

    const lost = await loseMajority(ensemble, keeper)
    expect(lost.voters).toEqual(nodes)
    expect(lost.missing.map(({ node }) => node).sort()).toEqual(nodes.slice(0, 2))
    for (const { since, isConnected } of lost.missing) {
      expect(isConnected).toBe(false)
      expect(since).toBeGreaterThan(began - 2_000)
      expect(since).toBeLessThanOrEqual(Date.now())
    }
    expect(keeper.missing).toEqual(lost)
    expect((await keeper.status())?.missing).toHaveLength(2)
    expect(await keeper.get('/kept').then(({ data }) => new TextDecoder().decode(data))).toBe('newer')
    await expect(keeper.set('/kept', 'lost', { timeoutMs: 200 })).rejects.toEqual(code('Timeout'))
    await expect(ensemble.connect(2, { timeoutMs: 800 })).rejects.toThrow(
      /2 of 3 voters are missing \([\w-]{22} since \d{4}-.*, [\w-]{22} since /,
    )

    const waiting = expect(beside.set('/kept', 'waits')).rejects.toEqual(code('SessionExpired'))
    const states: string[] = []
    beside.on('state', state => states.push(state))
    const told = new Promise(resolve => beside.on('forked', resolve))
    const next = await keeper.fork()
    expect(next).not.toBe(keeper.ensemble)
    expect(keeper.state).toBe('closed')
    expect(await told).toBe(next)
    expect(states).toEqual(['expired', 'closed'])
    await waiting
    await expect(keeper.get('/kept')).rejects.toEqual(code('SessionExpired'))

    const forked = ensemble.replica(2)
    await forked.start()
    const again = await ensemble.connect(2)
    expect(again.ensemble).toBe(next)
    const kept = await again.get('/kept')
    expect(new TextDecoder().decode(kept.data)).toBe('newer')
    expect(kept.stat.numChildren).toBe(0)
    const watcher = await again.watch('/kept', { recursive: true, from: zxid })
    expect((await watcher.next()).value).toMatchObject({ type: 'Resync' })
    expect((await again.create('/after')).stat.czxid).toBeGreaterThan(zxid + forkSlots)

    const joined = [await ensemble.join(2), await ensemble.join(2)]
    await voters(ensemble, 2, 3)
    const elsewhere = await ensemble.connect(joined[0] ?? 0)
    await elsewhere.set('/kept', 'of the new ensemble')

    const old = ensemble.replica(0)
    await old.start()
    const member = await ensemble.join(2)
    await vi.waitFor(() => expect(ensemble.replica(member).status?.doer).not.toBeFalsy(), patience)
    expect(old.status?.connected).toEqual([])
    expect(old.status?.ensemble).not.toBe(next)
    await old.close()
    const rejoined = await ensemble.connect(member)
    await rejoined.sync()
    expect(new TextDecoder().decode((await rejoined.get('/kept')).data)).toBe('of the new ensemble')

    await again.close()
    await forked.close()
    await elsewhere.set('/kept', 'without the first', { timeoutMs: 20_000 })
    const running = [...joined, member].map(index => ensemble.replica(index))
    await vi.waitFor(() => {
      const shown = running.map(({ status }) => `${status?.appliedThrough} ${status?.digest}`)
      expect(new Set(shown).size).toBe(1)
    }, patience)
  }, 90_000)
})

test('FORK-13 whoever asks for a fork hears of the one that is made; a second is refused, and a closed keeper forks nothing', async () => {
  const ensemble = await start({ replicas: 1 })
  const [one, two] = [await ensemble.connect(0), await ensemble.connect(0)]
  const [first, second] = await Promise.all([one.fork(), two.fork()])
  expect(second).toBe(first)
  expect(ensemble.replica(0).ensemble).toBe(first)
  await ensemble.replica(0).start()
  const third = await ensemble.connect(0)
  await third.close()
  await expect(third.fork()).rejects.toEqual(code('Closed'))
})

test.each(engineNames)(
  'FORK-9 FORK-14 a replica of %s that is started again alone is forked without a session, and has all it had shown',
  async engine => {
    const ensemble = await start({ engine, replicas: 3 })
    const keeper = await ensemble.connect(2)
    for (const at of ['/a', '/b', '/c']) await keeper.create(at, at)
    // Shown to be decided, and not written as decided: that goes with the next write.
    const shown = await keeper.children('/')
    for (const replica of ensemble.replicas) await replica.close()
    await ensemble.replica(2).start()
    const waiting = await ensemble.connect(2, { waitFor: 'replica' })
    await vi.waitFor(() => expect(waiting.missing?.missing).toHaveLength(2), patience)
    expect(waiting.state).toBe('connecting')
    await waiting.fork()
    await ensemble.replica(2).start()
    expect(await (await ensemble.connect(2)).children('/')).toEqual(shown)
  },
  30_000,
)

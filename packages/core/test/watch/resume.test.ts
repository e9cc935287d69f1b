import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Watcher } from '../../src/client/watcher.ts'
import type { WatchEvent } from '../../src/client/watches.ts'
import { sessionId, slot, type Zxid } from '../../src/logic/base/ids.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import type { StandingKind } from '../../src/logic/watch/contract.ts'
import { type Draft, history } from '../state/commands.ts'
import { bytes, create, remove, request, set } from '../state/world.ts'
import { Log, Place } from './places.ts'

/** An app that keeps the zxid of its watcher, and checks all it hears against the log. */
class App {
  readonly #log: Log
  readonly #kind: StandingKind
  readonly #at: string
  /** What it has whole transactions of, all of them checked. */
  #known: Zxid
  /** Heard of a transaction, or of a Resync, that is not complete. */
  #heard: string[] = []
  resyncs = 0

  constructor(log: Log, kind: StandingKind, at: string, from: Zxid) {
    this.#log = log
    this.#kind = kind
    this.#at = at
    this.#known = from
  }

  get known(): Zxid {
    return this.#known
  }

  hear(event: WatchEvent): void {
    if (event.type === 'Resync') {
      for (const { path, stat } of event.znodes) this.#heard.push(`${path} ${stat.mzxid}`)
      if (!event.last) return
      expect(event.zxid).toBeGreaterThan(this.#known)
      expect(this.#heard).toEqual(this.#log.znodes(this.#kind, this.#at, event.zxid))
      this.resyncs++
    } else {
      this.#heard.push(`${event.type} ${event.path} ${event.zxid}`)
      if (!event.last) return
      expect(this.#heard).toEqual(this.#log.heard(this.#kind, this.#at, this.#known, event.zxid))
    }
    this.#known = event.zxid
    this.#heard = []
  }

  /** Goes on from `zxid`, which the watcher gave: nothing may lie between it and what is known. */
  resume(zxid: Zxid): void {
    expect(zxid).toBeGreaterThanOrEqual(this.#known)
    this.expectNothingTo(zxid)
    this.#known = zxid
    this.#heard = []
  }

  /** Goes on from an earlier `zxid`, as one that had stored that: everything since then comes again. */
  goBack(zxid: Zxid): void {
    this.#known = zxid
    this.#heard = []
  }

  expectNothingTo(zxid: Zxid): void {
    expect(this.#log.heard(this.#kind, this.#at, this.#known, zxid)).toEqual([])
  }
}

type Act =
  | { readonly type: 'apply'; readonly place: number; readonly slots: number }
  | { readonly type: 'install'; readonly place: number; readonly of: number }
  | { readonly type: 'take'; readonly events: number }
  | { readonly type: 'move'; readonly place: number }
  | { readonly type: 'goBack'; readonly place: number; readonly slots: number }

const place = fc.nat(2)
const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ type: fc.constant('apply'), place, slots: fc.integer({ min: 1, max: 8 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('install'), place, of: place }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('take'), events: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('move'), place }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('goBack'), place, slots: fc.integer({ min: 0, max: 30 }) }),
    },
  ),
  { maxLength: 50, size: 'max' },
)

interface Case {
  readonly drafts: readonly (readonly [number, Draft])[]
  readonly acts: readonly Act[]
  readonly kind: StandingKind
  readonly at: string
  /** How many changes a replica keeps. */
  readonly changesMax: number
  readonly from: number
}

const cases: fc.Arbitrary<Case> = fc.record({
  drafts: history(80, { isOpen: true }),
  acts,
  kind: fc.constantFrom('persistent', 'persistentRecursive'),
  at: fc.constantFrom('/', '/a', '/a/x', '/b'),
  changesMax: fc.constantFrom(3, 10, 1_000),
  from: fc.nat(10),
})

/** Reads an iterator now and then. An answer that is still awaited is the next one's. */
class Reader {
  #awaited: ReturnType<Watcher['next']> | null = null

  /** Takes what is there to be taken, `count` at most. */
  async take(watcher: Watcher, count: number, app: App): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.#awaited ??= watcher.next()
      const taken = await Promise.race([this.#awaited, nothing()])
      if (taken === null) return
      this.#awaited = null
      if (taken.value) app.hear(taken.value)
    }
  }

  /** What was waited for and has come is taken; then the watcher is left. */
  async leave(watcher: Watcher, app: App): Promise<void> {
    if (this.#awaited !== null) await this.take(watcher, 1, app)
    this.#awaited = null
    watcher.close()
  }
}

/** Later than anything that is there already. */
const nothing = async (): Promise<null> => {
  for (let i = 0; i < 5; i++) await Promise.resolve()
  return null
}

/** What the app has heard in the end, after acting it out. `isSlow`: by an iterator that is read now and then. */
async function act({ drafts, acts, kind, at, changesMax, from }: Case, isSlow: boolean): Promise<App> {
  const log = new Log(drafts)
  const start = slot(Math.min(from, log.last))
  const app = new App(log, kind, at, start)
  const places = [0, 1, 2].map(() => new Place(log, changesMax))
  const placeAt = (index: number) => places[index] as Place
  let here = placeAt(0)
  const reader = new Reader()
  let isLossless = true
  const watchAt = async (next: Place, after: Zxid) => {
    here = next
    next.applyThrough(after)
    isLossless &&= next.reaches(after)
    return next.watch(kind, at, after, isSlow ? null : event => app.hear(event))
  }
  let watcher = await watchAt(here, start)
  for (const each of acts)
    switch (each.type) {
      case 'apply':
        placeAt(each.place).applyThrough(slot(placeAt(each.place).at + each.slots))
        break
      case 'install':
        if (here === placeAt(each.place) && placeAt(each.of).at > here.at) isLossless = false
        placeAt(each.place).install(placeAt(each.of))
        break
      case 'take':
        if (isSlow) await reader.take(watcher, each.events, app)
        break
      case 'goBack': {
        await reader.leave(watcher, app)
        app.goBack(slot(Math.max(0, app.known - each.slots)))
        watcher = await watchAt(placeAt(each.place), app.known)
        break
      }
      case 'move': {
        await reader.leave(watcher, app)
        app.resume(watcher.zxid)
        watcher = await watchAt(placeAt(each.place), watcher.zxid)
        break
      }
    }
  here.applyThrough(log.last)
  if (isSlow) await reader.take(watcher, Number.POSITIVE_INFINITY, app)
  app.expectNothingTo(log.last)
  expect(watcher.zxid).toBe(log.last)
  if (isLossless) expect(app.resyncs).toBe(0)
  // An iterator may have moved on before it came to the Resync.
  else if (!isSlow) expect(app.resyncs).toBeGreaterThan(0)
  return app
}

test.each([
  ['a callback', false],
  ['a slow iterator', true],
])(
  'RESUME-1 any sequence of changes, moves and snapshots gives %s each change once, or a Resync',
  async (_, isSlow) => {
    await fc.assert(
      fc.asyncProperty(cases, async each => {
        await act(each, isSlow)
      }),
      { seed: 42, numRuns: 400 },
    )
  },
)

const draftOf =
  (operation: Operation): Draft =>
  machine => {
    const [{ session, lastXid } = { session: sessionId(0), lastXid: 0 }] = machine.sessions()
    return request(session, lastXid + 1, operation, lastXid)
  }

const writes = (...operations: readonly Operation[]): Log =>
  new Log(
    [
      [1_000, () => ({ type: 'openSession', token: 't1', timeoutMs: 10_000 })],
      ...operations.map((operation): [number, Draft] => [1_000, draftOf(operation)]),
    ],
    false,
  )

test('RESUME-2 a snapshot under a watch that stands is told as a Resync, and changes go on after it', async () => {
  const log = writes(
    create('/a'),
    create('/a/b'),
    remove('/a/b'),
    set('/a', bytes('1')),
    set('/a', bytes('2')),
  )
  const [here, further] = [new Place(log, 100), new Place(log, 100)]
  const heard: WatchEvent[] = []
  here.applyThrough(slot(2))
  await here.watch('persistentRecursive', '/a', 'now', event => heard.push(event))
  further.applyThrough(slot(5))
  here.install(further)
  here.applyThrough(log.last)
  expect(heard).toMatchObject([
    { type: 'Resync', path: '/a', zxid: 5, last: true, znodes: [{ path: '/a', stat: { version: 1 } }] },
    { type: 'NodeDataChanged', path: '/a', zxid: 6, last: true },
  ])
})

test('RESUME-3 a large subtree comes in several parts, all as of one zxid', async () => {
  const creates = Array.from({ length: 2_500 }, (_, i) => create(`/a/${i}`))
  const big = [create('/a/big-1', 'persistent', new Uint8Array(300_000)), create('/a/big-2')]
  const log = writes(create('/a'), ...creates, ...big)
  const place = new Place(log, 10)
  place.applyThrough(log.last)
  const heard: WatchEvent[] = []
  await place.watch('persistentRecursive', '/a', slot(1), event => heard.push(event))
  const parts = heard.map(event => (event.type === 'Resync' ? event.znodes.length : 0))
  expect(parts).toEqual([1_000, 1_000, 502, 1])
  expect(heard.map(({ last }) => last)).toEqual([false, false, false, true])
  expect(new Set(heard.map(({ zxid }) => Number(zxid)))).toEqual(new Set([log.last]))
})

test('RESUME-3 a watch of one znode is given that znode, or nothing where there is none', async () => {
  const log = writes(create('/a'), create('/a/b'), set('/a', bytes('1')), set('/a', bytes('2')))
  const place = new Place(log, 1)
  place.applyThrough(log.last)
  const heard: WatchEvent[] = []
  for (const at of ['/a', '/none']) await place.watch('persistent', at, slot(1), event => heard.push(event))
  expect(heard).toMatchObject([
    { type: 'Resync', znodes: [{ path: '/a', stat: { version: 2 } }], last: true },
    { type: 'Resync', znodes: [], last: true },
  ])
})

/** A session under random writes, reads, watches, losses and moves, beside a client that never moves and a naive model. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Keeper } from '../../src/client/keeper.ts'
import type { WatchCallback } from '../../src/client/watches.ts'
import { type Ensemble, startEnsemble } from '../../src/testing/ensemble.ts'
import { type MovingKeeper, movingKeeper } from './moving-keeper.ts'

let ensemble: Ensemble
let other: Keeper

beforeAll(async () => {
  ensemble = await startEnsemble({ seed: 5 })
  other = await ensemble.connect(0)
})
afterAll(async () => {
  await ensemble.close()
})

type Act =
  | { readonly type: 'create' | 'set' | 'get' | 'children' | 'otherSet' | 'otherCreate' | 'lose' }
  /** Lets others act: so many turns of the loop. */
  | { readonly type: 'wait'; readonly turns: number }
  | { readonly type: 'cut'; readonly isDeaf: boolean; readonly isMute: boolean }
  | { readonly type: 'move'; readonly to: number; readonly waits: boolean }
  | { readonly type: 'restart'; readonly index: number }

const of = (type: 'create' | 'set' | 'get' | 'children' | 'otherSet' | 'otherCreate' | 'lose') =>
  fc.constant({ type })
const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: of('create') },
    { weight: 3, arbitrary: of('set') },
    { weight: 4, arbitrary: of('get') },
    { weight: 2, arbitrary: of('children') },
    { weight: 2, arbitrary: of('otherSet') },
    { weight: 2, arbitrary: of('otherCreate') },
    { weight: 1, arbitrary: of('lose') },
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant('wait'), turns: fc.integer({ min: 1, max: 8 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('cut'), isDeaf: fc.boolean(), isMute: fc.constant(true) }),
    },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('move'), to: fc.nat(2), waits: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('restart'), index: fc.integer({ min: 1, max: 2 }) }),
    },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)

/** What a read said, and what its watch told. */
interface Looked {
  readonly kind: 'data' | 'children'
  /** Of the data, or of the list of children. */
  version: number
  readonly fired: { readonly type: string; readonly zxid: number }[]
}

class App {
  readonly #at: string
  readonly moving: MovingKeeper
  readonly creates: Promise<string>[] = []
  readonly sets: Promise<number>[] = []
  readonly looks: Promise<Looked>[] = []
  readonly watched: string[] = []
  readonly called: string[] = []

  constructor(at: string) {
    this.#at = at
    this.moving = movingKeeper(ensemble)
  }

  async start(): Promise<void> {
    const { keeper } = this.moving
    await this.moving.moveTo(ensemble.replica(1))
    await keeper.watch(this.#at, { recursive: true, onEvent: event => this.watched.push(words(event)) })
    const callback: WatchCallback = event => this.called.push(words(event))
    await keeper.addWatch(this.#at, callback, { mode: 'persistentRecursive' })
  }

  create(): void {
    const made = this.moving.keeper.create(`${this.#at}/n-`, '', { mode: 'persistentSequential' })
    this.creates.push(made.then(({ path }) => path))
  }

  set(): void {
    this.sets.push(this.moving.keeper.set(this.#at, '').then(({ mzxid }) => mzxid))
  }

  look(kind: Looked['kind']): void {
    const looked: Looked = { kind, version: -1, fired: [] }
    const watch: WatchCallback = ({ type, zxid }) => looked.fired.push({ type, zxid })
    const { keeper } = this.moving
    const read = kind === 'data' ? keeper.get(this.#at, { watch }) : keeper.children(this.#at, { watch })
    this.looks.push(
      read.then(({ stat }) => {
        looked.version = kind === 'data' ? stat.version : stat.cversion
        return looked
      }),
    )
  }
}

const words = ({ type, path, zxid }: { type: string; path: string; zxid: number }) =>
  `${type} ${path} ${zxid}`

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

async function act(app: App, at: string, each: Act): Promise<void> {
  const { moving } = app
  switch (each.type) {
    case 'create':
      return app.create()
    case 'set':
      return app.set()
    case 'get':
      return app.look('data')
    case 'children':
      return app.look('children')
    case 'otherSet':
      await other.set(at, '')
      return
    case 'otherCreate':
      await other.create(`${at}/o-`, '', { mode: 'persistentSequential' })
      return
    case 'lose':
      return moving.lose()
    case 'wait':
      return turns(each.turns)
    case 'cut':
      Object.assign(moving.line, each)
      return
    case 'move': {
      const moved = moving.moveTo(ensemble.replica(each.to))
      if (each.waits) await moved
      return
    }
    case 'restart': {
      const replica = ensemble.replica(each.index)
      await replica.close()
      await replica.start()
      return
    }
  }
}

const isSorted = (numbers: readonly number[]) =>
  numbers.every((each, i) => i === 0 || each >= (numbers[i - 1] ?? 0))

test('KEEPER-47 through any sequence of moves each write is carried out once and in order, each change heard once', async () => {
  let fired = 0
  let missedByNone = 0
  await fc.assert(
    fc.asyncProperty(acts, async each => {
      const at = (await other.create('/p-', '', { mode: 'persistentSequential' })).path
      const log: string[] = []
      const reference = await other.watch(at, { recursive: true, onEvent: event => log.push(words(event)) })
      const app = new App(at)
      const { moving } = app
      try {
        await app.start()
        for (const one of each) await act(app, at, one)
        await moving.moveTo(ensemble.replica(1))
        const [creates, sets, looks] = await Promise.all([
          Promise.all(app.creates),
          Promise.all(app.sets),
          Promise.all(app.looks),
        ])
        await moving.keeper.sync()
        await other.sync()

        // Once, and in order: as many as were asked for, in the order in which they were.
        const { children } = await moving.keeper.children(at)
        expect(children.filter(name => name.startsWith('n-'))).toEqual(
          creates.map(path => path.slice(at.length + 1)),
        )
        expect(isSorted(creates.map(path => Number(path.slice(-10))))).toBe(true)
        expect(new Set(sets).size).toBe(sets.length)
        expect(isSorted(sets)).toBe(true)

        expect(app.watched).toEqual(log)
        expect(app.called).toEqual(log)

        // Reads never go back; their watches tell of the next change after what they said, once, where there was one.
        for (const kind of ['data', 'children'] as const) {
          const ofKind = looks.filter(look => look.kind === kind)
          expect(isSorted(ofKind.map(({ version }) => version))).toBe(true)
          const type = kind === 'data' ? 'NodeDataChanged' : 'NodeCreated'
          const zxids = log.filter(line => line.startsWith(type)).map(line => Number(line.split(' ')[2]))
          for (const look of ofKind) {
            const next = zxids[look.version]
            expect(look.fired.map(({ zxid }) => zxid)).toEqual(next === undefined ? [] : [next])
            if (next === undefined) missedByNone++
            else fired++
          }
        }
      } finally {
        moving.close()
        reference.close()
      }
    }),
    { seed: 11, numRuns: 60, endOnFailure: true },
  )
  expect(fired).toBeGreaterThan(50)
  expect(missedByNone).toBeGreaterThan(20)
}, 120_000)

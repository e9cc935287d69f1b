import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sessionId, slot, type Zxid } from '../../src/logic/base/ids.ts'
import type { ClientEvent } from '../../src/logic/replica/event.ts'
import type { WatchEvent, WatchKind, WatchSetAnew } from '../../src/logic/watch/contract.ts'
import { createWatchTable } from '../../src/logic/watch/watch-table.ts'
import { type Draft, history } from '../state/commands.ts'
import { path } from '../state/world.ts'
import { inWords, WatchModel } from './model.ts'
import { Log, Place } from './places.ts'

const session = sessionId(1)

interface Case {
  readonly drafts: readonly (readonly [number, Draft])[]
  readonly watches: readonly {
    readonly watch: number
    readonly kind: WatchKind
    readonly at: string
    readonly from: number
  }[]
  /** Where the replica stands when they come. */
  readonly now: number
}

const cases: fc.Arbitrary<Case> = fc.record({
  drafts: history(60, { isOpen: true }),
  watches: fc.array(
    fc.record({
      watch: fc.integer({ min: 1, max: 4 }),
      kind: fc.constantFrom<WatchKind>('data', 'children', 'persistent', 'persistentRecursive'),
      at: fc.constantFrom('/', '/a', '/a/x', '/a/y', '/b'),
      from: fc.nat(60),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  now: fc.nat(60),
})

/** A place at which watches have come, as the page says where each stands: one watcher has heard as much everywhere. */
function setting({ drafts, watches, now: drawn }: Case, changesMax: number, resumable: boolean) {
  const log = new Log(drafts)
  const now = slot(Math.min(drawn, log.last))
  const froms = new Map<number, Zxid>()
  for (const { watch, from } of watches) if (!froms.has(watch)) froms.set(watch, slot(Math.min(from, now)))
  const anew: WatchSetAnew[] = watches.map(({ watch, kind, at }) => ({
    watch,
    kind,
    path: path(at),
    from: froms.get(watch) ?? now,
    resumable: resumable && (kind === 'persistent' || kind === 'persistentRecursive'),
  }))
  const place = new Place(log, changesMax)
  place.applyThrough(now)
  const lost = anew.filter(({ from }) => !place.reaches(from))
  place.setAnew(anew)
  return { log, now, anew, place, lost }
}

const watchEvents = (told: readonly ClientEvent[]): readonly WatchEvent[] =>
  told.flatMap(each => (each.type === 'watch' ? [{ ...each, type: each.event as WatchEvent['type'] }] : []))

/** What the watches would have heard, had they stood: each since its own zxid. */
function naive(log: Log, watches: readonly WatchSetAnew[], through: number): readonly string[] {
  const model = new WatchModel()
  return log.changes.slice(0, through).flatMap((changes, before) => {
    for (const { watch, kind, path: at, from } of watches)
      if (from === before) model.add({ session, watch, kind, path: at })
    return model.fire(changes)
  })
}

test('WATCH-16 watches set anew hear what they would have heard if they had stood, in the order of the log, and go on', () => {
  fc.assert(
    fc.property(cases, each => {
      const { log, now, anew, place } = setting(each, 1_000, false)
      expect(inWords(watchEvents(place.told))).toEqual(naive(log, anew, now))
      place.applyThrough(log.last)
      const all = naive(log, [...anew.filter(({ from }) => from <= now)], log.last)
      expect(inWords(watchEvents(place.told))).toEqual(all)
    }),
    { seed: 7, numRuns: 1_000 },
  )
})

test('WATCH-17 where changes are forgotten a watch tells of what the znodes show, and never stays silent', () => {
  let silent = 0
  let spoke = 0
  fc.assert(
    fc.property(cases, each => {
      const { log, now, place, lost } = setting(each, 2, false)
      for (const { watch, kind, path: at, from } of lost) {
        const told = watchEvents(place.told).filter(event => event.watch === watch)
        // One of children is set only where there is a znode.
        const isThere = [now, ...(kind === 'children' ? [from] : [])].every(
          zxid => log.znodes('persistent', at, zxid).length > 0,
        )
        const should = log.heard(kind, at, from, now)
        const mine = told.filter(({ path: of }) => kind === 'persistentRecursive' || of === at)
        if (should.length > 0 && kind !== 'persistentRecursive') expect(mine).not.toEqual([])
        if (kind === 'persistentRecursive')
          for (const znode of log.znodes(kind, at, now)) {
            const [where, mzxid] = znode.split(' ')
            if (Number(mzxid) > from) expect(mine.map(event => `${event.path}`)).toContain(where)
          }
        if (should.length === 0 && isThere && lost.length === 1) expect(mine).toEqual([])
        if (mine.length > 0) spoke++
        else silent++
      }
    }),
    { seed: 8, numRuns: 1_000 },
  )
  expect(spoke).toBeGreaterThan(100)
  expect(silent).toBeGreaterThan(100)
})

test('WATCH-17 a watch that fires once is over when it did, and one that did not stands', () => {
  fc.assert(
    fc.property(cases, each => {
      const { log, place, lost } = setting(each, 2, false)
      const before = place.told.length
      place.applyThrough(log.last)
      for (const { watch, kind } of lost) {
        if (lost.filter(other => other.watch === watch).length > 1) continue
        if (kind !== 'data' && kind !== 'children') continue
        const events = watchEvents(place.told).filter(event => event.watch === watch)
        expect(events.length).toBeLessThanOrEqual(1)
        const fired = watchEvents(place.told.slice(0, before)).some(event => event.watch === watch)
        const { length } = log.heard(
          kind,
          lost.find(other => other.watch === watch)?.path ?? '',
          place.at,
          log.last,
        )
        if (!fired && length > 0) expect(events).toHaveLength(1)
      }
    }),
    { seed: 9, numRuns: 500 },
  )
})

test('WATCH-17 a resumable watch whose changes are forgotten begins anew instead', () => {
  fc.assert(
    fc.property(cases, each => {
      const { place, lost } = setting(each, 2, true)
      const begun = place.told.flatMap(event => (event.type === 'resync' && event.last ? [event.watch] : []))
      const expected = new Set<string>()
      for (const { watch, kind, path: at, resumable } of lost)
        if (resumable) expected.add(`${watch} ${kind} ${at}`)
      expect(new Set(begun)).toEqual(new Set([...expected].map(words => Number(words.split(' ')[0]))))
    }),
    { seed: 10, numRuns: 300 },
  )
})

test('WATCH-18 one watch is taken back without a word, and the watcher’s others stay', () => {
  const table = createWatchTable()
  const at = { session, watch: 1, path: path('/a') }
  table.add({ ...at, kind: 'data' })
  table.add({ ...at, kind: 'persistent' })
  table.unset({ ...at, kind: 'data' })
  table.unset({ ...at, kind: 'children' })
  table.unset({ ...at, kind: 'data', watch: 2 })
  expect(table.watches().map(({ kind }) => kind)).toEqual(['persistent'])
  table.unset({ ...at, kind: 'persistent' })
  expect(table.size).toBe(0)
  expect(table.watches()).toEqual([])
})

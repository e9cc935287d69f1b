/** Garbage at every parser of the state, and what comes through applied: nothing throws, and replicas agree. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stampCommand } from '../../src/logic/state/command.ts'
import { parseRow, rowOf } from '../../src/logic/state/command-row.ts'
import { parseOperation, readOperation } from '../../src/logic/state/operation.ts'
import { parseAcl } from '../../src/logic/state/parse-acl.ts'
import { parseQuery } from '../../src/logic/state/query.ts'
import { aReply } from '../../src/logic/state/reply.ts'
import { history } from './commands.ts'
import { codec, createWorld, line } from './world.ts'

const garbage = fc.oneof(
  fc.anything({ withNullPrototype: false }),
  fc.constantFrom(
    -1,
    0.5,
    2 ** 40,
    2 ** 53,
    Number.NaN,
    '',
    '/',
    '/a/',
    'auth',
    null,
    undefined,
    [],
    {},
    [[]],
    true,
  ),
)

/** `value` with what lies at a place in it, counted in some order, put in the place of by `other`. */
function altered(value: unknown, place: number, other: unknown): unknown {
  let left = place
  const visit = (each: unknown): unknown => {
    if (left-- === 0) return other
    if (Array.isArray(each)) return each.map(visit)
    if (typeof each !== 'object' || each === null || each instanceof Uint8Array) return each
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, visit(inner)]))
  }
  return visit(value)
}

const parsers = [parseOperation, readOperation, parseQuery, parseAcl, parseRow, aReply]

test('CMD-7 no parser throws, whatever it is given', () => {
  fc.assert(
    fc.property(garbage, value => {
      for (const parse of parsers) parse(value)
    }),
    { seed: 24, numRuns: 5_000 },
  )
})

const queries = [
  { type: 'get', path: '/a' },
  { type: 'whoAmI' },
  {
    type: 'multiRead',
    queries: [
      { type: 'get', path: '/a' },
      { type: 'children', path: '/' },
    ],
  },
]
const acls = [[line('world', 'anyone', 'r'), line('digest', 'u:x', 'rwcda')]]

test('CMD-7 what is parsed out of something altered is parsed as itself', () => {
  fc.assert(
    fc.property(fc.constantFrom(...queries), fc.nat(9), garbage, (query, place, other) => {
      const parsed = parseQuery(altered(query, place, other))
      if (parsed.ok) expect(parseQuery(parsed.value)).toEqual(parsed)
    }),
    { seed: 25, numRuns: 3_000 },
  )
  fc.assert(
    fc.property(fc.constantFrom(...acls), fc.nat(9), garbage, (acl, place, other) => {
      const parsed = parseAcl(altered(acl, place, other))
      if (parsed.ok) expect(parseAcl(parsed.value)).toEqual(parsed)
    }),
    { seed: 26, numRuns: 2_000 },
  )
})

test('CMD-7 altered commands are refused, or applied alike everywhere; refused ones change nothing but the slot', () => {
  const edit = fc.option(fc.tuple(fc.nat(24), garbage), { nil: null })
  const edits = fc.array(edit, { minLength: 30, maxLength: 30 })
  let refused = 0
  fc.assert(
    fc.property(history(24), edits, (drafts, asked) => {
      const [one, other] = [createWorld(), createWorld()]
      for (const [index, [timeMs, draft]] of drafts.entries()) {
        const command = draft(one.machine)
        const row = rowOf(command)
        const change = index < 6 ? null : asked[index % asked.length]
        const body = encoded(change ? altered(row, change[0], change[1]) : row)
        if (body === null) continue
        const bytes = stampCommand(timeMs, body)
        const parsed = parseRow(codec.decode(body))
        if (parsed.ok) expect(parseRow(codec.decode(codec.encode(rowOf(parsed.value))))).toEqual(parsed)
        else {
          refused++
          const skipped = createWorld()
          skipped.machine.restore(one.machine.snapshot())
          skipped.applyBytes(null)
          expect(one.applyBytes(bytes)).toEqual({ outcome: { type: 'nothing' }, changes: [], ended: [] })
          expect(one.machine.digest()).toBe(skipped.machine.digest())
          other.applyBytes(bytes)
          continue
        }
        expect(one.applyBytes(bytes)).toEqual(other.applyBytes(bytes))
        expect(one.machine.digest()).toBe(other.machine.digest())
      }
    }),
    { seed: 27, numRuns: 150 },
  )
  expect(refused).toBeGreaterThan(300)
})

/** The bytes of `value`, or null where the codec has none for it. */
function encoded(value: unknown): Uint8Array | null {
  try {
    return codec.encode(value)
  } catch {
    return null
  }
}

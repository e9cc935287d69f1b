import { expect, test } from 'vitest'
import { type Change, changesBetween, membershipText, sentenceOf } from '../src/ensemble/changes.ts'
import type { StatusLike } from '../src/ensemble/facts.ts'

const before: StatusLike = {
  node: 'a',
  leader: 'a',
  role: 'leader',
  membership: { voters: ['a', 'b', 'c'], observers: ['o'] },
  connected: ['b', 'c', 'o'],
  missing: [],
}

const silentB = { node: 'b', isConnected: true, since: 5_000 }
const goneB = { node: 'b', isConnected: false, since: 5_000 }

/** What is other in the second look, and what is told of it. */
const table: readonly (readonly [string, Partial<StatusLike>, Partial<StatusLike>, readonly Change[]])[] = [
  ['nothing', {}, { role: 'follower' }, []],
  [
    'an observer joins',
    {},
    { membership: { voters: ['a', 'b', 'c'], observers: ['n', 'o'] } },
    [{ type: 'joined', node: 'n', as: 'observer' }],
  ],
  [
    'a voter from elsewhere',
    {},
    { membership: { voters: ['a', 'b', 'c', 'n'], observers: ['o'] } },
    [{ type: 'joined', node: 'n', as: 'voter' }],
  ],
  [
    'an observer is promoted',
    {},
    { membership: { voters: ['a', 'b', 'c', 'o'], observers: [] } },
    [{ type: 'promoted', node: 'o' }],
  ],
  [
    'one votes no more, another is taken out',
    {},
    { membership: { voters: ['a'], observers: ['c', 'o'] } },
    [
      { type: 'demoted', node: 'c' },
      { type: 'takenOut', node: 'b' },
    ],
  ],
  ['another leads', {}, { leader: 'b' }, [{ type: 'leads', node: 'b' }]],
  ['nobody leads', {}, { leader: null }, [{ type: 'leaderless' }]],
  [
    'a voter goes',
    {},
    { connected: ['c', 'o'], missing: [goneB] },
    [{ type: 'notConnected', node: 'b', sinceMs: 5_000 }],
  ],
  ['an observer goes', {}, { connected: ['b', 'c'] }, [{ type: 'notConnected', node: 'o', sinceMs: null }]],
  [
    'one that goes and is taken out is told once',
    {},
    { connected: ['b', 'c'], membership: { voters: ['a', 'b', 'c'], observers: [] } },
    [{ type: 'takenOut', node: 'o' }],
  ],
  ['a voter comes back', { connected: ['c', 'o'], missing: [goneB] }, {}, [{ type: 'connected', node: 'b' }]],
  ['a voter falls silent', {}, { missing: [silentB] }, [{ type: 'silent', node: 'b', sinceMs: 5_000 }]],
  ['it is heard again', { missing: [silentB] }, {}, [{ type: 'heardAgain', node: 'b' }]],
  [
    'who was gone and stays so is no news',
    { connected: ['c', 'o'], missing: [goneB] },
    { connected: ['c', 'o'], missing: [goneB] },
    [],
  ],
  ['another replica is looked at', {}, { node: 'z', leader: 'b' }, []],
]

test.each(table)('DEMO-26 what happened between two looks: %s', (_, was, is, changes) => {
  expect(changesBetween({ ...before, ...was }, { ...before, ...is })).toEqual(changes)
})

test('DEMO-26 the first look tells nothing', () => {
  expect(changesBetween(null, before)).toEqual([])
})

test('DEMO-27 each change is a sentence that names who, since when, and whether it is this one', () => {
  const tell = (change: Change) => sentenceOf(change, 'aaaaaaaaaa', ms => `${ms / 1_000} s`)
  const node = 'bbbbbbbbbb'
  const told = [
    tell({ type: 'joined', node, as: 'observer' }),
    tell({ type: 'joined', node, as: 'voter' }),
    tell({ type: 'promoted', node: 'aaaaaaaaaa' }),
    tell({ type: 'demoted', node }),
    tell({ type: 'takenOut', node }),
    tell({ type: 'leads', node }),
    tell({ type: 'leaderless' }),
    tell({ type: 'connected', node }),
    tell({ type: 'heardAgain', node }),
    tell({ type: 'notConnected', node, sinceMs: null }),
    tell({ type: 'notConnected', node, sinceMs: 2_000 }),
    tell({ type: 'silent', node, sinceMs: 3_000 }),
  ]
  expect(told).toEqual([
    'bbbbbb joined as an observer',
    'bbbbbb joined and votes',
    'aaaaaa (you) was promoted: it votes',
    'bbbbbb votes no more',
    'bbbbbb was taken out',
    'bbbbbb leads now',
    'no leader is known',
    'bbbbbb is connected',
    'bbbbbb is heard again',
    'bbbbbb is not connected',
    'bbbbbb is not connected since 2 s',
    'bbbbbb is silent since 3 s',
  ])
})

test('DEMO-28 the log says of a membership what it changes, or how many there are where the one before is not known', () => {
  const one = { voters: ['a1b2c3d4'], observers: [] }
  expect(membershipText(null, one)).toBe('1 voting, 0 observing')
  expect(membershipText(one, one)).toBe('1 voting, 0 observing')
  const two = { voters: ['a1b2c3d4'], observers: ['e5f6a7b8'] }
  expect(membershipText(one, two)).toBe('+e5f6a7 observer')
  const three = { voters: ['a1b2c3d4', 'e5f6a7b8'], observers: [] }
  expect(membershipText(two, three)).toBe('e5f6a7 promoted')
  expect(membershipText(three, one)).toBe('e5f6a7 removed')
  expect(membershipText(three, two)).toBe('e5f6a7 demoted')
  expect(membershipText(one, three)).toBe('+e5f6a7 voter')
})

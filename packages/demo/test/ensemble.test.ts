import { nodeId } from '@peerkeeper/core/transport'
import { expect, test } from 'vitest'
import { adviceFor, membersOf, quorumOf, quorumText, type StatusLike } from '../src/ensemble/facts.ts'

const status: StatusLike = {
  node: 'a',
  leader: 'b',
  role: 'follower',
  membership: { voters: ['a', 'b', 'c'], observers: ['o'] },
  connected: ['b', 'j'],
  missing: [{ node: 'c', isConnected: false, since: 5_000 }],
}

test('DEMO-17 members are the voters, the observers and who is connected besides, with their roles', () => {
  const lines = membersOf(status).map(
    ({ node, role, isSelf, isConnected, missingSinceMs }) =>
      `${node} ${role} ${isSelf} ${isConnected} ${missingSinceMs}`,
  )
  expect(lines).toEqual([
    'a follower true true null',
    'b leader false true null',
    'c follower false false 5000',
    'o observer false false null',
    'j joining false true null',
  ])
})

test('DEMO-18 a quorum is counted over voters; without one the advice names who is missing since when', () => {
  expect(quorumText(quorumOf(status))).toBe('quorum 2 of 3 voters')
  expect(quorumOf(status)).toMatchObject({ reached: 2, missing: ['c'] })
  expect(adviceFor('connected', status, null)).toBeNull()
  expect(adviceFor('suspended', status, null)).toContain('Writes wait for a moment')
  expect(adviceFor('connecting', null, null)).toBe('Joining ...')
  const away = (node: string) => ({ node: nodeId(node), isConnected: false, since: 5_000 })
  const missing = { voters: ['a', 'b', 'c'].map(nodeId), missing: [away('b'), away('c')] as const }
  for (const state of ['suspended', 'connecting', 'readOnly'] as const)
    expect(adviceFor(state, status, missing)).toMatch(
      /^2 of 3 voters are missing: b since \d\d:\d\d:05, c since .*Open another tab/,
    )
  const first = { ...status, connected: [], membership: { voters: ['a'], observers: [] } }
  expect(adviceFor('connected', first, null)).toContain('Only this tab')
})

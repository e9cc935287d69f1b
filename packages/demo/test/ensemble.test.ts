import { expect, test } from 'vitest'
import { adviceFor, membersOf, quorumOf, quorumText, type StatusLike } from '../src/ensemble/facts.ts'

const status: StatusLike = {
  node: 'a',
  leader: 'b',
  role: 'follower',
  membership: { voters: ['a', 'b', 'c'], observers: ['o'] },
  connected: ['b', 'j'],
}

test('DEMO-17 members are the voters, the observers and who is connected besides, with their roles', () => {
  const lines = membersOf(status).map(
    ({ node, role, isSelf, isConnected }) => `${node} ${role} ${isSelf} ${isConnected}`,
  )
  expect(lines).toEqual([
    'a follower true true',
    'b leader false true',
    'c follower false false',
    'o observer false false',
    'j joining false true',
  ])
})

test('DEMO-18 a quorum is counted over voters; without one the advice names who is missing', () => {
  expect(quorumText(quorumOf(status))).toBe('quorum 2 of 3 voters')
  expect(quorumOf(status)).toMatchObject({ reached: 2, missing: ['c'] })
  expect(adviceFor('connected', status)).toBeNull()
  expect(adviceFor('suspended', status)).toContain('elects a leader')
  const alone = { ...status, connected: [] }
  expect(adviceFor('suspended', alone)).toMatch(/2 voters are not connected \(b, c\).*Open another tab/)
  const first = { ...alone, membership: { voters: ['a'], observers: [] } }
  expect(adviceFor('connected', first)).toContain('Only this tab')
})

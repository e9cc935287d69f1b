import type { KeeperState } from '@peerkeeper/core'
import { expect, test } from 'vitest'
import { type Address, engines, replicaKinds } from '../src/address/address.ts'
import type { StatusLike } from '../src/ensemble/facts.ts'
import { inviteDataMax } from '../src/limits.ts'
import { isApart } from '../src/meet/apart.ts'
import { arrivalAt } from '../src/meet/arrival.ts'
import { addressOfInvite, codeInHash, inviteData, textToSend } from '../src/meet/invite.ts'

test('DEMO-37 an invite says where it leads, and is read back as the same', () => {
  for (const { name: engine } of engines)
    for (const { name: replicas } of replicaKinds) {
      const address: Address = {
        room: 'living-room_2',
        ensemble: 'e_1-x',
        engine,
        replicas,
        signal: null,
        secret: null,
      }
      const data = inviteData(address)
      expect(data.length).toBeLessThan(60)
      expect(addressOfInvite(data)).toEqual(address)
      // How one reaches a server is for each to know.
      expect(inviteData({ ...address, signal: 'ws://x' })).toBe(data)
    }
  const secret = 'a_-4567890123456789012345678901234567890123'
  const own: Address = {
    room: 'demo',
    ensemble: 'e'.repeat(36),
    engine: 'raft',
    replicas: 'per-device',
    signal: null,
    secret,
  }
  expect(addressOfInvite(inviteData(own))).toEqual(own)
  const long = { ...own, room: 'r'.repeat(64) }
  expect(inviteData(long).length).toBeLessThanOrEqual(inviteDataMax)
  expect(addressOfInvite(inviteData(long))).toEqual({ ...long, secret: null })
  for (const data of ['', 'x', 'r=demo', 'r=demo&e=', 'e=not%20an%20id', '{"e":1}'])
    expect(addressOfInvite(data), data).toBeNull()
  expect(addressOfInvite('e=x&r=%20&p=none&d=2')).toEqual({
    room: 'demo',
    ensemble: 'x',
    engine: 'multi-paxos',
    replicas: 'per-tab',
    signal: null,
    secret: null,
  })
})

test('DEMO-37 what is sent is a link where others can open the page, and else the code', () => {
  const link = textToSend('pk1i-AAAA', 'https://app.example/demo/?x=1#room=a')
  expect(link).toBe('https://app.example/demo/?x=1#hand=pk1i-AAAA')
  expect(codeInHash(new URL(link).hash)).toBe('pk1i-AAAA')
  expect(codeInHash('#room=a')).toBeNull()
  for (const page of ['http://localhost:4173/', 'http://127.0.0.1/#room=a', 'http://[::1]:1/'])
    expect(textToSend('pk1i-AAAA', page)).toBe('pk1i-AAAA')
})

test('DEMO-37 a page that was opened with an invite that cannot be read is at its address, and says what is wrong', () => {
  expect(arrivalAt('#room=a&hand=pk1i-AAAA', {})).toMatchObject({
    address: { room: 'a' },
    invite: 'pk1i-AAAA',
  })
  expect(arrivalAt('#room=a', { accept: 'hello' })).toMatchObject({ address: { room: 'a' }, invite: 'hello' })
  expect(arrivalAt('#room=a', {})).toMatchObject({ address: { room: 'a' }, invite: null })
})

test('DEMO-38 new codes are asked for where nobody is connected, nothing can be decided, and no server helps', () => {
  const status = (voters: readonly string[], connected: readonly string[]): StatusLike => ({
    node: 'a',
    leader: null,
    role: 'follower',
    membership: { voters, observers: [] },
    connected,
    missing: [],
  })
  const states: readonly KeeperState[] = [
    'connecting',
    'readOnly',
    'suspended',
    'connected',
    'expired',
    'closed',
  ]
  const alone = status(['a', 'b', 'c'], [])
  expect(states.filter(state => isApart(state, alone, false))).toEqual([
    'connecting',
    'readOnly',
    'suspended',
  ])
  expect(states.filter(state => isApart(state, alone, true))).toEqual([])
  expect(states.filter(state => isApart(state, null, false))).toEqual([])
  expect(isApart('suspended', status(['a', 'b', 'c'], ['b']), false)).toBe(false)
  expect(isApart('connecting', status(['a'], []), false)).toBe(false)
  // Not a member yet, or not any more.
  expect(isApart('connecting', status([], []), false)).toBe(true)
  expect(isApart('connecting', status(['b'], []), false)).toBe(true)
})

import { afterEach, expect, test } from 'vitest'
import { StorageError } from '../../src/host/storage/contract.ts'
import { nodeId, type SessionId, xid } from '../../src/logic/base/ids.ts'
import type { ClientEvent } from '../../src/logic/replica/event.ts'
import { parseOperation } from '../../src/logic/state/operation.ts'
import { type Member, newRoom, until } from './ensemble.ts'

let room = newRoom()
afterEach(async () => {
  await room.close()
  room = newRoom()
})

const founder = nodeId('a')

async function openSession(member: Member, token: string): Promise<SessionId> {
  member.ask({ type: 'open', token, timeoutMs: 4_000 })
  return until('session', () => find(member, 'opened')?.session)
}

const find = <T extends ClientEvent['type']>(member: Member, type: T) =>
  member.events.find((event): event is Extract<ClientEvent, { type: T }> => event.type === type)

function create(member: Member, session: SessionId, number: number, path: string): void {
  const operation = parseOperation({ type: 'create', path, data: new Uint8Array([1]), mode: 'persistent' })
  if (!operation.ok) throw new Error(operation.error.message)
  member.ask({ type: 'write', session, xid: xid(number), acknowledged: xid(0), operation: operation.value })
}

test('HOST-1 a founder alone serves; two that join become voters by themselves', async () => {
  const a = await room.start('a', [founder])
  const session = await openSession(a, 'token-a')
  create(a, session, 1, '/x')
  await until('written', () => find(a, 'written')?.reply.result.ok)
  const b = await room.start('b', [])
  const c = await room.start('c', [])
  await until('three voters', () => c.host.status().membership.voters.length === 3)
  const sessionC = await openSession(c, 'token-c')
  create(c, sessionC, 1, '/y')
  await until('written at c', () => find(c, 'written')?.reply.result.ok)
  await until('equal', () => {
    const [first, ...rest] = [a, b, c].map(({ host }) => host.status())
    return rest.every(each => each.digest === first?.digest && each.appliedThrough === first.appliedThrough)
  })
  expect(a.host.status().membership.voters).toEqual(['a', 'b', 'c'])
})

test('HOST-2 when the leader stops, the others go on with everything that was acknowledged', async () => {
  const founders = ['a', 'b', 'c'].map(nodeId)
  const members = [
    await room.start('a', founders),
    await room.start('b', founders),
    await room.start('c', founders),
  ]
  const leading = () => members.find(({ host }) => host.status().role === 'leader')
  const leader = await until('leader', leading)
  const other = members.find(member => member !== leader)
  if (!other) throw new Error('three members')
  const session = await openSession(other, 'token')
  create(other, session, 1, '/before')
  await until('written', () => find(other, 'written'))
  await leader.host.close()
  create(other, session, 2, '/after')
  await until('written after', () =>
    other.events.find(event => event.type === 'written' && event.xid === 2 && event.reply.result.ok),
  )
  expect(leader.stops).toEqual([{ code: 'Closed', message: 'the replica was closed' }])
})

test('HOST-3 a replica whose write fails stops and says why', async () => {
  const a = await room.start('a', [founder])
  await openSession(a, 'token')
  a.disk.failure = new StorageError('QuotaExceeded', 'the disk is full')
  a.ask({ type: 'open', token: 'another', timeoutMs: 4_000 })
  const reason = await until('stopped', () => a.stops[0])
  expect(reason).toEqual({ code: 'StorageQuotaExceeded', message: 'the disk is full' })
})

test('HOST-4 a session that is not heard any more expires, and its replica is told', async () => {
  const a = await room.start('a', [founder])
  const session = await openSession(a, 'token')
  const ended = await until('ended', () => find(a, 'ended'))
  expect(ended).toEqual({ type: 'ended', session, reason: 'expired' })
})

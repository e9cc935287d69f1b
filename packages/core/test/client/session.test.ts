import { expect, test } from 'vitest'
import { KeeperError } from '../../src/client/error.ts'
import { Link } from '../../src/client/link.ts'
import { Session } from '../../src/client/session.ts'
import { Watches } from '../../src/client/watches.ts'
import { sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import type { ClientEvent } from '../../src/logic/replica/event.ts'
import { path, set } from '../state/world.ts'
import { Port } from './port.ts'

const id = sessionId(3)

/** An open session at a replica that says what it is told to. */
async function atPort() {
  const port = new Port()
  const link = new Link(port, {
    foreign: () => undefined,
    event: event => session.receive(event),
    status: () => undefined,
    decisions: () => undefined,
    missing: () => undefined,
    lost: () => undefined,
  })
  const session = new Session(link, new Watches(), 20_000, 5_000)
  await said(port)
  const [opening] = requestsOf(port)
  const token = opening?.type === 'open' ? opening.token : ''
  tell(port, { type: 'opened', token, session: id, timeoutMs: 20_000 })
  const close = () => {
    session.end(new KeeperError('Closed', 'over'))
    link.close()
  }
  return { session, port, close }
}

const tell = (port: Port, ...events: ClientEvent[]) => port.say({ type: 'events', events })
const requestsOf = ({ said }: Port) => said.flatMap(each => (each.type === 'requests' ? each.requests : []))

/** What the page says goes out at the end of its task. */
async function said(port: Port) {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  return requestsOf(port)
}

test('KEEPER-38 at a return the watches come first; then what has no answer, at the newest state that was seen', async () => {
  const { session, close } = await atPort()
  const outcomes = Promise.allSettled([
    session.write(set('/a')),
    session.read({ type: 'get', path: path('/a') }, 'sequential', null),
    session.write(set('/b')),
  ])
  session.receive({ type: 'seen', session: id, zxid: slot(40) })
  const next = new Port()
  const served = session.resume(next)
  const first = await said(next)
  expect(first).toEqual([
    { type: 'ping', session: id },
    { type: 'setWatches', session: id, id: 2, afterXid: 0, seenZxid: 40, watches: [] },
  ])
  void session.read(null, 'linearizable', null).catch(() => undefined)
  tell(next, { type: 'seen', session: id, zxid: slot(50) })
  expect(await said(next)).toHaveLength(2)
  expect(session.isServed).toBe(false)
  tell(next, { type: 'answered', session: id, id: 2, zxid: slot(51), result: { ok: true, value: null } })
  expect(await served).toBe(true)
  expect((await said(next)).slice(2)).toMatchObject([
    { type: 'read', id: 1, afterXid: 1, seenZxid: 51 },
    { type: 'read', id: 3, afterXid: 2, seenZxid: 51, query: null },
    { type: 'write', xid: 1, acknowledged: 0 },
    { type: 'write', xid: 2, acknowledged: 0 },
  ])
  close()
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})

test('KEEPER-37 what was answered is not asked for again, and acknowledged', async () => {
  const { session, port, close } = await atPort()
  const first = session.write(set('/a'))
  const second = session.write(set('/a')).catch(() => undefined)
  await said(port)
  const reply = { zxid: slot(9), result: { ok: true, value: { type: 'delete' } } } as const
  tell(port, { type: 'written', session: id, xid: xid(1), reply })
  await first
  const next = new Port()
  void session.resume(next)
  await said(next)
  tell(next, { type: 'answered', session: id, id: 1, zxid: slot(9), result: { ok: true, value: null } })
  expect((await said(next)).slice(2)).toMatchObject([{ type: 'write', xid: 2, acknowledged: 1 }])
  close()
  await second
})

test('KEEPER-36 a session that was not open yet is opened by the same token; a return is over when the next begins', async () => {
  const link = new Link(null, {
    foreign: () => undefined,
    event: event => session.receive(event),
    status: () => undefined,
    decisions: () => undefined,
    missing: () => undefined,
    lost: () => undefined,
  })
  const session = new Session(link, new Watches(), 20_000, 5_000)
  const [first, second] = [new Port(), new Port()]
  const served = session.resume(first)
  const [opening] = await said(first)
  const again = session.resume(second)
  expect(await served).toBe(false)
  expect(await said(second)).toEqual([opening])
  const token = opening?.type === 'open' ? opening.token : ''
  tell(second, { type: 'opened', token, session: id, timeoutMs: 20_000 })
  expect(await again).toBe(true)
  session.end(new KeeperError('Closed', 'over'))
  expect(await session.resume(new Port())).toBe(false)
  link.close()
})

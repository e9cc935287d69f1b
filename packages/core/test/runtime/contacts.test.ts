import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { Contacts } from '../../src/host/runtime/contacts.ts'
import { Mail } from '../../src/host/runtime/mail.ts'
import { ensembleId, nodeId } from '../../src/logic/base/ids.ts'
import { missedAfterMs, signOfLifeMs, tickMs } from '../../src/logic/base/limits.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'

const [b, c, d] = [nodeId('b'), nodeId('c'), nodeId('d')]
const began = 1_000_000

/** Contacts whose clock a test moves as a worker that runs does: tick by tick. */
function running() {
  const contacts = new Contacts(began)
  let now = began
  const pass = (ms: number, each: () => void = () => undefined) => {
    for (const end = now + ms; now < end; ) {
      now += tickMs
      contacts.pass(now)
      each()
    }
    return now
  }
  /** Time that the worker was not there for. */
  const sleep = (ms: number) => {
    now += ms
    contacts.pass(now)
  }
  return { contacts, pass, sleep }
}

describe('who is missing', () => {
  test('MISS-1 a voter without a connection, since it was last heard; or since the beginning, where it never was', () => {
    const { contacts, pass } = running()
    expect(contacts.missing([b])).toEqual([{ node: b, isConnected: false, since: began }])
    contacts.connected(b)
    contacts.connected(c)
    expect(contacts.missing([b, c])).toEqual([])
    const heard = pass(1_000)
    contacts.heard(b)
    pass(500)
    contacts.disconnected(b)
    expect(contacts.missing([b, c, d])).toEqual([
      { node: b, isConnected: false, since: heard },
      { node: d, isConnected: false, since: began },
    ])
    contacts.connected(b)
    expect(contacts.missing([b])).toEqual([])
  })

  test('MISS-1 a voter with a connection over which nothing came for three and a half seconds, as when it is frozen', () => {
    const { contacts, pass } = running()
    contacts.connected(b)
    pass(missedAfterMs - tickMs)
    expect(contacts.missing([b])).toEqual([])
    pass(tickMs)
    expect(contacts.missing([b])).toEqual([{ node: b, isConnected: true, since: began }])
    contacts.heard(b)
    expect(contacts.missing([b])).toEqual([])
  })

  test.each([3_600_000, -3_600_000])(
    'MISS-1 a gap of %s ms in the worker s own time is nobody s silence',
    gap => {
      const { contacts, pass, sleep } = running()
      contacts.connected(b)
      contacts.connected(c)
      // A clock that was set back takes what it said before with it.
      const silentSince = began + Math.min(gap, 0)
      pass(missedAfterMs, () => contacts.heard(b))
      sleep(gap)
      expect(contacts.missing([b, c])).toEqual([{ node: c, isConnected: true, since: silentSince }])
      pass(missedAfterMs)
      expect(contacts.missing([b])).toHaveLength(1)
    },
  )

  test('MISS-3 a peer that was sent nothing for a second is shown a sign of life, which is a frame without messages', () => {
    const { contacts, pass } = running()
    contacts.connected(b)
    contacts.connected(c)
    expect(contacts.due).toEqual([b, c])
    contacts.sent(b)
    contacts.sent(c)
    pass(signOfLifeMs - tickMs)
    contacts.sent(c)
    expect(contacts.due).toEqual([])
    pass(tickMs)
    expect(contacts.due).toEqual([b])
    contacts.disconnected(b)
    expect(contacts.due).toEqual([])

    const mail = (self: typeof b) =>
      new Mail({ codec: createCodec(), self, ensemble: ensembleId('e'), kind: engineKind('raft') })
    const receiver = mail(c)
    expect(receiver.receive(b, mail(b).signOfLife(c))).toEqual([])
    expect(receiver.dropped).toEqual({})
  })
})

import { afterEach, expect, test, vi } from 'vitest'
import { Link } from '../../src/client/link.ts'
import type { FromReplica } from '../../src/host/worker/protocol.ts'
import { sessionId, slot } from '../../src/logic/base/ids.ts'
import { Port } from './port.ts'

const session = sessionId(1)
const seen = (zxid: number): FromReplica => ({
  type: 'events',
  events: [{ type: 'seen', session, zxid: slot(zxid) }],
})
const request = (id: number) => ({ type: 'cancel', session, id, unset: null }) as const

function setup() {
  const heard: unknown[] = []
  const lost: string[] = []
  const link = new Link(null, {
    foreign: () => undefined,
    event: event => heard.push(event.type === 'seen' && event.zxid),
    status: () => undefined,
    decisions: () => undefined,
    missing: () => undefined,
    lost: ({ code }) => lost.push(code),
  })
  return { link, heard, lost }
}

afterEach(() => {
  vi.useRealTimers()
})

test('CLIENT-10 what comes from a replica that was left is ignored, and what had not gone out to it does not', async () => {
  const { link, heard } = setup()
  const [first, second] = [new Port(), new Port()]
  link.request(request(1))
  link.switchTo(first)
  await Promise.resolve()
  link.request(request(2))
  await Promise.resolve()
  first.say(seen(1))
  link.request(request(3))
  link.switchTo(second)
  link.request(request(4))
  await Promise.resolve()
  first.say(seen(2))
  second.say(seen(3))
  expect(heard).toEqual([1, 3])
  expect(first.said).toEqual([{ type: 'requests', requests: [request(2)] }, { type: 'leave' }])
  expect(first.isClosed).toBe(true)
  expect(second.said).toEqual([{ type: 'requests', requests: [request(4)] }])
  link.close()
})

test('CLIENT-10 what a page observes and asks is said to the next replica, until it is answered', async () => {
  const { link } = setup()
  const [first, second, third] = [new Port(), new Port(), new Port()]
  link.observe(true, false)
  const asked = link.ask({ type: 'challenge' })
  link.switchTo(first)
  link.letGo()
  link.switchTo(second)
  const said = [
    { type: 'observe', status: true, decisions: false },
    { type: 'ask', id: 1, question: { type: 'challenge' } },
  ]
  expect(first.said).toEqual([...said, { type: 'leave' }])
  expect(second.said).toEqual(said)
  const answer = { type: 'challenge', nonce: new Uint8Array(1) } as const
  second.say({ type: 'answer', id: 1, answer })
  expect(await asked).toEqual(answer)
  link.switchTo(third)
  expect(third.said).toEqual(said.slice(0, 1))
  link.close()
})

test('CLIENT-11 a link that waits for another replica is told when the present one is gone, and does not end with it', () => {
  vi.useFakeTimers()
  const { link, lost, heard } = setup()
  const [first, second, third] = [new Port(), new Port(), new Port()]
  link.switchTo(first)
  first.say({ type: 'stopped', reason: { code: 'Closed', message: '' } })
  first.say({ type: 'stopped', reason: { code: 'Closed', message: '' } })
  expect(lost).toEqual(['Closed'])
  vi.advanceTimersByTime(60_000)
  link.switchTo(second)
  vi.advanceTimersByTime(8_000)
  expect(lost).toHaveLength(1)
  vi.advanceTimersByTime(2_000)
  expect(lost).toEqual(['Closed', 'WorkerDied'])
  expect(second.said.at(-1)).toEqual({ type: 'leave' })
  link.switchTo(third)
  third.say(seen(1))
  expect(heard).toEqual([1])
  link.close()
  expect(vi.getTimerCount()).toBe(0)
})

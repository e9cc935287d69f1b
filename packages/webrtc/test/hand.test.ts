import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { combineSignaling, handSignaling, readInvite } from '../src/page/index.ts'
import type { Peer } from '../src/page/signaling/contract.ts'
import {
  connectTimeoutMs,
  handChannelsMax,
  handClockSkewMs,
  handDataMax,
  handInviteMs,
  handOpenMax,
  handTextMax,
  handTextsBurst,
  handWaitingMax,
} from '../src/wire/limits.ts'
import { createFakeLines } from './fake-lines.ts'
import { recorder } from './recorder.ts'

const startMs = 1_800_000_000_000

function createPlace() {
  const time = createFakeTime()
  const lines = createFakeLines(time.afterTask)
  const now = () => startMs + time.nowMs
  const device = (onDevices?: (devices: number) => void) =>
    handSignaling({ timers: time, openLine: lines.open, now, ...(onDevices ? { onDevices } : {}) })
  return { time, lines, now, device }
}

type Device = ReturnType<ReturnType<typeof createPlace>['device']>

async function meet(a: Device, b: Device): Promise<void> {
  const invite = await a.invite()
  const answer = await b.accept(invite.code)
  await a.complete(answer.code)
  expect(await Promise.all([invite.outcome, answer.outcome])).toEqual(['open', 'open'])
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fine',
    (error: { readonly code?: unknown; readonly name?: unknown }) =>
      typeof error.code === 'string' ? error.code : error.name,
  )

test('SIG-22 two devices that exchange two codes hear of each other and exchange signals, in order', async () => {
  const { device, time } = createPlace()
  const counts: number[] = []
  const [a, b] = [device(count => counts.push(count)), device()]
  const [atA, atB] = [recorder(a, 'a'), recorder(b, 'b')]
  await meet(a, b)
  time.settle()
  expect([atA.heard, atB.heard]).toEqual([['peer b'], ['peer a']])
  for (const text of ['1', '2', '3']) a.send('b', text)
  b.send('a', '4')
  a.send('nobody', '5')
  time.settle()
  expect([atA.heard.slice(1), atB.heard.slice(1)]).toEqual([
    ['signal b: 4'],
    ['signal a: 1', 'signal a: 2', 'signal a: 3'],
  ])
  b.leave()
  b.leave()
  time.settle()
  a.send('b', '6')
  time.settle()
  expect(atA.heard.at(-1)).toBe('left b')
  expect(atB.heard).toHaveLength(4)
  expect([counts, a.devices]).toEqual([[1, 0], 0])
})

test('SIG-22 codes can be exchanged before either joins; who joins then is told of', async () => {
  const { device, time } = createPlace()
  const [a, b] = [device(), device()]
  await meet(a, b)
  time.settle()
  const atA = recorder(a, 'a')
  time.settle()
  expect(atA.heard).toEqual([])
  const atB = recorder(b, 'b')
  time.settle()
  expect([atA.heard, atB.heard]).toEqual([['peer b'], ['peer a']])
})

test('SIG-22 it is one way among others: a peer that is also reached by another way stays when the connection ends', async () => {
  const { device, lines, time } = createPlace()
  const [a, b] = [device(), device()]
  let tell = (_: Peer) => {}
  const other = combineSignaling([
    {
      join: (_, sink) => {
        tell = peer => sink({ type: 'peer', peer })
      },
      send() {},
      leave() {},
    },
    a,
  ])
  const atA = recorder(other, 'a')
  const atB = recorder(b, 'b')
  tell(atB.peer)
  await meet(a, b)
  time.settle()
  lines.all[0]?.fail('gone')
  time.settle()
  expect(atA.heard).toEqual(['peer b', 'peer b'])
  other.leave()
  expect(await codeOf(a.invite())).toBe('Cancelled')
})

test('SIG-23 a third who met one of two is told of both, and they of it; it goes with the one between them', async () => {
  const { device, lines, time } = createPlace()
  const all = [device(), device(), device()] as const
  const [a, b, c] = all
  const [atA, atB, atC] = [recorder(a, 'a'), recorder(b, 'b'), recorder(c, 'c')]
  await meet(a, b)
  time.settle()
  await meet(b, c)
  time.settle()
  a.send('c', 'through b')
  time.settle()
  expect(atC.heard).toEqual(['peer b', 'peer a', 'signal a: through b'])
  expect(atA.heard).toEqual(['peer b', 'peer c'])
  lines.all[0]?.fail('gone')
  time.settle()
  expect(atA.heard.slice(2).sort()).toEqual(['left b', 'left c'])
  lines.all[1]?.fail('gone')
  time.settle()
  expect(atC.heard.slice(3)).toEqual(['left a'])
  expect(atB.heard).toEqual(['peer a', 'peer c', 'left a'])
})

test('SIG-25 each code is good once, for the other side, and until it expires; what is wrong with it is said', async () => {
  const { device, time, now } = createPlace()
  const [a, b, c] = [device(), device(), device()]
  const invite = await a.invite({ data: 'e=1', timeoutMs: 60_000 })
  expect([invite.data, invite.expiresAtMs, readInvite(`x#${invite.code}`, now)]).toEqual([
    'e=1',
    startMs + 60_000,
    { data: 'e=1', expiresAtMs: startMs + 60_000 },
  ])
  expect(await codeOf(a.accept('hello'))).toBe('NotACode')
  expect(await codeOf(a.accept(invite.code.slice(0, -1)))).toBe('Damaged')
  expect(await codeOf(a.complete(`${invite.code}a`))).toBe('Damaged')
  expect(await codeOf(a.accept(invite.code.replace('pk1', 'pk9')))).toBe('OtherVersion')
  expect(await codeOf(a.accept(invite.code))).toBe('OwnCode')
  expect(await codeOf(a.complete(invite.code))).toBe('NotAnAnswer')
  const answer = await b.accept(invite.code)
  expect(answer.data).toBe('e=1')
  expect(await codeOf(b.accept(answer.code))).toBe('NotAnInvite')
  expect(await codeOf(b.accept(invite.code))).toBe('UsedAlready')
  expect(await codeOf(b.complete(answer.code))).toBe('OwnCode')
  expect(await codeOf(c.complete(answer.code))).toBe('Unknown')
  const late = await c.accept(invite.code)
  await a.complete(answer.code)
  expect(await codeOf(a.complete(answer.code))).toBe('UsedAlready')
  expect(await codeOf(a.complete(late.code))).toBe('UsedAlready')

  const other = await a.invite({ timeoutMs: 60_000 })
  const tooLate = await b.accept(other.code)
  time.advance(60_000)
  expect(await other.outcome).toBe('expired')
  expect(await codeOf(a.complete(tooLate.code))).toBe('Expired')
  // Its clock may be behind: another device takes it for some minutes more, and then no more.
  time.advance(handClockSkewMs - 60_000)
  expect(await codeOf(c.accept(other.code))).toBe('fine')
  time.advance(60_000 * 2)
  expect(await codeOf(device().accept(other.code))).toBe('Expired')
  expect(() => readInvite(other.code, now)).toThrow('expired')
  expect(await Promise.all([late.outcome, tooLate.outcome])).toEqual(['expired', 'expired'])
})

test('SIG-26 an invite that nobody answers is void after its time and its connection closed; so is an answer', async () => {
  const { device, time, lines } = createPlace()
  const [a, b] = [device(), device()]
  const invite = await a.invite()
  const answer = await b.accept(invite.code)
  time.advance(handInviteMs - 1)
  expect(lines.all.map(each => each.isClosed)).toEqual([false, false])
  time.advance(1)
  expect([await invite.outcome, lines.all[0]?.isClosed]).toEqual(['expired', true])
  time.advance(handClockSkewMs)
  expect([await answer.outcome, lines.all[1]?.isClosed]).toEqual(['expired', true])
})

test('SIG-26 devices that do not reach each other are told so within 15 s, and the codes are void', async () => {
  const { device, time, lines } = createPlace()
  const [a, b] = [device(), device()]
  lines.isBlocked = true
  const invite = await a.invite()
  const answer = await b.accept(invite.code)
  const completed = codeOf(a.complete(answer.code))
  time.advance(connectTimeoutMs)
  expect([await completed, await invite.outcome]).toEqual(['NotConnected', 'failed'])
  expect(lines.all[0]?.isClosed).toBe(true)
  expect(await codeOf(a.complete(answer.code))).toBe('UsedAlready')
})

test('SIG-26 whoever gives up, by a signal, by hand or by leaving, closes what waits', async () => {
  const { device, lines } = createPlace()
  const a = device()
  const byHand = await a.invite()
  byHand.cancel()
  const controller = new AbortController()
  const bySignal = await a.invite({ signal: controller.signal })
  controller.abort()
  expect(await codeOf(a.invite({ signal: controller.signal }))).toBe('AbortError')
  const resume = lines.pause()
  const early = new AbortController()
  const gathering = codeOf(a.invite({ signal: early.signal }))
  early.abort()
  resume()
  expect(await gathering).toBe('AbortError')
  const byLeaving = await a.invite()
  const again = lines.pause()
  const unfinished = codeOf(a.invite())
  a.leave()
  again()
  expect(await unfinished).toBe('Cancelled')
  const outcomes = await Promise.all([byHand.outcome, bySignal.outcome, byLeaving.outcome])
  expect(outcomes).toEqual(['cancelled', 'cancelled', 'cancelled'])
  expect(lines.all.every(line => line.isClosed)).toBe(true)
  expect(await codeOf(a.invite())).toBe('Cancelled')
  expect(await codeOf(a.accept(byLeaving.code))).toBe('OwnCode')
})

test('SIG-26 without WebRTC, without an address, with data that is too long: each is told', async () => {
  const { device, lines } = createPlace()
  const a = device()
  expect(await codeOf(a.invite({ data: 'x'.repeat(handDataMax + 1) }))).toBe('BadData')
  expect(await codeOf(a.invite({ data: 'é' }))).toBe('BadData')
  lines.description = 'v=0\r\n'
  expect(await codeOf(a.invite())).toBe('NoAddress')
  lines.isMissing = true
  expect(await codeOf(a.invite())).toBe('NoWebRtc')
  expect(await codeOf(handSignaling().invite())).toBe('NoWebRtc')
})

test('SIG-24 so many invites are open at once, and so many devices connected; what ends makes room', async () => {
  const { device } = createPlace()
  const a = device()
  const open = []
  for (let n = 0; n < handOpenMax; n++) open.push(await a.invite())
  expect(await codeOf(a.invite())).toBe('TooMany')
  open[0]?.cancel()
  expect(await codeOf(a.invite())).toBe('fine')
  for (const each of open) each.cancel()

  const b = device()
  for (let n = 0; n < handChannelsMax; n++) await meet(b, device())
  expect([b.devices, await codeOf(b.invite())]).toEqual([handChannelsMax, 'TooMany'])
})

test('SIG-24 garbage over the connection is ignored; a flood ends it; who does not read loses signals', async () => {
  const { device, lines, time } = createPlace()
  const [a, b] = [device(), device()]
  const [atA, atB] = [recorder(a, 'a'), recorder(b, 'b')]
  await meet(a, b)
  time.settle()
  const [line] = lines.all
  const bad = ['', 'x', '{}', '[]', 'null', '{"type":"here"}', '{"type":"here","from":{},"hops":0}']
  const from = { node: 'n', ensemble: 'e', instance: 'x' }
  for (const hops of [-1, 1.5, 'x', null, 1e99]) bad.push(JSON.stringify({ type: 'here', from, hops }))
  bad.push(
    JSON.stringify({ type: 'signal', from: atB.peer, to: 'a', data: 'x'.repeat(handTextMax), hops: 0 }),
  )
  for (const text of bad) line?.receive(text)
  expect([atA.heard, a.devices]).toEqual([['peer b'], 1])

  const before = line?.sent.length
  if (line !== undefined) line.waiting = handWaitingMax + 1
  a.send('b', 'lost')
  time.settle()
  expect([line?.sent.length, atB.heard]).toEqual([before, ['peer a']])

  for (let n = 0; n < handTextsBurst * 2; n++) line?.receive('x')
  time.settle()
  expect([atA.heard.at(-1), atB.heard.at(-1), a.devices, b.devices]).toEqual(['left b', 'left a', 0, 0])
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { openDesk } from '../src/server/foundings/desk.ts'
import type { House } from '../src/server/house.ts'
import { defaultLimits } from '../src/server/index.ts'
import { createRooms } from '../src/server/rooms.ts'
import { serveSocket } from '../src/server/socket.ts'
import { createTally } from '../src/server/tally.ts'
import { createTokenCheck } from '../src/server/token.ts'
import { FakeServerSocket } from './fake-server-socket.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('SRV-9 one that misses a ping is cut at the next, its room hears it, and who answers stays', async () => {
  const house: House = {
    limits: defaultLimits,
    rooms: createRooms(defaultLimits, true),
    desk: await openDesk(undefined, 1),
    tally: createTally(),
    relays: true,
    mayEnter: createTokenCheck(undefined),
  }
  const join = (instance: string) => {
    const socket = new FakeServerSocket()
    serveSocket(socket as unknown as WebSocket, { mayFound: () => true, leave() {} }, house)
    const message = JSON.stringify({ type: 'join', room: 'room', instance, card: 'card' })
    socket.emit('message', Buffer.from(message), false)
    return socket
  }
  const [lively, mute] = [join('a'), join('b')]
  for (let beat = 1; beat <= 10; beat += 1) {
    vi.advanceTimersByTime(defaultLimits.heartbeatMs)
    lively.emit('pong')
    if (beat === 1) mute.emit('pong')
    if (mute.readyState === 3) mute.end()
  }
  // Answered once, pinged once more, and then cut.
  expect([lively.pings, mute.pings]).toEqual([10, 2])
  expect([lively.readyState, mute.readyState]).toEqual([1, 3])
  expect(JSON.parse(lively.sent.at(-1) ?? '')).toEqual({ type: 'left', instance: 'b' })
  expect(house.tally.dismissed.silent).toBe(1)
  lively.end()
  expect([house.rooms.size, vi.getTimerCount()]).toEqual([0, 0])
})

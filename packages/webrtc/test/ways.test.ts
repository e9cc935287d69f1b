import { expect, test } from 'vitest'
import { planWays, type WayState, type WaysSeen } from '../src/page/link/ways.ts'

const states: readonly WayState[] = ['down', 'connecting', 'up']
const both = [false, true]

/** Every world that there is. */
function* worlds(): Iterable<WaysSeen> {
  for (const rtc of states)
    for (const relay of states)
      for (const canRtc of both)
        for (const rtcFailed of both)
          for (const isLate of both)
            for (const relayReaches of both) yield { rtc, relay, canRtc, rtcFailed, isLate, relayReaches }
}

const calm: WaysSeen = {
  canRtc: true,
  rtc: 'connecting',
  rtcFailed: false,
  isLate: false,
  relayReaches: true,
  relay: 'down',
}

test.each<[string, Partial<WaysSeen>, ReturnType<typeof planWays>]>([
  ['WebRTC is given its time', {}, { carrier: undefined, relay: 'end' }],
  ['takes long', { isLate: true }, { carrier: undefined, relay: 'dial' }],
  ['failed', { rtc: 'down', rtcFailed: true }, { carrier: undefined, relay: 'dial' }],
  ['is tried again', { rtcFailed: true, relay: 'up' }, { carrier: 'relay', relay: 'dial' }],
  ['is not to be had', { canRtc: false, rtc: 'down' }, { carrier: undefined, relay: 'dial' }],
  [
    'failed, and nobody relays',
    { rtcFailed: true, relayReaches: false },
    { carrier: undefined, relay: 'end' },
  ],
  ['stands', { rtc: 'up' }, { carrier: 'webrtc', relay: 'end' }],
  ['took over', { rtc: 'up', relay: 'up', rtcFailed: true }, { carrier: 'webrtc', relay: 'linger' }],
  [
    'took over while the relay was dialed',
    { rtc: 'up', relay: 'connecting' },
    { carrier: 'webrtc', relay: 'end' },
  ],
  [
    'broke, the relay stands yet',
    { rtc: 'down', rtcFailed: true, relay: 'up' },
    { carrier: 'relay', relay: 'dial' },
  ],
])('RELAY-1 WebRTC %s', (_, seen, plan) => {
  expect(planWays({ ...calm, ...seen })).toEqual(plan)
})

test('RELAY-1 in every world: frames go a way that stands, WebRTC first; the relay is dialed only where it is needed and there', () => {
  for (const seen of worlds()) {
    const { carrier, relay } = planWays(seen)
    const told = JSON.stringify(seen)
    expect(carrier, told).toBe(seen.rtc === 'up' ? 'webrtc' : seen.relay === 'up' ? 'relay' : undefined)
    if (relay === 'dial') expect(seen.relayReaches && seen.rtc !== 'up', told).toBe(true)
    if (relay === 'linger') expect([seen.rtc, seen.relay], told).toEqual(['up', 'up'])
    // What carries is never ended.
    if (carrier === 'relay') expect(['keep', 'dial'], told).toContain(relay)
  }
})
